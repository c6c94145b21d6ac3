"""What an event does to goods: every lot and item that it names, with its effect.

Effects are those of acts.json: `consumed` and `sent` take from the holder, `produced` and `received` give,
`counted` sets, `observed` changes nothing. An item is one piece. Scrap without a lot reference leaves the
chain and is no movement.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from protocol.quantities import parse_decimal
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PIECE = "C62"
GAINS = frozenset({"produced", "received"})
LOSSES = frozenset({"consumed", "sent"})


class Movement(NamedTuple):
    """One lot or item named by an event.

    `quantity` is None where withheld, `place` a pointer into the subject.
    """

    lot: str
    quantity: Decimal | None
    unit: str
    effect: str
    place: str
    is_item: bool = False


@dataclass(frozen=True, slots=True)
class LotRefs:
    """The goods of one event by effect, in their order; `corrects` if it takes another record back."""

    consumed: tuple[Movement, ...] = ()
    produced: tuple[Movement, ...] = ()
    sent: tuple[Movement, ...] = ()
    received: tuple[Movement, ...] = ()
    counted: tuple[Movement, ...] = ()
    observed: tuple[Movement, ...] = ()
    corrects: bool = False
    # Every check asks for the names, over and over.
    _names: dict[tuple[str, ...], tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def all(self) -> tuple[Movement, ...]:
        """Every movement, taking effects first."""
        return self.consumed + self.sent + self.produced + self.received + self.counted + self.observed

    @property
    def gains(self) -> tuple[Movement, ...]:
        """What the holder has more of after the event."""
        return self.produced + self.received

    @property
    def losses(self) -> tuple[Movement, ...]:
        """What the holder has less of after the event."""
        return self.consumed + self.sent

    def names(self, *effects: str) -> tuple[str, ...]:
        """Return the distinct lots and items with one of the effects (none given: all), sorted."""
        known = self._names.get(effects)
        if known is None:
            moves = [move for effect in effects for move in getattr(self, effect)] if effects else self.all
            known = self._names[effects] = tuple(sorted({move.lot for move in moves}))
        return known


def references_of(subject: Mapping[str, Any], *, reverse_corrections: bool = True) -> LotRefs:
    """Return the goods of an event's subject; the subject has passed its schema, or is as far disclosed.

    A correction moves no goods: with `reverse_corrections` all it names is observed, without it the effects
    of the event that it takes back are given.
    """
    effects = vocabulary("acts")["acts"][subject["filiera:act"]]["effects"]
    corrects = "errorDeclaration" in subject or "filiera:corrects" in subject
    found: dict[str, list[Movement]] = {}
    for source, effect in effects.items():
        applied = "observed" if corrects and reverse_corrections else effect
        found.setdefault(applied, []).extend(_movements(subject, source, applied))
    return LotRefs(**{effect: tuple(movements) for effect, movements in found.items()}, corrects=corrects)


def _movements(subject: Mapping[str, Any], source: str, effect: str) -> Iterator[Movement]:
    value = subject.get(source)
    if source == "filiera:lot" and isinstance(value, str):
        # A garment is born out of a lot of pieces: as many are taken as items are named.
        yield Movement(value, Decimal(len(subject.get("epcList", ()))), PIECE, effect, f"/{source}")
    elif isinstance(value, str):
        yield Movement(value, Decimal(1), PIECE, effect, f"/{source}", is_item=True)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            place = f"/{source}/{index}"
            if isinstance(entry, str):
                yield Movement(entry, Decimal(1), PIECE, effect, place, is_item=True)
            elif "epcClass" in entry:
                amount = (
                    parse_decimal(entry["quantity"], f"{place}/quantity") if "quantity" in entry else None
                )
                yield Movement(entry["epcClass"], amount, entry["uom"], effect, place)
