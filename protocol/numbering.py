"""Whose a GTIN is by the coordinator's word: the member whose membership states the longest matching company prefix.

GS1 gives companies prefixes, not numbers, so nobody gains one by publishing first (README §11).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Party = TypeVar("Party", str, bytes)
PREFIX_SCHEME: Final = "gs1-prefix"
_PREFIX = re.compile(r"[0-9]{4,12}")


def company_prefixes(membership: Mapping[str, Any]) -> tuple[str, ...]:
    """The GS1 company prefixes in a membership's subject; what is withheld or no prefix is left out."""
    numbers = (
        str(entry.get("number", ""))
        for entry in membership.get("registrations", ())
        if entry.get("scheme") == PREFIX_SCHEME
    )
    return tuple(number for number in numbers if _PREFIX.fullmatch(number))


def prefix_holder(gtin: str, prefixes: Mapping[Party, Iterable[str]]) -> Party | None:
    """Who holds the longest prefix that a GTIN of 14 digits begins with, after its indicator digit; None if nobody."""
    held = [
        (len(prefix), party)
        for party, known in prefixes.items()
        for prefix in known
        if gtin[1:].startswith(prefix)
    ]
    return max(held)[1] if held else None
