"""How much of the finished goods each lot behind them makes up, by mass.

Mass follows the goods: a lot in kilograms weighs what it says; a cloth in metres weighs grammage × width where the step
states both; anything else weighs what went into it, less scrap and by-products. A lot whose mass cannot be known weighs
nothing here and is named, so that coverage falls instead of the figure being guessed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from protocol.criteria.model import ONE, ZERO
from protocol.quantities import parse_decimal, units

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from protocol.goods import Movement
    from protocol.steps import Step

_CM_PER_M, _GRAMS_PER_KG = Decimal(100), Decimal(1000)


@dataclass(frozen=True)
class Shares:
    """Shares of the target's mass: of each lot behind it, of each step that made one, and of what stops unknown."""

    lots: Mapping[str, Decimal]
    steps: Mapping[bytes, Decimal]
    unweighed: tuple[str, ...]


@dataclass
class _Weights:
    """Kilograms per base unit of each lot, found once; None where it cannot be known."""

    makers: Mapping[str, Sequence[Step]]
    subjects: Mapping[bytes, Mapping[str, Any]]
    known: dict[str, Decimal | None] = field(default_factory=dict)

    def kilograms(self, movement: Movement) -> Decimal | None:
        if movement.quantity is None:
            return None
        unit = units()[movement.unit]
        amount = movement.quantity * unit.factor
        if unit.dimension == "mass":
            return amount
        weight = self.per_unit(movement.lot)
        return None if weight is None else amount * weight

    def per_unit(self, lot: str) -> Decimal | None:
        if lot not in self.known:
            self.known[lot] = None  # a lot made of itself weighs nothing; custody refuses it elsewhere
            self.known[lot] = self._find(lot)
        return self.known[lot]

    def _find(self, lot: str) -> Decimal | None:
        for step in self.makers.get(lot, ()):
            stated = stated_weight(step, lot, self.subjects.get(step.digest, {}))
            if stated is not None:
                return stated
            went_in = [self.kilograms(move) for move in step.goods.consumed]
            left = [self.kilograms(move) for move in step.scrap if units()[move.unit].dimension == "mass"]
            made = [move for move in step.goods.produced if move.quantity is not None]
            amount = sum((move.quantity * units()[move.unit].factor for move in made if move.quantity), ZERO)
            if went_in and amount and all(each is not None for each in went_in):
                total = sum((each for each in (*went_in,) if each is not None), ZERO)
                total -= sum((each for each in left if each is not None), ZERO)
                return total / amount
        return None


def mass_shares(target: str, steps: Iterable[Step], subjects: Mapping[bytes, Mapping[str, Any]]) -> Shares:
    """Return the shares behind `target` over the effective steps of its walk (`custody.walk`), order-independent.

    `subjects` are the events' subjects by digest. Steps and lots without known mass have no entry.
    """
    makers: dict[str, list[Step]] = defaultdict(list)
    for step in sorted(steps, key=lambda step: step.digest):
        for lot in step.goods.names("produced"):
            makers[lot].append(step)
    weights = _Weights(makers, subjects)
    lots: dict[str, Decimal] = defaultdict(lambda: ZERO)
    through: dict[bytes, Decimal] = defaultdict(lambda: ZERO)
    unweighed: set[str] = set()
    lots[target] = ONE
    order = downstream_first(target, makers)
    for lot in reversed(order):
        weights.per_unit(lot)  # sources first: what a lot weighs never asks more than one step back
    for lot in order:
        if lot not in lots:
            continue  # nothing of it could be weighed
        for step, part in _parts(lot, makers.get(lot, []), lots[lot]):
            through[step.digest] += part
            for source, ratio in _mix(step, weights, unweighed).items():
                lots[source] += part * ratio
    return Shares(dict(lots), dict(through), tuple(sorted(unweighed)))


def _parts(lot: str, made_by: Sequence[Step], amount: Decimal) -> Iterable[tuple[Step, Decimal]]:
    """Several steps may make one lot: each by what it made of it, equally where that is withheld."""
    made = [
        sum((move.quantity or ZERO for move in step.goods.produced if move.lot == lot), ZERO)
        for step in made_by
    ]
    whole = sum(made, ZERO)
    for step, each in zip(made_by, made, strict=True):
        yield step, amount * (each / whole if whole else ONE / len(made_by))


def _mix(step: Step, weights: _Weights, unweighed: set[str]) -> Mapping[str, Decimal]:
    """By mass, what each consumed lot is of all that were weighed; alike goods of unknown mass, by amount."""
    consumed = step.goods.consumed
    masses = [weights.kilograms(move) for move in consumed]
    alike = len({units()[move.unit].dimension for move in consumed}) == 1
    if alike and all(mass is None for mass in masses):
        # Lots of one kind of piece, one cloth: what a piece weighs does not matter for their proportion.
        masses = [
            None if move.quantity is None else move.quantity * units()[move.unit].factor for move in consumed
        ]
        if len({move.lot for move in consumed}) == 1:
            masses = [ONE]
    found: dict[str, Decimal] = {}
    for move, mass in zip(consumed, masses, strict=False):
        if mass is None:
            unweighed.add(move.lot)
        else:
            found[move.lot] = found.get(move.lot, ZERO) + mass
    whole = sum(found.values(), ZERO)
    return {lot: mass / whole for lot, mass in found.items() if mass} if whole else {}


def downstream_first(target: str, makers: Mapping[str, Sequence[Step]]) -> list[str]:
    """Every lot behind the target, each after all that were made of it."""
    order: list[str] = []
    done: set[str] = set()
    path: list[tuple[str, list[str]]] = [(target, _sources(target, makers))]
    done.add(target)
    while path:
        lot, rest = path[-1]
        if rest:
            source = rest.pop()
            if source not in done:
                done.add(source)
                path.append((source, _sources(source, makers)))
        else:
            order.append(lot)
            path.pop()
    return order[::-1]


def _sources(lot: str, makers: Mapping[str, Sequence[Step]]) -> list[str]:
    return sorted(
        {name for step in makers.get(lot, ()) for name in step.goods.names("consumed")}, reverse=True
    )


def stated_weight(step: Step, lot: str, subject: Mapping[str, Any]) -> Decimal | None:
    """Kilograms per metre or square metre, where the step states what its cloth weighs."""
    parameters = subject.get("filiera:parameters", {})
    grammage = parameters.get("grammage")
    if not isinstance(grammage, str):
        return None
    per_square_metre = parse_decimal(grammage) / _GRAMS_PER_KG
    dimensions = {units()[move.unit].dimension for move in step.goods.produced if move.lot == lot}
    width = parameters.get("width")
    if dimensions == {"length"} and isinstance(width, str):
        return per_square_metre * parse_decimal(width) / _CM_PER_M
    return per_square_metre if dimensions == {"area"} else None
