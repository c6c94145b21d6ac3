"""What a criterion says: figures with unit, method, what is proven and what is only declared, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

ZERO, ONE = Decimal(0), Decimal(1)
# Shares are said to a tenth of a thousandth; what is left out stands in `coverage`, not in the rounding.
SHARE_STEP: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Figure:
    """One recomputable figure.

    `value` is None for "not enough evidence". `proven` and `declared` are shares (0–1) of what the value rests on, by
    mass where the method weighs by mass, else by count; with `coverage` below 1 the rest is unknown. `inputs` are
    record digests in hex, sorted; `missing` are codes of what would have to be there, with the place.
    """

    id: str
    value: Decimal | None
    unit: str
    method: str
    proven: Decimal
    declared: Decimal
    coverage: Decimal
    inputs: tuple[str, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """The figures of one criterion under one version of the catalogue."""

    id: str
    catalogue: str
    figures: tuple[Figure, ...]


def share(part: Decimal, whole: Decimal) -> Decimal:
    """`part` of `whole` as a share, rounded half even to four places; 0 of nothing."""
    return (part / whole).quantize(SHARE_STEP) if whole else ZERO
