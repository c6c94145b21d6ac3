"""Unmistakable values planted in what is not public, and finding them again in whatever a node answers.

A value is looked for as it stands, as hex and base64 would carry it, and within everything in an answer that decodes
from base64url: disclosures, signed tokens, tokens within tokens.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.integration.access.rules import Thing, Tier

_ENCODED = re.compile(rb"[A-Za-z0-9_-]{16,}")
_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Marker:
    """A value that stands in a thing for the readers of a tier."""

    thing: Thing
    tier: Tier
    value: str

    def forms(self) -> Iterator[bytes]:
        """What would give the value away: itself, in hex, its plain SHA-256 in hex and raw."""
        raw = self.value.encode()
        digest = hashlib.sha256(raw).digest()
        yield from (raw, raw.hex().encode(), digest, digest.hex().encode())


def found_in(parts: Iterable[bytes], markers: Iterable[Marker]) -> set[Marker]:
    """Those of the markers that stand in an answer's parts."""
    readings = [reading for part in parts for reading in _readings(part, _DEPTH)]
    return {marker for marker in markers if any(form in each for form in marker.forms() for each in readings)}


def _readings(data: bytes, depth: int) -> Iterator[bytes]:
    yield data
    if depth == 0:
        return
    for run in _ENCODED.findall(data):
        usable = run[: len(run) - (len(run) % 4 == 1)]
        yield from _readings(urlsafe_b64decode(usable + b"=" * (-len(usable) % 4)), depth - 1)
