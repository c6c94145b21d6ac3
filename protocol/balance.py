"""Mass balance of one transformation, in exact decimals.

Within one dimension (kilos into kilos) what comes out – products, by-products and scrap – can never be more than what
went in. Across dimensions (kilos of yarn into metres of cloth, metres into pieces) the declared yield is the only
bridge:
yield = output in its unit ÷ all input of the leading dimension in its unit. Where the event declares a yield, the
actual one has to be it, within the scales' tolerance. Water, dye and resin are inputs, so an honest gain has an input.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from protocol.quantities import units
from protocol.steps import Step, dimension, total
from protocol.verdict import Finding, finding
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from protocol.goods import Movement

CHECK = "balance"
# Declared yields are rounded and scales are read by people; one part in a hundred is neither.
YIELD_TOLERANCE = Decimal("0.01")
# The dimension that leads when inputs come in several: mass says most, liquor by volume least.
LEADING = ("mass", "area", "length", "count", "volume")
_STRETCHED = frozenset({"length", "area"})
_OUTPUTS = ("/outputQuantityList", "/outputEPCList")


@dataclass(frozen=True)
class Gain:
    """How much more may honestly come out than goods went in (`checks/yields.py` finds it).

    Kilograms of substances that were used, the factors by which fibres took up water and by which cloth stretched.
    """

    substances: Decimal = Decimal(0)
    moisture: Decimal = Decimal(1)
    stretch: Decimal = Decimal(1)


def check_balance(
    steps: Iterable[Step], used: Collection[str] = (), gains: Mapping[bytes, Gain] | None = None
) -> Iterator[Finding]:
    """Judge every transformation among the steps by itself; `used` are the lots that the target is made of, and itself.

    A by-product needs no yield while nobody uses it: one that is used is a product. `gains` are by step; none: nothing
    comes of nothing.
    """
    for step in sorted(steps, key=lambda step: step.digest):
        # A garment is one piece of its lot: the account of the lot counts them.
        if step.goods.consumed and step.goods.produced and step.act != "garment-born":
            yield from _transformation(step, used, (gains or {}).get(step.digest, Gain()))


def check_counts(steps: Iterable[Step], goods: Collection[str]) -> Iterator[Finding]:
    """A stock count may find less, or a little more; what it finds beyond the scales' tolerance came from nowhere.

    `steps` are the effective ones, `goods` the lots on the way to the target.
    """
    for step in sorted(steps, key=lambda step: step.digest):
        counted = set(step.goods.names("counted")) & set(goods)
        for entry in (entry for entry in step.entries if entry.lot in counted):
            before, after = entry.before, entry.after
            if before is not None and after is not None and after > before * (1 + YIELD_TOLERANCE):
                place = step.digest.hex()
                yield finding(CHECK, "STOCK_COUNT_GAIN", place, lot=entry.lot, before=before, after=after)


def _transformation(step: Step, used: Collection[str], room: Gain) -> Iterator[Finding]:
    place = step.digest.hex()
    if any(move.quantity is None for move in step.goods.consumed + step.goods.produced + step.scrap):
        yield finding(CHECK, "BALANCE_WITHHELD", place)
        return
    leading = next((each for each in LEADING if _of(step.goods.consumed, each)), None)
    if leading is None:  # energy alone makes no goods
        amount = sum((move.quantity or Decimal(0) for move in step.goods.produced), Decimal(0))
        yield finding(CHECK, "BALANCE_GAIN", place, inputs=Decimal(0), outputs=amount, dimension="energy")
        return
    inputs = _of(step.goods.consumed, leading)
    came_out, bridged = step.goods.produced + step.scrap, False
    gain = tuple(_gain(step, inputs, _of(came_out, leading), leading, room))
    if {dimension(move) for move in came_out} == {leading}:
        yield from gain or _loss(step, inputs, came_out)
    elif len(inputs) == len(step.goods.consumed):
        # A by-product in metres is no reason for more kilos to come out than the kilos that went in.
        yield from gain
    else:
        bridged = any(found.code == "BALANCE_GAIN" for found in gain)
    judged = [move for move in step.goods.produced if move.place.startswith(_OUTPUTS) or move.lot in used]
    yield from _yields(step, judged, inputs, leading, bridged=bridged)


def _loss(step: Step, inputs: tuple[Movement, ...], came_out: tuple[Movement, ...]) -> Iterator[Finding]:
    """Everything is in one dimension: what is lost has to be said."""
    went, came = _amount(inputs), _amount(came_out)
    if came < went * _band(step.process)[0]:
        place = step.digest.hex()
        yield finding(CHECK, "BALANCE_LOSS_UNEXPLAINED", place, inputs=went, lost=went - came)


def _gain(
    step: Step, inputs: tuple[Movement, ...], came_out: tuple[Movement, ...], leading: str, room: Gain
) -> Iterator[Finding]:
    """In one dimension, out can not be above in, but for what was added, water within the allowance, and stretch."""
    went, came, place = _amount(inputs), _amount(came_out), step.digest.hex()
    most = went * max(_band(step.process)[1], room.stretch if leading in _STRETCHED else Decimal(1))
    if leading == "mass":
        most += room.substances
    if came <= most:
        return
    if leading == "mass" and came <= most * room.moisture:
        yield finding(CHECK, "GAIN_BY_MOISTURE", place, inputs=went, outputs=came)
    else:
        yield finding(CHECK, "BALANCE_GAIN", place, inputs=went, outputs=came, dimension=leading)


def _yields(
    step: Step, outputs: Iterable[Movement], inputs: tuple[Movement, ...], leading: str, *, bridged: bool
) -> Iterator[Finding]:
    """Judge declared yields; `bridged`: more came out in the leading dimension than what went in can explain."""
    place = step.digest.hex()
    for output in sorted(outputs, key=lambda move: move.lot):
        declared = (step.yields or {}).get(output.lot)
        if declared is None:
            if step.yields is not None and output.lot in step.yields:
                yield finding(CHECK, "BALANCE_WITHHELD", place)
            elif dimension(output) != leading or bridged:
                yield finding(CHECK, "YIELD_NOT_DECLARED", place, lot=output.lot)
            continue
        went, came = _in_own_unit(inputs), output.quantity or Decimal(0)
        if abs(came - declared * went) > YIELD_TOLERANCE * declared * went:
            actual = (came / went).quantize(Decimal("0.000001"))
            yield finding(CHECK, "YIELD_MISMATCH", place, lot=output.lot, declared=declared, actual=actual)


def _band(process: str | None) -> tuple[Decimal, Decimal]:
    """Return the least and the most that may come out per unit in; (1, 1) where the catalogue says nothing."""
    band = vocabulary("processes")["processes"].get(process or "", {}).get("band") or {}
    return Decimal(band.get("low", "1")), Decimal(band.get("high", "1"))


def _of(movements: tuple[Movement, ...], wanted: str) -> tuple[Movement, ...]:
    return tuple(move for move in movements if dimension(move) == wanted)


def _amount(movements: tuple[Movement, ...]) -> Decimal:
    found = total(movements)
    return found[1] if found else Decimal(0)


def _in_own_unit(movements: tuple[Movement, ...]) -> Decimal:
    """Return the sum in the movements' common unit, in the base unit if they have several."""
    codes = {move.unit for move in movements}
    return _amount(movements) / units()[codes.pop()].factor if len(codes) == 1 else _amount(movements)
