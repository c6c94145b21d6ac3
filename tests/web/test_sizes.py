"""What a phone has to load, compressed as a server would: first the page, then beside it the program that verifies."""

from __future__ import annotations

import gzip
from pathlib import Path

DIST = Path(__file__).resolve().parents[2] / "node" / "web" / "dist"
KILOBYTE = 1000
LANGUAGES = ("it", "en")


def compressed(*patterns: str) -> int:
    files = [path for pattern in patterns for path in DIST.glob(pattern)]
    assert files, f"the pages are not built: make setup ({patterns})"
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)


def test_the_page_with_the_words_of_one_language_is_small() -> None:
    both = compressed("passport.js", "passport.css", "it-*.js", "en-*.js")
    assert both - compressed("en-*.js") <= 40 * KILOBYTE


def test_the_program_that_verifies_does_not_grow_unseen() -> None:
    """It loads beside the evidence and is not needed to read the page."""
    assert compressed("worker-*.js") <= 78 * KILOBYTE


def test_the_map_loads_only_with_the_journey() -> None:
    assert compressed("Map-*.js") <= 8 * KILOBYTE
    assert "Map-" not in (DIST / "passport.css").read_text("utf-8")
