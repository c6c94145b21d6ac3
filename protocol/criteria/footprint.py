"""Environmental footprint: kg CO2e of one piece from the steps' own statements, and how much of it is primary data.

A statement about the target itself (cradle to gate) is taken as it stands. Otherwise the statements of single steps
(gate to gate) are added up, each by the mass of its lot that is in the target; steps without one lower the coverage.
Never called a PEF result: that is what a verified declaration is, and this is not one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.criteria.model import ZERO, Figure
from protocol.criteria.tally import Tally
from protocol.quantities import parse_decimal, units

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from protocol.criteria.evidence import Evidence, Subject
    from protocol.steps import Step

_CLIMATE, _KG = "climate-change", "kg CO2e"
# Of the last step alone: what lies upstream is not in it.
_ONE_GATE = "gate-to-gate"


def figures(evidence: Evidence, _catalogue: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Climate change per unit of the target, and the share of primary data behind it."""
    statements = evidence.said("footprint-statement")
    whole = [
        step
        for step in statements
        if evidence.target in step.goods.names()
        and _amount(evidence, step) is not None
        and (evidence.word(step, "filiera:footprint") or {}).get("scope") != _ONE_GATE
    ]
    if whole:
        return _of_target(evidence, whole)
    return _of_steps(evidence)


def _of_target(evidence: Evidence, statements: list[Step]) -> tuple[Figure, ...]:
    climate, primary = Tally(), Tally()
    newest = max(statements, key=lambda step: (step.day, step.digest))
    amount = _amount(evidence, newest)
    proven = newest.digest in evidence.proven
    if amount is None:
        climate.lack(evidence.shares.lots[evidence.target], "FOOTPRINT_WITHHELD", newest.digest.hex())
    else:
        climate.count(evidence.shares.lots[evidence.target], amount, [newest.digest], proven=proven)
    _primary(primary, evidence, newest, evidence.shares.lots[evidence.target], proven=proven)
    return _pair(climate, primary, "statement-of-product/1")


def by_step(evidence: Evidence) -> Iterator[tuple[Step, Decimal, Step | None, Decimal | None]]:
    """Each step of work, its share of the target's mass, the newest statement about what it made, and its amount.

    The amount is kg CO2e per kilogram, None where nobody states it or not by mass; share times amount is what the step
    adds to the sum.
    """
    statements = evidence.said("footprint-statement")
    for step in evidence.made():
        about = [each for each in statements if set(each.goods.names()) & set(step.goods.names("produced"))]
        stated = max(about, key=lambda each: (each.day, each.digest), default=None)
        amount = _amount(evidence, stated, "mass") if stated else None
        yield step, evidence.shares.steps.get(step.digest, ZERO), stated, amount


def _of_steps(evidence: Evidence) -> tuple[Figure, ...]:
    """Per kilogram of the target: each lot's own kg CO2e per kilogram, by its share of the mass."""
    climate, primary = Tally(), Tally()
    for step, weight, stated, amount in by_step(evidence):
        if stated is None or amount is None:
            climate.lack(weight, "FOOTPRINT_NOT_STATED", step.digest.hex())
            primary.lack(weight, "FOOTPRINT_NOT_STATED", step.digest.hex())
            continue
        proven = stated.digest in evidence.proven
        climate.count(weight, amount, [stated.digest], proven=proven)
        _primary(primary, evidence, stated, weight, proven=proven)
    return _pair(climate, primary, "sum-of-steps-by-mass/1")


def _pair(climate: Tally, primary: Tally, method: str) -> tuple[Figure, ...]:
    return (
        climate.figure("climate-change", _KG, method, average=False),
        primary.figure("primary-data", "share", "mass-weighted/1", average=True),
    )


def _amount(evidence: Evidence, step: Step, dimension: str | None = None) -> Decimal | None:
    """Kg CO2e per unit of reference; None if withheld, in another unit, or not of the `dimension` asked for."""
    footprint: Subject = evidence.word(step, "filiera:footprint") or {}
    reference = footprint.get("referenceQuantity", {})
    for each in footprint.get("categories", ()):
        if each["category"] == _CLIMATE and each["unit"] == _KG and "quantity" in reference:
            unit = units()[reference["uom"]]
            if dimension not in {None, unit.dimension}:
                return None
            base = parse_decimal(reference["quantity"]) * unit.factor
            value = parse_decimal(each["value"])
            return (-value if each.get("negative") else value) / base if base else None
    return None


def _primary(tally: Tally, evidence: Evidence, step: Step, weight: Decimal, *, proven: bool) -> None:
    stated = (evidence.word(step, "filiera:footprint") or {}).get("primaryDataShare")
    if stated is None:
        tally.lack(weight, "PRIMARY_SHARE_NOT_STATED", step.digest.hex())
    else:
        tally.count(weight, parse_decimal(stated), [step.digest], proven=proven)
