"""Tile paths have one spelling; contents are read back or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import tiles
from protocol.errors import LogError
from protocol.hashing import sha256

PATHS = st.builds(
    tiles.TilePath,
    st.none() | st.integers(0, 63),
    st.integers(0, 10**9),
    st.none() | st.integers(1, 255),
)


def test_the_examples_of_the_published_text() -> None:
    # C2SP tlog-tiles: index 1234067 is spelled x001/x234/067.
    assert tiles.parse_tile_path("0/x001/x234/067") == tiles.TilePath(0, 1_234_067, None)
    assert tiles.parse_tile_path("entries/000.p/70") == tiles.TilePath(None, 0, 70)


@given(PATHS)
def test_a_path_reads_back(path: tiles.TilePath) -> None:
    assert tiles.parse_tile_path(tiles.format_tile_path(path)) == path


@pytest.mark.parametrize(
    "path",
    ["0/000.p/0", "0/000.p/256", "0/000.p/01", "00/000", "64/000", "0/x000/001", "0/1", "0/0001", "0/000/", "entries/../000",
     "0/001/002", "data/000", "", "0/٠٠٠"],
)  # fmt: skip
def test_other_spellings_are_unknown(path: str) -> None:
    with pytest.raises(LogError, match="TILE_UNKNOWN"):
        tiles.parse_tile_path(path)


def test_entries_read_back() -> None:
    digests = tuple(sha256(bytes([each])) for each in range(256))
    assert tiles.parse_entry_bundle(tiles.entry_bundle(digests)) == digests


@pytest.mark.parametrize("cut", [1, 33])
def test_a_cut_bundle_is_refused(cut: int) -> None:
    with pytest.raises(LogError, match="TILE_MALFORMED"):
        tiles.parse_entry_bundle(tiles.entry_bundle([bytes(32), bytes(32)])[:-cut])


def test_a_hash_tile_is_read_in_hashes() -> None:
    assert tiles.parse_tile(bytes(64)) == (bytes(32), bytes(32))
    for data in (b"", bytes(33), bytes(257 * 32)):
        with pytest.raises(LogError, match="TILE_MALFORMED"):
            tiles.parse_tile(data)
