"""Codes as files of their own, for a printer's own program: one SVG or PNG each, or one table for all."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, Final

import segno

from client.labels.marks import ERROR_LEVEL, QUIET
from protocol.gs1 import parse_digital_link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from client.labels.marks import Mark

# 0.423 mm a module at 300 dots an inch: above the least size, and whole dots.
_DOTS: Final = 5
_STEP = 100


def write_files(
    folder: Path, marks: Iterable[Mark], kind: str, told: Callable[[int], Any] = lambda _: None
) -> int:
    """Write `svg` or `png` files named by their serial, lot or GTIN; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for count, mark in enumerate(marks, 1):
        code = segno.make_qr(mark.address, error=ERROR_LEVEL, boost_error=True)
        name = "-".join(value for _, value in parse_digital_link(mark.identifier).path)
        code.save(str(folder / f"{_safe(name)}.{kind}"), scale=_DOTS if kind == "png" else 1, border=QUIET)
        if count % _STEP == 0:
            told(count)
    told(count)
    return count


def write_table(file: Path, marks: Iterable[Mark]) -> int:
    """Write a CSV table: identifier, what the code holds, GTIN, lot, serial; returns how many rows."""
    rows = [(mark, dict(parse_digital_link(mark.identifier).path)) for mark in marks]
    with file.open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(("identifier", "code", "gtin", "lot", "serial"))
        for mark, parts in rows:
            table.writerow(
                (mark.identifier, mark.address, parts["01"], parts.get("10", ""), parts.get("21", ""))
            )
    return len(rows)


def _safe(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in name)
