"""Yields against the catalogue, measures against each other, and which gains are honest.

A transformation may weigh more than it took in: dye, resin and size are goods too, and fibres take up water. So what
the record states of substances counts as input, and fibres count by conditioned mass: with the moisture measured before
and after (`moistureIn`, `moistureOut`, per cent of the dry mass), but never more water than the fibre's agreed
allowance. Bands are the catalogue's, by process and material; outside them nothing is refused and everything is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from protocol.balance import CHECK, Gain
from protocol.criteria.evaluate import CURRENT, catalogue
from protocol.criteria.shares import stated_weight
from protocol.quantities import parse_decimal, units
from protocol.steps import dimension, total
from protocol.verdict import Finding, finding
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from protocol.goods import Movement
    from protocol.steps import Step

_ZERO, _ONE, _PER_CENT = Decimal(0), Decimal(1), Decimal(100)
_PLACES = Decimal("0.001")
_NO_DESTINATION = "unknown"
# Scrap below this share of the input is dust.
_DUST = Decimal("0.01")
# What is consumed in making and is not the fibre that a yield is about.
_AUXILIARY = frozenset({"chemical", "packaging", "trim"})
_PRODUCTS = ("/outputQuantityList", "/outputEPCList")


@dataclass(frozen=True)
class Material:
    """What lots are made of, as the nearest records behind them say."""

    makers: Mapping[str, Sequence[Step]]
    subjects: Mapping[bytes, Mapping[str, Any]]
    known: dict[bytes, frozenset[str]] = field(default_factory=dict)

    def of_step(self, step: Step) -> frozenset[str]:
        """Fibres of a step: its own word, else those of the makers of what it took (no recursion: chains are long)."""
        waiting, begun = [step], set[bytes]()
        while waiting:
            each = waiting[-1]
            behind = [maker for lot in each.goods.names("consumed") for maker in self.makers.get(lot, ())]
            own = self._stated(each)
            open_ends = [
                maker for maker in behind if maker.digest not in self.known and maker.digest not in begun
            ]
            if each.digest not in self.known and open_ends and not own:
                begun.add(each.digest)
                waiting += open_ends
                continue
            found = own or frozenset[str]().union(*(self.known.get(maker.digest, ()) for maker in behind))
            self.known.setdefault(each.digest, found)
            waiting.pop()
        return self.known[step.digest]

    def is_auxiliary(self, lot: str) -> bool:
        """Chemicals, trims and packaging: all who made the lot say so."""
        made_by = self.makers.get(lot, ())
        return bool(made_by) and all(maker.stage in _AUXILIARY for maker in made_by)

    def _stated(self, step: Step) -> frozenset[str]:
        stated = self.subjects.get(step.digest, {}).get("filiera:material", ())
        return frozenset(each["fibre"] for each in stated if "fibre" in each)


def gain_of(step: Step, material: Material) -> Gain:
    """How much mass the record itself explains beyond the goods that went in."""
    subject = material.subjects.get(step.digest, {})
    parameters = subject.get("filiera:parameters", {})
    before, after = parameters.get("moistureIn"), parameters.get("moistureOut")
    factor = _ONE
    if isinstance(before, str) and isinstance(after, str):
        water = min(parse_decimal(after) / _PER_CENT, _allowance(material.of_step(step)))
        factor = max(_ONE, (_ONE + water) / (_ONE + parse_decimal(before) / _PER_CENT))
    stretch = Decimal(catalogue(CURRENT).get("stretch", {}).get(step.process or "", "1"))
    return Gain(_substances(subject), factor, stretch)


def check_yields(steps: Iterable[Step], material: Material) -> Iterator[Finding]:
    """Judge every transformation among the steps; what is withheld `check_balance` says."""
    for step in sorted(steps, key=lambda step: step.digest):
        moves = step.goods.consumed + step.goods.produced + step.scrap
        if step.goods.consumed and step.goods.produced and all(move.quantity is not None for move in moves):
            yield from _scrap(step, material.subjects.get(step.digest, {}))
            yield from _pieces(step, material.subjects.get(step.digest, {}))
            yield from _mass(step, material)


def _mass(step: Step, material: Material) -> Iterator[Finding]:
    """Kilograms of product per kilogram of fibre goods; cloth in metres weighs what the record says it weighs."""
    subject = material.subjects.get(step.digest, {})
    went_all = _kilograms(step, step.goods.consumed, {})
    products = [move for move in step.goods.produced if move.place.startswith(_PRODUCTS)]
    came = _kilograms(step, products, subject)
    if went_all is None or came is None:
        return
    place, gain = step.digest.hex(), gain_of(step, material)
    if any(dimension(move) != "mass" for move in products):
        rest = [move for move in (*step.goods.produced, *step.scrap) if move not in products]
        whole = came + (_amount(move for move in rest if dimension(move) == "mass"))
        room = (went_all + gain.substances) * gain.moisture
        if whole > room * (_ONE + Decimal(catalogue(CURRENT)["conversionTolerance"])):
            values = {"needed": whole.quantize(_PLACES), "given": went_all, "unit": "kg"}
            yield finding(CHECK, "CONVERSION_MISMATCH", place, **values)
            return
    went = _kilograms(step, [move for move in step.goods.consumed if not material.is_auxiliary(move.lot)], {})
    band = _band(step, material)
    if not went or band is None:
        return
    low, high = band
    actual = came / gain.moisture / went
    if not low <= actual <= high:
        shown = {"process": step.process, "actual": actual.quantize(_PLACES), "low": low, "high": high}
        yield finding(CHECK, "YIELD_OUT_OF_BAND", place, **shown)


def _pieces(step: Step, subject: Mapping[str, Any]) -> Iterator[Finding]:
    """Pieces at the stated consumption cannot need more cloth than was taken."""
    stated = subject.get("filiera:parameters", {}).get("consumptionPerPiece")
    pieces = _amount(move for move in step.goods.produced if dimension(move) == "count")
    taken = [move for move in step.goods.consumed if dimension(move) in {"length", "area", "mass"}]
    codes = {move.unit for move in taken}
    if not isinstance(stated, str) or not pieces or len(codes) != 1:
        return
    unit = units()[codes.pop()]
    needed, given = parse_decimal(stated) * pieces, _amount(taken) / unit.factor
    if needed > given * (_ONE + Decimal(catalogue(CURRENT)["conversionTolerance"])):
        values = {"needed": needed, "given": given, "unit": unit.symbol}
        yield finding(CHECK, "CONVERSION_MISMATCH", step.digest.hex(), **values)


def _scrap(step: Step, subject: Mapping[str, Any]) -> Iterator[Finding]:
    """Scrap that went nobody knows where is where a lot is sold twice."""
    for entry in subject.get("filiera:scrap", ()):
        if entry.get("destination") != _NO_DESTINATION or "quantity" not in entry:
            continue
        unit, quantity = units()[entry["uom"]], parse_decimal(entry["quantity"])
        went = _amount(move for move in step.goods.consumed if dimension(move) == unit.dimension)
        if quantity * unit.factor > went * _DUST:
            values = {"quantity": quantity, "unit": unit.symbol}
            yield finding(CHECK, "SCRAP_WITHOUT_DESTINATION", step.digest.hex(), **values)


def _band(step: Step, material: Material) -> tuple[Decimal, Decimal] | None:
    """The widest of the bands of the step's fibres; None if the catalogue has none for the process."""
    bands = catalogue(CURRENT).get("yieldBands", {}).get(step.process or "")
    if bands is None:
        return None
    fibres = vocabulary("materials")["fibres"]
    groups = {fibres[each]["group"] for each in material.of_step(step)} or {"default"}
    found = [bands.get(group, bands["default"]) for group in sorted(groups)]
    return min(Decimal(low) for low, _ in found), max(Decimal(high) for _, high in found)


