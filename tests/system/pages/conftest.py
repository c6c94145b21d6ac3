"""One coat, told by the demonstration as anybody starts it, and Debian's Chromium."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.demo import Garment, running_demo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[3]
SHOTS = ROOT / "tests" / "system" / "pages" / "screenshots"
__all__ = ["Garment"]


@pytest.fixture(scope="package")
def garment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Garment]:
    with running_demo(tmp_path_factory.mktemp("demo")) as found:
        yield found


@pytest.fixture(scope="package")
def launch() -> Iterator[Callable[..., Browser]]:
    """Start Debian's Chromium with arguments. Ends with this package: while it lives its event loop does, and no other
    test could run one."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "Chromium is missing; on Debian: apt-get install chromium"
    with sync_playwright() as playwright:
        yield lambda *args: playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", *args])


@pytest.fixture(scope="package")
def browser(launch: Callable[..., Browser]) -> Iterator[Browser]:
    started = launch()
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
    """Open a page as a phone does, unless the test says otherwise; `using` is another browser than the common one."""
    contexts: list[BrowserContext] = []

    def opened(using: Browser | None = None, **settings: object) -> Visit:
        wanted = {"viewport": {"width": 390, "height": 844}, "locale": "it-IT", **settings}
        context = (using or browser).new_context(**wanted)  # type: ignore[arg-type]
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


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """The committed desk in one file, somewhere else, alone."""
    return Path(shutil.copy(ROOT / "verifier" / "verify.html", tmp_path / "verify.html"))


@pytest.fixture(scope="package")
def axe() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="package")
def shots() -> Path:
    """Where pictures are left for a person to look at; CI keeps the folder."""
    SHOTS.mkdir(exist_ok=True)
    return SHOTS
