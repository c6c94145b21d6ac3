"""What a safety data sheet says of how much is in a mixture: `10 – < 25 %`, `≥ 50`, `< 0,1`, `2,5`; by weight.

A data sheet gives ranges; the written format has least and most, both inclusive. `≥ 50 %` is 50 to 100, `< 0,1 %` is 0
to 0.1: a bound that is not said is the widest that there is, never left out.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from client.errors import ClientError
from client.imports import values
from protocol.quantities import format_decimal

if TYPE_CHECKING:
    from client.imports.tables import Cell

# The whole of a mixture in each unit by weight.
WHOLE = {"%": Decimal(100), "mg/kg": Decimal(1_000_000), "g/kg": Decimal(1000)}
_UNITS = {"%": "%", "% w/w": "%", "% p/p": "%", "mg/kg": "mg/kg", "ppm": "mg/kg", "g/kg": "g/kg"}
_BOUND = r"(?P<{0}sign>>=|<=|[<>≥≤])?\s*(?P<{0}>\d[\d.,']*)\s*%?"
_RANGE = re.compile(
    rf"{_BOUND.format('low')}(?:\s*(?:[-–—÷;]|\.\.\.?|\ba\b|\bto\b|\be\b)\s*{_BOUND.format('high')})?"
)


def refuse_date(cell: Cell) -> None:
    """A spreadsheet turns `10-12` and some CAS numbers into dates: `CELL_BECAME_DATE`, what it was is gone."""
    if isinstance(cell.value, datetime | date | time):
        raise ClientError("CELL_BECAME_DATE", cell.place, given=cell.value.isoformat())


def concentration_unit(cell: Cell | None) -> str:
    """The unit by weight: per cent where nothing is said; ClientError `ROW_WORD`."""
    if cell is None:
        return "%"
    found = _UNITS.get(values.key(cell.value))
    if found is None:
        raise ClientError(
            "ROW_WORD", cell.place, given=values.text(cell.value, cell.place), known=", ".join(WHOLE)
        )
    return found


def concentration(cell: Cell, unit: str) -> dict[str, str]:
    """`{min, max, unit}` of one cell; ClientError `ROW_CONCENTRATION`, `CONCENTRATION_RANGE`, `CELL_BECAME_DATE`."""
    refuse_date(cell)
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        number = values.decimal(cell.value, cell.place)
        return bounded(number, number, unit, cell.place)
    given = values.text(cell.value, cell.place)
    match = _RANGE.fullmatch(given)
    # `10 %` in a column of mg/kg would be two units at once.
    if match is None or ("%" in given and unit != "%"):
        raise ClientError("ROW_CONCENTRATION", cell.place, given=given)
    return bounded(*_bounds(match, unit, cell), unit, cell.place)


def _bounds(match: re.Match[str], unit: str, cell: Cell) -> tuple[str, str]:
    low = values.decimal(match["low"], cell.place)
    sign, second = (match["lowsign"] or "")[:1], match["highsign"] or ""
    if match["high"]:
        if sign in {"<", "≤"} or second[:1] in {">", "≥"}:
            raise ClientError("ROW_CONCENTRATION", cell.place, given=values.text(cell.value, cell.place))
        return low, values.decimal(match["high"], cell.place)
    if sign in {"<", "≤"}:
        return "0", low
    return low, format_decimal(WHOLE[unit]) if sign else low


def bounded(low: str, high: str, unit: str, place: str) -> dict[str, str]:
    """A range whose bounds are in order and within the whole; ClientError `CONCENTRATION_RANGE`."""
    if not Decimal(low) <= Decimal(high) <= WHOLE[unit]:
        raise ClientError("CONCENTRATION_RANGE", place, min=low, max=high, whole=WHOLE[unit], unit=unit)
    return {"min": low, "max": high, "unit": unit}


def least_share(stated: dict[str, Any]) -> Decimal:
    """The least part of the whole that a concentration says, 0 to 1."""
    return Decimal(stated["min"]) / WHOLE[stated["unit"]]
