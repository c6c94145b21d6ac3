"""Everything that can be read in some bytes: as they stand, decoded from base64url, unpacked from a PDF."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode, urlsafe_b64decode
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENCODED = re.compile(rb"[A-Za-z0-9_-]{16,}")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
# A disclosure in a token in a base64url text, and one for good measure.
_DEPTH = 3


def readings(data: bytes, depth: int = _DEPTH) -> Iterator[bytes]:
    """Yield the bytes, and what lies within them, `depth` wrappings deep."""
    yield data
    if depth == 0:
        return
    for run in _ENCODED.findall(data):
        usable = run[: len(run) - (len(run) % 4 == 1)]
        yield from readings(urlsafe_b64decode(usable + b"=" * (-len(usable) % 4)), depth - 1)
    if data.startswith(b"%PDF"):
        for stream in _STREAM.findall(data):
            yield from _inflated(stream)


def _inflated(stream: bytes) -> Iterator[bytes]:
    with suppress(zlib.error):
        yield zlib.decompress(stream)
    with suppress(zlib.error, ValueError):
        yield zlib.decompress(a85decode(stream.removesuffix(b"~>")))
