"""One coat, told by the demonstration as anybody starts it, and Debian's Chromium."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[3]
READY_SECONDS = 180
SHOTS = ROOT / "tests" / "system" / "pages" / "screenshots"


@dataclass(frozen=True)
class Garment:
    """Where the coat is to be found."""

    page: str
    node: str
    chain: str
    evidence: Path
    trust: Path


@pytest.fixture(scope="session")
def garment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Garment]:
    home = tmp_path_factory.mktemp("demo")
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "Chromium is missing; on Debian: apt-get install chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@dataclass
class Visit:
    """A page and everything that it asked for or complained about."""

    page: Page
    context: BrowserContext
    asked: list[str]
    complaints: list[str]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a page as a phone does, unless the test says otherwise."""
    contexts: list[BrowserContext] = []

    def opened(**settings: object) -> Visit:
        wanted = {"viewport": {"width": 390, "height": 844}, "locale": "it-IT", **settings}
        context = browser.new_context(**wanted)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        found = Visit(page, context, [], [])
        page.on("request", lambda request: found.asked.append(request.url))
        page.on("console", lambda said: found.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        return found

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where pictures are left for a person to look at; CI keeps the folder."""
    SHOTS.mkdir(exist_ok=True)
    return SHOTS
