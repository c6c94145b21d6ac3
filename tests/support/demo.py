"""The demonstration, started as anybody starts it, and where its coat is to be found."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 180


@dataclass(frozen=True)
class Garment:
    """Where the coat is to be found."""

    page: str
    node: str
    chain: str
    evidence: Path
    trust: Path


@contextmanager
def running_demo(home: Path) -> Iterator[Garment]:
    """Run `filiera demo` in a folder until the block ends."""
    output = home / "said.txt"
    with output.open("wb") as said:
        demo = subprocess.Popen(
            [sys.executable, "-m", "client.cli", "--lang", "it", "demo", "--home", str(home / "home")],
            cwd=ROOT,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield _told(demo, output, home / "home")
    finally:
        os.killpg(demo.pid, signal.SIGINT)
        demo.wait(30)


def _told(demo: subprocess.Popen[bytes], output: Path, home: Path) -> Garment:
    until = time.monotonic() + READY_SECONDS
    while "resta acceso" not in (said := output.read_text("utf-8")):
        assert demo.poll() is None, said[-2000:]
        assert time.monotonic() < until, said[-2000:]
        time.sleep(0.2)
    page = re.search(r"http://127\.0\.0\.1:\d+/01/\d+/21/\w+", said)
    chain = re.search(r"--chain (http://127\.0\.0\.1:\d+)", said)
    assert page is not None
    assert chain is not None
    node = page[0].partition("/01/")[0]
    return Garment(page[0], node, chain[1], home / "evidence.filiera", home / "trust.json")
