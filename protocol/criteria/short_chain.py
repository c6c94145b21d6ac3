"""Filiera corta: how many companies, how many hands one after the other, where, and how far.

Companies of one control group count once. Places are those of the facilities' master data, valid on the day of
the work; a place that is not disclosed lowers the coverage. Distances are great circles, in whole
kilometres.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from protocol.criteria.model import ONE, ZERO, Figure
from protocol.criteria.shares import downstream_first
from protocol.criteria.tally import Tally, certain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.criteria.evidence import Evidence, Subject
    from protocol.steps import Step

EARTH_KM = 6371.0088  # IUGG mean radius


def figures(evidence: Evidence, catalogue: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Companies, tiers, kilometres, share of the work in each area of the catalogue, share of links proven."""
    made = evidence.made()
    companies = {evidence.company(step.holder) for step in evidence.steps if step.goods.gains}
    digests = [step.digest for step in evidence.steps]
    return (
        certain(Decimal(len(companies)), "companies", "companies", "distinct-control-groups/1", digests),
        certain(Decimal(_tiers(evidence)), "tiers", "tiers", "longest-chain-of-companies/1", digests),
        _kilometres(evidence),
        *(_area(evidence, made, name, area) for name, area in sorted(catalogue["areas"].items())),
        _links(evidence),
    )


def kilometres(one: Subject | None, other: Subject | None) -> Decimal | None:
    """Great-circle distance between two facilities, whole kilometres; None if a position is not there."""
    points = []
    for facility in (one, other):
        location = (facility or {}).get("location")
        if not isinstance(location, dict) or "latitude" not in location:
            return None
        points.append((math.radians(float(location["latitude"])), math.radians(float(location["longitude"]))))
    (lat1, lon1), (lat2, lon2) = points
    half = (
        math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return Decimal(round(2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))))


def _tiers(evidence: Evidence) -> int:
    """Companies one after the other on the longest way from an origin to the target."""
    makers: dict[str, list[Step]] = {}
    for step in evidence.steps:
        for lot in step.goods.names("produced"):
            makers.setdefault(lot, []).append(step)
    # Companies behind a lot, up to and without each of its makers; sources come first, so that nothing recurses however
    # long the chain is. A cycle adds nothing; custody refuses it.
    behind: dict[str, dict[str, int]] = {}

    def companies(lot: str, company: str) -> int:
        return max((count + (own != company) for own, count in behind.get(lot, {}).items()), default=0)

    for lot in reversed(downstream_first(evidence.target, makers)):
        found: dict[str, int] = {}
        for step in makers.get(lot, ()):
            own = evidence.company(step.holder)
            here = max((companies(source, own) for source in step.goods.names("consumed")), default=0)
            found[own] = max(found.get(own, 0), here)
        behind[lot] = found
    return companies(evidence.target, "")


def _kilometres(evidence: Evidence) -> Figure:
    """How far the average gram travelled between the places where it was worked."""
    tally = Tally()
    makers = {lot: step for step in evidence.steps for lot in step.goods.names("produced")}
    total = ZERO
    for step in evidence.made():
        for lot in step.goods.names("consumed"):
            weight = evidence.shares.lots.get(lot, ZERO)
            maker = makers.get(lot)
            if maker is None or not weight:
                continue
            here, there = (
                evidence.facility(step.facility, step.day),
                evidence.facility(maker.facility, maker.day),
            )
            distance = kilometres(there, here)
            if distance is None:
                tally.lack(weight, "PLACE_NOT_SHOWN", lot)
            else:
                total += weight * distance
                proven = step.digest in evidence.proven and maker.digest in evidence.proven
                tally.count(weight, ZERO, (step.digest, maker.digest), proven=proven)
    tally.value = total
    return tally.figure("kilometres", "km", "mass-weighted-great-circle/1", average=False, places="1")


def _area(evidence: Evidence, made: tuple[Step, ...], name: str, area: Mapping[str, Any]) -> Figure:
    """Share of the working steps done in an area, each step counting once."""
    tally = Tally()
    for step in made:
        address = (evidence.facility(step.facility, step.day) or {}).get("address", {})
        if "country" not in address:
            tally.lack(ONE, "PLACE_NOT_SHOWN", step.digest.hex())
            continue
        inside = address["country"] in area["countries"]
        if "provinces" in area:
            inside = inside and address.get("province") in area["provinces"]
        tally.count(ONE, ONE if inside else ZERO, [step.digest], proven=step.digest in evidence.proven)
    return tally.figure(f"in-{name}", "share", "share-of-steps/1", average=True)


def _links(evidence: Evidence) -> Figure:
    """Share of all links that more than one party stands for."""
    tally = Tally()
    for step in evidence.steps:
        proven = step.digest in evidence.proven
        tally.count(ONE, ONE if proven else ZERO, [step.digest], proven=proven)
    return tally.figure("links-proven", "share", "share-of-steps/1", average=True)
