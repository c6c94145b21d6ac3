"""Paths and contents of C2SP tlog-tiles: 256 hashes, or entries, a tile (README §8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TILE_WIDTH = 256
_MAX_LEVEL = 63
_PATH = re.compile(
    r"(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
_DIGEST_BYTES = 32
_ENTRY_HEAD = _DIGEST_BYTES.to_bytes(2, "big")


@dataclass(frozen=True, slots=True)
class TilePath:
    """`level` is None for entry bundles; `width` None for a full tile, else 1 … 255."""

    level: int | None
    index: int
    width: int | None


def parse_tile_path(path: str) -> TilePath:
    """Read what follows `/tile/`; LogError TILE_UNKNOWN for any spelling but the canonical one."""
    found = _PATH.fullmatch(path)
    if not found:
        raise LogError("TILE_UNKNOWN", "/tile", path=path[:80])
    level = None if found["level"] == "entries" else int(found["level"])
    index = int(re.sub("[x/]", "", found["index"]))
    width = int(found["width"]) if found["width"] else None
    tile = TilePath(level, index, width)
    # One path for one tile, so that caches hold it once: no leading x000, no level or width out of bounds.
    if (level or 0) > _MAX_LEVEL or (width or 0) >= TILE_WIDTH or format_tile_path(tile) != path:
        raise LogError("TILE_UNKNOWN", "/tile", path=path[:80])
    return tile


def format_tile_path(tile: TilePath) -> str:
    """The path behind `/tile/`: the index in groups of three digits, all but the last with an x."""
    groups = [f"{tile.index % 1000:03}"]
    rest = tile.index // 1000
    while rest:
        groups.insert(0, f"x{rest % 1000:03}")
        rest //= 1000
    level = "entries" if tile.level is None else str(tile.level)
    return f"{level}/{'/'.join(groups)}" + (f".p/{tile.width}" if tile.width else "")


def entry_tiles(first: int, size: int) -> Iterator[TilePath]:
    """The entry tiles that together hold the leaves from `first` to `size`; the first may begin before it."""
    for begin in range(first - first % TILE_WIDTH, size, TILE_WIDTH):
        width = min(size - begin, TILE_WIDTH)
        yield TilePath(None, begin // TILE_WIDTH, None if width == TILE_WIDTH else width)


def entry_bundle(digests: Iterable[bytes]) -> bytes:
    """An entry tile: each record digest behind its length (uint16, big-endian)."""
    return b"".join(_ENTRY_HEAD + digest for digest in digests)


def parse_entry_bundle(data: bytes) -> tuple[bytes, ...]:
    """The record digests of an entry tile; LogError TILE_MALFORMED."""
    step = len(_ENTRY_HEAD) + _DIGEST_BYTES
    entries = [data[at : at + step] for at in range(0, len(data), step)]
    if len(entries) > TILE_WIDTH or any(
        len(each) != step or not each.startswith(_ENTRY_HEAD) for each in entries
    ):
        raise LogError("TILE_MALFORMED", "/tile")
    return tuple(each[len(_ENTRY_HEAD) :] for each in entries)


def parse_tile(data: bytes) -> tuple[bytes, ...]:
    """The hashes of a hash tile; LogError TILE_MALFORMED."""
    if not data or len(data) % _DIGEST_BYTES or len(data) > TILE_WIDTH * _DIGEST_BYTES:
        raise LogError("TILE_MALFORMED", "/tile")
    return tuple(data[at : at + _DIGEST_BYTES] for at in range(0, len(data), _DIGEST_BYTES))
