"""What a passport claims about how its goods were made, against the figures that the records give.

Only what the records contradict is refused. A modest claim is nobody's harm, and of what the records do not tell
enough the figure itself says "not enough evidence".
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from protocol.criteria.evaluate import CURRENT, VERSIONS, evaluate
from protocol.criteria.model import ONE, ZERO
from protocol.quantities import parse_decimal
from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from protocol.criteria.evidence import Evidence
    from protocol.criteria.model import Figure
    from protocol.history import History

PASSPORT = "passport"
# What a passport prints for a figure; a word in its place is no figure of anything.
_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?")
# Figures are rounded when they are printed; a claim may round as well, and no more.
_ROUNDING = Decimal("0.005")
# Labels of fibres are made in whole per cents (Reg. (EU) 1007/2011); the recycled share may be rounded up to one.
_WHOLE_PER_CENT = Decimal("0.01")

Difference = tuple[str, str, str]


def contradictions(subject: Mapping[str, Any], history: History, place: str) -> Iterator[Finding]:
    """Yield `PASSPORT_CLAIM_CONTRADICTED` for each claim of a passport that the records contradict.

    The figures are those of the catalogue under which the passport was made; of another than ours,
    `PASSPORT_CATALOGUE_UNKNOWN`.
    """
    version = subject["catalogueVersion"]
    if version not in VERSIONS:
        yield finding(PASSPORT, "PASSPORT_CATALOGUE_UNKNOWN", place, version=version)
        return
    criteria = history.criteria if version == CURRENT else evaluate(history.evidence, version)
    found = {(criterion.id, figure.id): figure for criterion in criteria for figure in criterion.figures}
    for differences in (_figures(subject, found), _recycled(subject, found), _climate(subject, found)):
        for what, claimed, given in differences:
            yield _contradicted(place, what, claimed, given)
    for fibre in _foreign_fibres(subject, history.evidence):
        yield _contradicted(place, fibre, "1", "0")


def _contradicted(place: str, what: str, claimed: str, given: str) -> Finding:
    return finding(PASSPORT, "PASSPORT_CLAIM_CONTRADICTED", place, what=what, claimed=claimed, found=given)


def _figures(subject: Mapping[str, Any], found: Mapping[tuple[str, str], Figure]) -> Iterator[Difference]:
    """The criteria as the passport prints them, each as `figure = value`."""
    for entry in subject.get("criteria", ()):
        name, _, claimed = entry.get("figure", "").partition(" = ")
        figure = found.get((entry["criterion"], name))
        if figure is None or not claimed or figure.value is None:
            continue
        if not _NUMBER.fullmatch(claimed):
            yield name, claimed[:40], f"{figure.value:f}"
        elif abs(Decimal(claimed) - figure.value) > _ROUNDING * max(ONE, abs(figure.value)):
            yield name, claimed, f"{figure.value:f}"


def _recycled(subject: Mapping[str, Any], found: Mapping[tuple[str, str], Figure]) -> Iterator[Difference]:
    figure, claimed = found.get(("circularity", "recycled-content")), recycled_share(subject)
    if figure is None or figure.value is None or claimed is None:
        return
    if claimed > figure.value + _WHOLE_PER_CENT:
        yield "recycled-content", f"{claimed.normalize():f}", f"{figure.value.normalize():f}"


def recycled_share(subject: Mapping[str, Any]) -> Decimal | None:
    """The recycled share of the product's mass that its composition claims; None if the composition is not whole."""
    parts = subject.get("components") or [{"massShare": "1", "materials": subject.get("materials", ())}]
    total = ZERO
    for part in parts:
        if "massShare" not in part:
            return None
        total += parse_decimal(part["massShare"]) * sum(
            (
                parse_decimal(each["share"]) * parse_decimal(each.get("recycled", "0"))
                for each in part.get("materials", ())
                if "share" in each
            ),
            ZERO,
        )
    return total


def _climate(subject: Mapping[str, Any], found: Mapping[tuple[str, str], Figure]) -> Iterator[Difference]:
    """Greenhouse gases of the product, where both sides give them in the same unit."""
    figure = found.get(("footprint", "climate-change"))
    for entry in subject.get("footprint", {}).get("categories", ()):
        if entry["category"] != "climate-change" or figure is None or figure.value is None:
            continue
        if entry["unit"] == figure.unit and parse_decimal(entry["value"]) < figure.value * (ONE - _ROUNDING):
            yield "climate-change", entry["value"], f"{figure.value:f}"


def _foreign_fibres(subject: Mapping[str, Any], evidence: Evidence) -> list[str]:
    """Fibres on the passport that no origin brought in; none if an origin does not say what it is of."""
    brought = [evidence.word(step, "filiera:material") for step in evidence.origins()]
    if not brought or not all(isinstance(materials, list) for materials in brought):
        return []
    known = {each.get("fibre") for materials in brought for each in materials}
    return sorted(_fibres(subject) - known)


def _fibres(subject: Mapping[str, Any]) -> set[str]:
    listed: list[Iterable[Mapping[str, Any]]] = [subject.get("materials", ())]
    listed += [part.get("materials", ()) for part in subject.get("components", ())]
    return {each["fibre"] for materials in listed for each in materials if "fibre" in each}
