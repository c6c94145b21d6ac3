"""Pictures of the README, from the demonstration: `python -m scripts.screenshots`.

One phone with the page behind a label, one desk of an inspector. Made anew when the pages change; people look at them.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.demo import running_demo

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
DESK = Path(__file__).resolve().parents[1] / "verifier" / "verify.html"


def main() -> None:
    """Write both pictures."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is missing; on Debian: apt-get install chromium")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_demo(Path(folder)) as garment,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        phone = browser.new_page(viewport={"width": 390, "height": 920}, locale="it-IT")
        phone.goto(garment.page)
        phone.wait_for_selector(".map svg")
        phone.screenshot(path=IMAGES / "page.png")
        desk = browser.new_page(viewport={"width": 1100, "height": 920}, locale="it-IT")
        desk.goto(DESK.as_uri())
        desk.locator(".drop input").set_input_files([garment.trust, garment.evidence])
        desk.wait_for_selector(".verdict.verified")
        desk.evaluate("document.querySelector('#results-title').scrollIntoView()")
        desk.screenshot(path=IMAGES / "desk.png")
        browser.close()


if __name__ == "__main__":
    main()
