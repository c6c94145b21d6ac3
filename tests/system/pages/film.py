"""What a camera would see: a code on a white wall, as a file that Chromium takes for a camera."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WIDTH, HEIGHT = 640, 480
MODULE = 8
WHITE, BLACK = 235, 16


def film(path: Path, rows: Sequence[Sequence[int]]) -> Path:
    """Write one picture of a code as YUV4MPEG2 (4:2:0); `rows` are its modules, true for dark."""
    wide, high = len(rows[0]) * MODULE, len(rows) * MODULE
    assert wide + 8 * MODULE <= WIDTH
    assert high + 8 * MODULE <= HEIGHT
    left, top = (WIDTH - wide) // 2, (HEIGHT - high) // 2
    picture = bytearray(repeat(WHITE, WIDTH * HEIGHT))
    for number, row in enumerate(rows):
        line = b"".join(bytes([BLACK if dark else WHITE]) * MODULE for dark in row)
        for y in range(top + number * MODULE, top + (number + 1) * MODULE):
            picture[y * WIDTH + left : y * WIDTH + left + wide] = line
    colour = bytes(repeat(128, WIDTH * HEIGHT // 2))
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + b"FRAME\n" + bytes(picture) + colour)
    return path
