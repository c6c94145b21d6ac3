"""Quantities with units: decimal strings in, exact `Decimal` inside, the same decimal string out.

Keeps apart what looks alike: a quantity is the signed text `(0|[1-9]…)` of README §1, never a JSON number; a
unit is a UN/ECE Rec. 20 code of the closed list `vocabulary/units.json`. Refuses every second spelling of the
same value (`120.40`, `01`, `+1`, `1e3`), because two spellings would be two different signed texts for one
fact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact
from functools import cache
from typing import Literal

from protocol.errors import FormatError
from protocol.vocabulary import vocabulary

DECIMAL_PATTERN = r"^(0|[1-9][0-9]{0,14})(\.[0-9]{0,5}[1-9])?$"
MAX_FRACTION_DIGITS = 6
_MAX_TEXT = 64  # longer than any decimal, not worth a suggestion
Dimension = Literal["mass", "length", "area", "count", "volume", "energy"]

# `fullmatch` with no `$`: Python's `$` also matches before a final newline, ECMA-262's does not.
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,14})(\.[0-9]{0,5}[1-9])?")
# Wide enough for sums of `MAX_LIST` values of 21 digits times a factor of 9; a lost digit would raise, never
# round.
_EXACT = Context(prec=60, traps=[Inexact])


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of the closed list; `factor` × the unit gives the base unit (kg, m, m², pieces, l, kWh)."""

    code: str
    dimension: Dimension
    factor: Decimal
    symbol: str
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact amount in one unit."""

    value: Decimal
    unit: Unit

    def __str__(self) -> str:
        return f"{format_decimal(self.value)} {self.unit.symbol}"

    @property
    def base(self) -> Decimal:
        """The amount in the base unit of its dimension, exact."""
        return _EXACT.multiply(self.value, self.unit.factor)


def parse_decimal(text: object, place: str = "") -> Decimal:
    """Return the exact value of a decimal string of README §1.

    FormatError `QUANTITY_FORM` for any other spelling.
    """
    if not isinstance(text, str) or _DECIMAL.fullmatch(text) is None:
        raise FormatError("QUANTITY_FORM", place, value=text, canonical=suggestion(text))
    return Decimal(text)


def format_decimal(value: Decimal) -> str:
    """Return the one decimal string of `value`.

    FormatError `QUANTITY_FORM` if README §1 cannot write it exactly.
    """
    if not value.is_finite() or value.is_signed():
        if value == 0:
            return "0"
        raise FormatError("QUANTITY_FORM", value=str(value), canonical="–")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if _DECIMAL.fullmatch(text) is None:
        raise FormatError("QUANTITY_FORM", value=text, canonical="–")
    return text


def round_decimal(value: Decimal) -> Decimal:
    """Round to the six fraction digits that can be written.

    For makers' spreadsheets, never inside a check.
    """
    return value.quantize(Decimal(1).scaleb(-MAX_FRACTION_DIGITS), ROUND_HALF_EVEN)


@cache
def units() -> dict[str, Unit]:
    """Return the closed list of units by Rec. 20 code."""
    entries = vocabulary("units")["units"]
    return {
        code: Unit(
            code,
            entry["dimension"],
            Decimal(entry["factor"]),
            entry["symbol"],
            {"it": entry["it"], "en": entry["en"]},
        )
        for code, entry in entries.items()
    }


def parse_unit(code: object, place: str = "") -> Unit:
    """Return the unit of a Rec. 20 code; FormatError `UNIT_UNKNOWN` if the closed list has no such code."""
    unit = units().get(code) if isinstance(code, str) else None
    if unit is None:
        raise FormatError("UNIT_UNKNOWN", place, unit=code, known=", ".join(units()))
    return unit


def parse_quantity(text: object, unit_code: object, place: str = "") -> Quantity:
    """Return a quantity from its two signed texts; FormatError as `parse_decimal` and `parse_unit`."""
    return Quantity(parse_decimal(text, f"{place}/quantity"), parse_unit(unit_code, f"{place}/uom"))


def convert(quantity: Quantity, unit_code: str) -> Decimal:
    """Return the amount in another unit of the same dimension, rounded half-even to 28 digits.

    FormatError `UNIT_DIMENSION` between dimensions: metres of cloth become kilograms only by a declared
    yield.
    """
    target = parse_unit(unit_code)
    if target.dimension != quantity.unit.dimension:
        raise FormatError("UNIT_DIMENSION", unit=quantity.unit.code, target=unit_code)
    return quantity.base / target.factor


def suggestion(text: object) -> str:
    """The spelling that would have been accepted, for the remedy; a dash if there is none."""
    if not isinstance(text, str) or len(text) > _MAX_TEXT:
        return "–"
    match = re.fullmatch(r"\s*\+?0*([0-9]+?)(?:[.,]([0-9]{1,6}?)0*)?\s*", text)
    if match is None:
        return "–"
    whole = match[1].lstrip("0") or "0"
    fraction = (match[2] or "").rstrip("0")
    candidate = f"{whole}.{fraction}" if fraction else whole
    return candidate if _DECIMAL.fullmatch(candidate) else "–"
