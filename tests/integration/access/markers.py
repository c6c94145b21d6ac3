"""Unmistakable values planted in what is not public, and finding them again in whatever a node answers.

A value is looked for as it stands, as hex and base64 would carry it, and within everything in an answer that decodes
from base64url: disclosures, signed tokens, tokens within tokens.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.readings import readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.integration.access.rules import Thing, Tier


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
    read = [reading for part in parts for reading in readings(part)]
    return {marker for marker in markers if any(form in each for form in marker.forms() for each in read)}
