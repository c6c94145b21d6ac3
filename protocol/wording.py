"""Exact decimals as each language writes them: 1234.5 is 1234,5 in Italian, and never goes through a float."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from decimal import Decimal

    from protocol.codes import Language

_UNGROUPED: Final = 4
_MARKS: Final[dict[str, tuple[str, str]]] = {"it": (".", ","), "en": (",", ".")}


def write_decimal(value: Decimal, language: Language) -> str:
    """All digits that count and no exponent; five and more before the mark are grouped by threes."""
    group, mark = _MARKS[language]
    whole, _, part = f"{value:f}".partition(".")
    part = part.rstrip("0")
    if len(whole.lstrip("-")) > _UNGROUPED:
        whole = f"{int(whole):,}".replace(",", group)
    return f"{whole}{mark}{part}" if part else whole


def write_share(value: Decimal, language: Language) -> str:
    """A share between 0 and 1 as per cent."""
    return f"{write_decimal(value * 100, language)} %"
