"""Serials of garments: random, so that a sequence reveals no volume and nobody guesses the next one (design §4.8).

Randomness is passed in. Labels are sewn in before the passport exists, so serials are reserved per order first.
"""

from __future__ import annotations

import base64
import re
from typing import Final

from protocol.errors import PassportError
from protocol.gs1 import GS1_STEM, build_digital_link, parse_digital_link

MIN_BITS: Final = 60
SERIAL_BYTES: Final = 10
"""What to draw for one serial: 80 bits, sixteen characters that a QR code holds in its short form."""
_MAX_BYTES = 12  # AI (21) has twenty characters
_FORM = re.compile(r"[A-Z2-7]{12,20}")


def serial_of(random: bytes) -> str:
    """The serial of random bytes, base32; PassportError `PASSPORT_SERIAL_WEAK` below 60 bits."""
    if not MIN_BITS <= len(random) * 8 <= _MAX_BYTES * 8:
        raise PassportError("PASSPORT_SERIAL_WEAK", "/serial", bits=len(random) * 8)
    return base64.b32encode(random).decode("ascii").rstrip("=")


def item_identifier(gtin: str, random: bytes) -> str:
    """The canonical identifier of a new item of a trade item."""
    return build_digital_link(GS1_STEM, (("01", gtin), ("21", serial_of(random))))


def ensure_reservable(identifier: str) -> str:
    """Return the GTIN of an identifier whose serial can have 60 random bits.

    FormatError of `gs1.py`; PassportError `PASSPORT_IDENTIFIER` unless it is the canonical one of an item,
    `PASSPORT_SERIAL_WEAK` for a serial too short, or with other signs than base32, to be drawn by chance.
    """
    link = parse_digital_link(identifier)
    if tuple(ai for ai, _ in link.path) != ("01", "21") or link.canonical != identifier:
        raise PassportError("PASSPORT_IDENTIFIER", "/identifiers", id=identifier[:120], level="item")
    gtin, serial = (value for _, value in link.path)
    if _FORM.fullmatch(serial) is None or _has_pattern(serial):
        raise PassportError("PASSPORT_SERIAL_WEAK", "/identifiers", bits=len(serial) * 5)
    return gtin


def _has_pattern(serial: str) -> bool:
    """Fewer than five different signs in twelve or more: a padded counter; by chance not once in two million."""
    return len(set(serial)) < 5  # noqa: PLR2004 - see above
