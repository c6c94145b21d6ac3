"""Weighs what is proven, declared and unknown, and makes the figure of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from protocol.criteria.model import ONE, ZERO, Figure, share

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass
class Tally:
    """Collects weighted parts of one figure. `proven` + `declared` + unknown = the weight of all that was looked at."""

    proven: Decimal = ZERO
    declared: Decimal = ZERO
    unknown: Decimal = ZERO
    value: Decimal = ZERO
    inputs: set[str] = field(default_factory=set)
    missing: list[tuple[str, str]] = field(default_factory=list)

    def count(self, weight: Decimal, value: Decimal, records: Iterable[bytes], *, proven: bool) -> None:
        """Take a part into account: `value` is what each unit of its weight adds."""
        self.value += weight * value
        if proven:
            self.proven += weight
        else:
            self.declared += weight
        self.inputs.update(digest.hex() for digest in records)

    def lack(self, weight: Decimal, code: str, place: str) -> None:
        """Say what would have to be there; its weight lowers the coverage."""
        self.unknown += weight
        self.missing.append((code, place))

    def covered(self, name: str, method: str) -> Figure:
        """The share that has what was asked for, of all weight looked at: absent lowers it; None if none was."""
        found = self.figure(name, "share", method, average=True)
        return replace(found, value=found.coverage) if found.value is not None else found

    @property
    def whole(self) -> Decimal:
        """All weight looked at."""
        return self.proven + self.declared + self.unknown

    def figure(self, name: str, unit: str, method: str, *, average: bool, places: str = "0.0001") -> Figure:
        """The figure: the weighted average of what is known, or the sum; None if nothing is known."""
        known = self.proven + self.declared
        value: Decimal | None = None
        if known:
            value = (self.value / known if average else self.value).quantize(Decimal(places))
        return Figure(
            id=name,
            value=value,
            unit=unit,
            method=method,
            proven=share(self.proven, self.whole),
            declared=share(self.declared, self.whole),
            coverage=share(known, self.whole) if self.whole else ZERO,
            inputs=tuple(sorted(self.inputs)),
            missing=tuple(sorted(set(self.missing))),
        )


def certain(value: Decimal, name: str, unit: str, method: str, inputs: Iterable[bytes]) -> Figure:
    """A figure that is counted on the graph itself: nothing in it is anybody's word."""
    return Figure(name, value, unit, method, ONE, ZERO, ONE, tuple(sorted(digest.hex() for digest in inputs)))
