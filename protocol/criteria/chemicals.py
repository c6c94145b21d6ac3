"""Evidence of chemicals: is each wet step declared, at which MRSL level, with which tests, and what is over the limit.

Absent is not clean: a wet step that says nothing lowers the coverage, it never raises the figure.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from protocol.criteria.model import ONE, ZERO, Figure
from protocol.criteria.tally import Tally, certain
from protocol.quantities import parse_decimal
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from protocol.criteria.evidence import Evidence, Subject
    from protocol.steps import Step

# REACH Article 33: duties begin above 0.1 % by weight of a substance on the candidate list, per article.
SVHC_LIMIT = Decimal("0.001")
_TO_SHARE = {"%": Decimal("0.01"), "mg/kg": Decimal("0.000001"), "g/kg": Decimal("0.001")}


def figures(evidence: Evidence, catalogue: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Share of wet steps declared and at the catalogue's MRSL level, substances over the limit, tests."""
    wet = [step for step in evidence.made() if _is_wet(step)]
    return (
        _declared(evidence, wet),
        _level(evidence, wet, str(catalogue["mrslLevel"])),
        _over_limit(evidence, catalogue),
        *_tests(evidence),
    )


def declarations(evidence: Evidence, step: Step) -> list[Step]:
    """The chemical declarations about a step: about its goods, or its place and process on that day."""
    goods = set(step.goods.names("consumed", "produced"))
    found = []
    for said in evidence.said("chemical-declaration"):
        subject = evidence.subjects[said.digest]
        validity = subject.get("filiera:validity", {})
        here = step.facility is not None and subject.get("filiera:facility") == step.facility
        here = here and subject.get("filiera:processType", step.process) == step.process
        in_time = validity.get("from", said.day) <= step.day <= validity.get("to", step.day)
        if goods & set(said.goods.names()) or (here and in_time):
            found.append(said)
    return found


def _is_wet(step: Step) -> bool:
    group = vocabulary("processes")["processes"].get(step.process or "", {}).get("group")
    return bool(group == "wet-processing")


def _declared(evidence: Evidence, wet: list[Step]) -> Figure:
    tally = Tally()
    for step in wet:
        weight = evidence.shares.steps.get(step.digest, ZERO)
        about = declarations(evidence, step)
        own = evidence.word(step, "filiera:substances")
        if not about and not own:
            tally.lack(weight, "CHEMICALS_NOT_DECLARED", step.digest.hex())
            continue
        records = [said.digest for said in about] or [step.digest]
        tally.count(weight, ONE, records, proven=any(digest in evidence.proven for digest in records))
    return tally.covered("wet-steps-declared", "mass-weighted-wet-steps/1")


def _level(evidence: Evidence, wet: list[Step], wanted: str) -> Figure:
    tally = Tally()
    for step in wet:
        weight = evidence.shares.steps.get(step.digest, ZERO)
        levels = {
            said.digest: str(level)
            for said in declarations(evidence, step)
            if (level := evidence.word(said, "filiera:mrslLevel")) is not None
        }
        if not levels:
            tally.lack(weight, "MRSL_LEVEL_NOT_STATED", step.digest.hex())
            continue
        reached = all(level.isdigit() and level >= wanted for level in levels.values())
        proven = all(digest in evidence.proven for digest in levels)
        tally.count(weight, ONE if reached else ZERO, levels, proven=proven)
    return tally.figure("mrsl-level-reached", "share", "mass-weighted-wet-steps/1", average=True)


def _over_limit(evidence: Evidence, catalogue: Mapping[str, Any]) -> Figure:
    """Number of substances of very high concern stated above the limit; none stated is 0 of what was declared."""
    listed = {entry["cas"] for entry in catalogue["candidateList"]}
    found: set[str] = set()
    records: list[bytes] = []
    for said in evidence.said("chemical-declaration", "lab-test") + evidence.steps:
        substances = evidence.word(said, "filiera:substances") or []
        if substances:
            records.append(said.digest)
        found.update(_named(each) for each in substances if _is_over(each, listed))
    if not records:
        missing = (("CHEMICALS_NOT_DECLARED", evidence.target),)
        return Figure(
            "svhc-over-limit", None, "substances", "stated-upper-bound/1", ZERO, ZERO, ZERO, (), missing
        )
    return certain(Decimal(len(found)), "svhc-over-limit", "substances", "stated-upper-bound/1", records)


def _is_over(substance: Subject, listed: set[str]) -> bool:
    concentration = substance.get("concentration", {})
    upper = concentration.get("max", concentration.get("min"))
    factor = _TO_SHARE.get(concentration.get("unit", ""))
    of_concern = substance.get("category") == "svhc" or substance.get("cas") in listed
    return (
        of_concern and upper is not None and factor is not None and parse_decimal(upper) * factor > SVHC_LIMIT
    )


def _named(substance: Subject) -> str:
    return str(substance.get("cas", substance["name"]))


def _tests(evidence: Evidence) -> Iterator[Figure]:
    for outcome, name in (("conformant", "tests-passed"), ("non_conformant", "tests-failed")):
        tests = [
            said.digest for said in evidence.said("lab-test") if evidence.word(said, "disposition") == outcome
        ]
        yield certain(Decimal(len(tests)), name, "tests", "count-of-records/1", tests)
