"""Labels at the scale of an order, by the command as it is started; and as a browser draws them."""

from __future__ import annotations

import io
import os
import pty
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import sync_playwright

from client.labels.bulk import write_codes
from client.labels.marks import marks_of
from client.labels.symbols import KINDS
from tests.client.labels.reading import DPI, identifiers, printed, texts

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.system
MANY, FEW = 10_000, 600
# What a terminal holds until somebody reads it (Linux, pty(7)).
SHOWN_BYTES = 4096
# Python with what it loads; ten thousand labels held at once would be hundreds of megabytes more.
MOST_KIB = 120 * 1024
CSS_DPI = 96


# The command, and afterwards the most memory that its process ever had (Linux, proc(5)).
MEASURED = """
import sys
from client import cli
status = cli.run(sys.argv[1:])
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
sys.exit(status)
"""


def run(lines: list[str], *arguments: object) -> int:
    """Run the command to its end; returns the most memory that it had, in KiB."""
    command = [sys.executable, "-c", MEASURED, "label", *map(str, arguments)]
    done = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1])


@pytest.mark.parametrize("size", ["a4-24", "roll-50x25"])
def test_ten_thousand_labels_in_the_memory_of_a_few(tmp_path: Path, size: str) -> None:
    names, file = identifiers(MANY), tmp_path / "labels.pdf"
    care = ("--care", "do-not-wash", "--care", "iron-low", "--words", "it")
    assert run(names, "print", "--size", size, "--name", "Cappotto", *care, "-o", file) < MOST_KIB
    pages = pypdfium2.PdfDocument(file)
    each = MANY // len(pages) + (MANY % len(pages) > 0)
    assert sorted(texts(printed(pages[0]))) == sorted(names[:each])
    last = MANY - each * (len(pages) - 1)
    assert sorted(texts(printed(pages[len(pages) - 1]))) == sorted(names[-last:])


@pytest.mark.parametrize("form", ["svg", "png", "csv"])
def test_ten_thousand_codes(tmp_path: Path, form: str) -> None:
    names, place = identifiers(MANY), tmp_path / "codes"
    assert run(names, "export", "--format", form, "-o", place) < MOST_KIB
    if form == "csv":
        assert len(place.read_text("utf-8").splitlines()) == MANY + 1
        return
    assert len(list(place.iterdir())) == MANY
    if form == "png":
        (last,) = place.glob(f"*{names[-1].rpartition('/')[2]}.png")
        assert texts(Image.open(last)) == names[-1:]


def test_at_a_terminal_one_sees_how_far_it_is(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [
        sys.executable,
        "-c",
        MEASURED,
        "label",
        "export",
        "--format",
        "png",
        "-o",
        str(tmp_path / "codes"),
    ]
    subprocess.run(
        command,
        input="\n".join(identifiers(FEW)),
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        text=True,
        check=True,
    )
    os.close(theirs)
    shown = [int(each) for each in re.findall(r"(\d+)%", os.read(ours, SHOWN_BYTES).decode())]
    os.close(ours)
    assert shown == sorted(shown)
    assert shown[-1] == 100
    assert any(0 < each < 100 for each in shown)


@pytest.mark.parametrize("kind", KINDS)
def test_svg_is_read_as_a_browser_draws_it_at_its_printed_size(tmp_path: Path, kind: str) -> None:
    names = identifiers(3)
    write_codes(tmp_path / "codes", marks_of(names), "svg", kind)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "Chromium is missing; on Debian: apt-get install chromium"
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(device_scale_factor=DPI / CSS_DPI, viewport={"width": 200, "height": 200})
        for file in (tmp_path / "codes").iterdir():
            page.goto(file.as_uri())
            found += texts(Image.open(io.BytesIO(page.screenshot())), kind)
        browser.close()
    assert sorted(found) == sorted(names)
