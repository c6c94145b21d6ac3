"""Mass balance of one transformation, in exact decimals.

Within one dimension (kilos into kilos) what comes out – products, by-products and scrap – can never be more than what
went in. Across dimensions (kilos of yarn into metres of cloth, metres into pieces) the declared yield is the only
bridge:
yield = output in its unit ÷ all input of the leading dimension in its unit. Where the event declares a yield, the
actual one has to be it, within the scales' tolerance. Water, dye and resin are inputs, so an honest gain has an input.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from protocol.quantities import units
from protocol.steps import Step, dimension, total
from protocol.verdict import Finding, finding
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from protocol.goods import Movement

CHECK = "balance"
# Declared yields are rounded and scales are read by people; one part in a hundred is neither.
YIELD_TOLERANCE = Decimal("0.01")
# The dimension that leads when inputs come in several: mass says most, liquor by volume least.
LEADING = ("mass", "area", "length", "count", "volume")
_OUTPUTS = ("/outputQuantityList", "/outputEPCList")


def check_balance(steps: Iterable[Step]) -> Iterator[Finding]:
    """Judge every transformation among the steps by itself."""
    for step in sorted(steps, key=lambda step: step.digest):
        # A garment is one piece of its lot: the account of the lot counts them.
        if step.goods.consumed and step.goods.produced and step.act != "garment-born":
            yield from _transformation(step)


def _transformation(step: Step) -> Iterator[Finding]:
    place = step.digest.hex()
    if any(move.quantity is None for move in step.goods.consumed + step.goods.produced + step.scrap):
        yield finding(CHECK, "BALANCE_WITHHELD", place)
        return
    leading = next(each for each in LEADING if _of(step.goods.consumed, each))
    inputs = _of(step.goods.consumed, leading)
    came_out = step.goods.produced + step.scrap
    if {dimension(move) for move in came_out} == {leading}:
        yield from _one_dimension(step, inputs, came_out, leading)
    yield from _yields(step, inputs, leading)


def _one_dimension(
    step: Step, inputs: tuple[Movement, ...], came_out: tuple[Movement, ...], leading: str
) -> Iterator[Finding]:
    """Everything is in one dimension: out can not be above in, and what is lost has to be said."""
    place = step.digest.hex()
    went, came = _amount(inputs), _amount(came_out)
    low, high = _band(step.process)
    if came > went * high:
        yield finding(CHECK, "BALANCE_GAIN", place, inputs=went, outputs=came, dimension=leading)
    elif came < went * low:
        yield finding(CHECK, "BALANCE_LOSS_UNEXPLAINED", place, inputs=went, lost=went - came)


def _yields(step: Step, inputs: tuple[Movement, ...], leading: str) -> Iterator[Finding]:
    place = step.digest.hex()
    outputs = [move for move in step.goods.produced if move.place.startswith(_OUTPUTS)]
    for output in sorted(outputs, key=lambda move: move.lot):
        declared = (step.yields or {}).get(output.lot)
        if declared is None:
            if step.yields is not None and output.lot in step.yields:
                yield finding(CHECK, "BALANCE_WITHHELD", place)
            elif dimension(output) != leading:
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
