"""What a schema cannot say about values: check digits, one spelling a name, sums of shares, ranges.

Serves events, master data and passports alike; looks at one value at a time and knows nothing of acts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.errors import FormatError
from protocol.identifiers import parse_reference
from protocol.quantities import parse_decimal

if TYPE_CHECKING:
    from collections.abc import Mapping

_IDENTIFIERS = (
    "id",
    "parentID",
    "epcClass",
    "lot",
    "output",
    "item",
    "product",
    "source",
    "destination",
    "party",
)
_CONTAINERS = (dict, list)


def check_values(value: Any, place: str) -> None:
    """Raise FormatError at the first value that is well formed and yet wrong.

    `IDENTIFIER_*`, `CHECK_DIGIT_WRONG` and codes of `gs1.py`, `MATERIAL_SHARES`, `RANGE_REVERSED`. What is
    withheld is skipped: a sum is judged only when all its parts are there.
    """
    if isinstance(value, dict):
        _check_object(value, place)
        for name, member in value.items():
            if name in _IDENTIFIERS and isinstance(member, str):
                _check_identifier(member, place, name)
            elif isinstance(member, _CONTAINERS):
                check_values(member, f"{place}/{name}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            if isinstance(member, str):
                _check_identifier(member, place, index)
            elif isinstance(member, _CONTAINERS):
                check_values(member, f"{place}/{index}")


def _check_object(value: Mapping[str, Any], place: str) -> None:
    for name in ("filiera:material", "materials"):
        materials = value.get(name)
        if isinstance(materials, list) and all("share" in part for part in materials):
            total = sum(parse_decimal(part["share"]) for part in materials)
            if total != 1:
                raise FormatError("MATERIAL_SHARES", f"{place}/{name}", total=total)
    for low, high in (("min", "max"), ("from", "to"), ("validFrom", "validUntil")):
        if low in value and high in value and _reversed(value[low], value[high]):
            raise FormatError("RANGE_REVERSED", place, low=value[low], high=value[high])


def _reversed(low: str, high: str) -> bool:
    return low > high if "-" in low else parse_decimal(low) > parse_decimal(high)


def _check_identifier(text: str, place: str, member: str | int) -> None:
    """Names that the schema let through are ours or GS1's.

    A GS1 one must be canonical with right check digits.
    """
    if not text.startswith(("https://id.gs1.org/", "urn:filiera:")):
        return
    try:
        parse_reference(text)
    except FormatError as error:
        raise FormatError(error.code, f"{place}/{member}", **error.values) from error
