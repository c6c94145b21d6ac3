"""What a phone has to load, compressed as the node does: all that it needs for a verdict, and what only some need later."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

DIST = Path(__file__).resolve().parents[2] / "node" / "web" / "dist"
KILOBYTE = 1000
LANGUAGES = ("it", "en")


def compressed(*patterns: str) -> int:
    files = [path for pattern in patterns for path in DIST.glob(pattern)]
    assert len(files) == len(patterns), f"the pages are not built: make setup ({patterns})"
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_with_the_words_of_one_language_is_small(language: str) -> None:
    assert compressed("passport.js", "passport.css", f"words-{language}-*.js") <= 13 * KILOBYTE


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sound_garment_is_judged_and_explained_with_little_more_than_the_checks(language: str) -> None:
    """The checks are two thirds of it: signatures, schemas and custody are computed here and not at the node."""
    first = (
        "passport.js",
        "passport.css",
        f"words-{language}-*.js",
        "worker-*.js",
    )
    assert compressed(*first) <= 89 * KILOBYTE


def test_the_program_that_verifies_does_not_grow_unseen() -> None:
    """It loads beside the evidence and is not needed to read the page."""
    assert compressed("worker-*.js") <= 77 * KILOBYTE


@pytest.mark.parametrize("name", ["asking", "troubles-it", "troubles-en"])
def test_what_a_sound_garment_does_not_need_is_no_part_of_the_programs(name: str) -> None:
    """Asking the chain, and the sentences for what is wrong, are pieces of their own."""
    assert 2 * KILOBYTE <= compressed(f"{name}-*.js") <= 12 * KILOBYTE


def test_the_map_loads_only_with_the_journey() -> None:
    assert compressed("map-*.js") <= 8 * KILOBYTE
    assert "map-" not in (DIST / "passport.css").read_text("utf-8")


def test_the_code_reader_loads_only_when_the_camera_is_asked_for() -> None:
    assert compressed("zxing_reader-*.wasm", "Scan-*.js") <= 440 * KILOBYTE
    for desk in ("inspect.js", "verify.html"):
        assert b"zxing" not in (DIST / desk).read_bytes(), desk
