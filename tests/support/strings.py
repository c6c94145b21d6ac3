"""Everything that a file says: each string at any depth, and what is in signed tokens, disclosures and checkpoints."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from protocol import base64url
from protocol.errors import FilieraError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+(?:~[\w~-]*)?", re.ASCII)
# Ids inside longer strings: a URL that ends in a CID, a status place that begins with its list.
_WITHIN = re.compile(
    r"urn:[\w:.-]+|did:key:\w+|(?<![0-9a-f])[0-9a-f]{40,64}(?![0-9a-f])|b[a-z2-7]{58}", re.ASCII
)
SHORTEST = 8


def strings(value: Any) -> set[str]:
    """Every string of at least eight characters, names of properties too."""
    return {text for text in _all(value) if len(text) >= SHORTEST}


def _all(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, entry in value.items():
            yield name
            yield from _all(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _all(entry)
    elif isinstance(value, str):
        yield value
        yield from _WITHIN.findall(value)
        if _TOKEN.fullmatch(value):
            yield from _token(value)
        elif "\n" in value:
            yield from value.splitlines()


def _token(text: str) -> Iterator[str]:
    """Header, payload, signature, and each disclosure with its salt."""
    jwt, *disclosures = text.split("~")
    for part in (*jwt.split("."), *disclosures):
        yield part
        try:
            yield from _all(json.loads(base64url.decode(part)))
        except (FilieraError, ValueError):
            continue