def _kilograms(step: Step, moves: Iterable[Movement], subject: Mapping[str, Any]) -> Decimal | None:
    """Their mass, with the stated weight where they are measured; None if one of them cannot be weighed."""
    whole = _ZERO
    for move in moves:
        weight = _ONE if dimension(move) == "mass" else stated_weight(step, move.lot, subject)
        if weight is None or move.quantity is None:
            return None
        whole += move.quantity * units()[move.unit].factor * weight
    return whole


def _substances(subject: Mapping[str, Any]) -> Decimal:
    """Kilograms of substances that the record says were used."""
    used = (each for each in subject.get("filiera:substances", ()) if "quantity" in each and "uom" in each)
    return sum(
        (
            parse_decimal(each["quantity"]) * units()[each["uom"]].factor
            for each in used
            if units()[each["uom"]].dimension == "mass"
        ),
        _ZERO,
    )


def _allowance(fibres: Iterable[str]) -> Decimal:
    """The highest agreed allowance among the fibres; one that has none counts as dry."""
    known = catalogue(CURRENT).get("moistureAllowances", {})
    return max((Decimal(known.get(each, "0")) for each in fibres), default=_ZERO)


def _amount(moves: Iterable[Movement]) -> Decimal:
    found = total(moves)
    return found[1] if found else _ZERO
