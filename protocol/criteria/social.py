"""Social and ethical qualification: was the place covered on the day of the work, was passing on allowed.

No figure here is about a person; ranges of hours and people are only set against the pieces that they are said to make.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from protocol.criteria.model import ONE, ZERO, Figure
from protocol.criteria.tally import Tally
from protocol.quantities import parse_decimal
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocol.criteria.evidence import Evidence
    from protocol.steps import Step

_MINUTES = Decimal(60)


def figures(evidence: Evidence, catalogue: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Steps with each family of evidence valid on the day, and hours against pieces."""
    families = catalogue["socialEvidence"]
    return (
        *(_valid(evidence, name, kinds) for name, kinds in sorted(families.items())),
        _permitted(evidence),
        _capacity(evidence, catalogue),
    )


def _valid(evidence: Evidence, name: str, kinds: Iterable[str]) -> Figure:
    """Share of working steps whose place had evidence of one of the kinds on that very day."""
    tally, wanted = Tally(), set(kinds)
    for step in evidence.made():
        found = [
            said for said in evidence.said("social-evidence") if _speaks_for(evidence, said, step, wanted)
        ]
        if not found:
            tally.lack(ONE, "SOCIAL_EVIDENCE_MISSING", step.digest.hex())
            continue
        proven = any(said.digest in evidence.proven for said in found)
        tally.count(ONE, ONE, [said.digest for said in found], proven=proven)
    return tally.covered(f"evidence-{name}", "share-of-steps/1")


def _speaks_for(evidence: Evidence, said: Step, step: Step, kinds: set[str]) -> bool:
    social = evidence.word(said, "filiera:social") or {}
    if social.get("kind") not in kinds or evidence.word(said, "disposition") == "non_conformant":
        return False
    validity = social["validity"]
    on_the_day = validity["from"] <= step.day <= validity.get("to", step.day)
    place = social.get("facility")
    return on_the_day and (place == step.facility if place is not None else said.signer == step.holder)


def _permitted(evidence: Evidence) -> Figure:
    """Share of the shipments to subcontractors that the order allowed to be made."""
    tally = Tally()
    for step in evidence.steps:
        allowed = evidence.word(step, "filiera:maySubcontract")
        given_out = step.act == "shipment" and evidence.word(step, "filiera:subcontractOrder") is not None
        if allowed is None or not given_out:
            continue
        # Passing on is sending the very goods to a third party; work done on them makes another lot.
        goods = set(step.goods.names("sent"))
        passed_on = [
            later
            for later in evidence.steps
            if later.act == "shipment"
            and later.holder == step.recipient
            and later.recipient != step.holder
            and goods & set(later.goods.names("sent"))
        ]
        kept = allowed or not passed_on
        tally.count(ONE, ONE if kept else ZERO, [step.digest], proven=step.digest in evidence.proven)
    return tally.figure("subcontracting-permitted", "share", "share-of-shipments/1", average=True)


def _capacity(evidence: Evidence, catalogue: Mapping[str, Any]) -> Figure:
    """Share of making-up steps whose declared hours of that month can have made the pieces of this chain."""
    tally = Tally()
    minutes = {name: parse_decimal(value) for name, value in catalogue["minutesPerPiece"].items()}
    for step in evidence.made():
        needed = minutes.get(step.process or "")
        pieces = sum((move.quantity or ZERO for move in step.goods.produced if move.unit == "C62"), ZERO)
        if needed is None or not pieces or not _making_up(step):
            continue
        hours, records = _hours(evidence, step)
        if hours is None:
            tally.lack(ONE, "WORK_NOT_DECLARED", step.digest.hex())
            continue
        enough = hours * _MINUTES >= needed * pieces
        tally.count(
            ONE, ONE if enough else ZERO, records, proven=any(each in evidence.proven for each in records)
        )
    return tally.figure("capacity-plausible", "share", "hours-against-pieces/1", average=True)


def _hours(evidence: Evidence, step: Step) -> tuple[Decimal | None, list[bytes]]:
    """The most hours that the place declared for the month of the step."""
    for said in evidence.said("work-declaration"):
        work = evidence.word(said, "filiera:work") or {}
        same = (
            step.facility is not None
            and work.get("facility") == step.facility
            and work.get("month") == step.day[:7]
        )
        most = work.get("hours", {}).get("max")
        if same and most is not None:
            return parse_decimal(most), [said.digest]
    return None, []


def _making_up(step: Step) -> bool:
    return bool(vocabulary("processes")["processes"].get(step.process or "", {}).get("group") == "making-up")
