"""Hours against pieces, per facility and month, over all products: who signs for more than he can have made.

Bounds are low and the catalogue's own; below them a declaration is asked about. Nothing here is about a person.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from protocol.criteria.evaluate import CURRENT, catalogue
from protocol.quantities import parse_decimal, units
from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from protocol.steps import Step

CHECK = "capacity"
_MINUTES = Decimal(60)
_MONTH = len("2026-03")
_WHOLE = Decimal(1)


@dataclass
class Month:
    """A facility's month: minutes that its pieces need at least, and hours declared at most; None: not shown."""

    minutes: Decimal = Decimal(0)
    hours: Decimal | None = None


def months_of(
    steps: Iterable[Step], subjects: Mapping[bytes, Mapping[str, Any]]
) -> dict[tuple[str, str], Month]:
    """Work by (facility, month), as far as it is disclosed; `steps` are the effective ones."""
    least = {name: parse_decimal(value) for name, value in catalogue(CURRENT)["minutesPerPiece"].items()}
    found: dict[tuple[str, str], Month] = defaultdict(Month)
    for step in {step.digest: step for step in steps}.values():
        minutes = least.get(step.process or "")
        if minutes is not None and step.facility is not None:
            made = (
                move
                for move in step.goods.produced
                if units()[move.unit].dimension == "count" and move.quantity
            )
            pieces = sum(
                (move.quantity * units()[move.unit].factor for move in made if move.quantity), Decimal(0)
            )
            found[step.facility, step.day[:_MONTH]].minutes += minutes * pieces
        work = subjects.get(step.digest, {}).get("filiera:work", {})
        most = work.get("hours", {}).get("max")
        if most is not None and "facility" in work and "month" in work:
            month = found[work["facility"], work["month"]]
            month.hours = max(month.hours or Decimal(0), parse_decimal(most))
    return dict(found)


def check_capacity(months: Mapping[tuple[str, str], Month]) -> Iterator[Finding]:
    """Judge the months whose hours are declared."""
    share = Decimal(catalogue(CURRENT).get("passThroughShare", "0"))
    for (facility, name), month in sorted(months.items()):
        if month.hours is None or month.minutes <= month.hours * _MINUTES:
            continue
        code = "PASS_THROUGH" if month.hours * _MINUTES < month.minutes * share else "CAPACITY_EXCEEDED"
        needed = (month.minutes / _MINUTES).quantize(_WHOLE)
        yield finding(CHECK, code, facility, month=name, hours=month.hours, needed=needed)
