"""Circularity: recycled content weighted through the graph, and what happened to the goods after their first life."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from protocol.criteria.model import ONE, ZERO, Figure
from protocol.criteria.tally import Tally, certain
from protocol.quantities import parse_decimal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.criteria.evidence import Evidence
    from protocol.steps import Step

_SECOND_LIFE = ("repair", "resale", "recycling")


def figures(evidence: Evidence, _catalogue: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Recycled content, and the number of repairs, resales and recyclings so far."""
    later = evidence.said(*_SECOND_LIFE) + tuple(step for step in evidence.steps if step.act in _SECOND_LIFE)
    digests = [step.digest for step in later]
    return (
        recycled_content(evidence),
        certain(Decimal(len(digests)), "second-life", "events", "count-of-events/1", digests),
    )


def recycled_content(evidence: Evidence) -> Figure:
    """Share of the target's mass that was waste before.

    Each origin counts with its own share of the target's mass. Recovered waste is recycled as a whole, whatever it
    says; other origins by the recycled part of each fibre they name. One that names none lowers the
    coverage.
    """
    tally = Tally()
    for step in evidence.origins():
        for lot in step.goods.names("produced"):
            weight = evidence.shares.lots.get(lot, ZERO)
            part = _recycled_part(evidence, step)
            if not weight:
                continue
            if part is None:
                tally.lack(weight, "MATERIAL_NOT_SHOWN", lot)
            else:
                tally.count(weight, part, [step.digest], proven=_attested(evidence, step))
    weighed = sum((evidence.shares.lots.get(lot, ZERO) for lot in _origin_lots(evidence)), ZERO)
    if weighed < ONE:
        tally.lack(ONE - weighed, "MASS_NOT_TRACED", evidence.target)
    return tally.figure("recycled-content", "share", "mass-weighted-through-graph/1", average=True)


def _origin_lots(evidence: Evidence) -> set[str]:
    return {lot for step in evidence.origins() for lot in step.goods.names("produced")}


def _recycled_part(evidence: Evidence, step: Step) -> Decimal | None:
    if step.stage == "recovered-waste":
        return ONE
    materials = evidence.word(step, "filiera:material")
    if not isinstance(materials, list) or any("share" not in each for each in materials):
        return None
    return sum(
        (parse_decimal(each["share"]) * parse_decimal(each.get("recycled", "0")) for each in materials), ZERO
    )


def _attested(evidence: Evidence, step: Step) -> bool:
    """Proven: countersigned, or a certificate that the origin names and that more than its holder stands for."""
    if step.digest in evidence.proven:
        return True
    references = evidence.word(step, "filiera:certificates") or []
    named = {bytes.fromhex(each["digest"]) for each in references}
    return any(digest in evidence.proven for digest in named)
