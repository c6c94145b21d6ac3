"""Files that carry a newer catalogue than the one in use: shown beside if a coordinator signed it, never instead."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from protocol.criteria.evaluate import CURRENT, catalogue
from scripts.make_vectors.bundles_case import Stories
from scripts.make_vectors.bundles_company import DAY, lot
from scripts.make_vectors.bundles_world import COORDINATOR

if TYPE_CHECKING:
    from scripts.make_vectors.bundles_company import Company
    from scripts.make_vectors.bundles_world import World

good, bad = Stories(), Stories()

NEXT = "2027-1"
_REFUSED = "refused"
_NORTH = {"countries": ["IT"], "provinces": ["BO", "PO"], "it": "Appennino", "en": "Apennines"}
_WATER = {
    "id": "water",
    "sdg": [12],
    "it": {"name": "Acqua", "question": "Quanta acqua, e resa come?"},
    "en": {"name": "Water", "question": "How much water, and in which state is it given back?"},
}


@good("catalogue-newer", figures={"short-chain/companies": "1"})
def newer(world: World) -> str:
    """The file carries the coordinator's catalogue of the next season; the figures are those of the one in use."""
    _publish(world, _next(areas={**catalogue()["areas"], "apennines": _NORTH}))
    return _wool(world)


@good("catalogue-in-use-signed", figures={"short-chain/companies": "1"})
def in_use(world: World) -> str:
    """The file carries the catalogue in use as the coordinator signed it."""
    _publish(world, dict(catalogue()), CURRENT)
    return _wool(world)


@good("catalogue-newer-unknown", codes="CATALOGUE_METHOD_UNKNOWN", figures={"short-chain/companies": "1"})
def unknown_method(world: World) -> str:
    """The next season's catalogue has a criterion for which there is no method yet, and a rule that nobody knows."""
    _publish(world, _next(criteria=[*catalogue()["criteria"], _WATER], waterLimit="40"))
    return _wool(world)


@bad("catalogue-two-contents", _REFUSED, "CATALOGUE_DIFFERS")
def two_contents(world: World) -> str:
    """The coordinator signed two catalogues under one number."""
    _publish(world, _next())
    _publish(world, _next(mrslLevel="2"))
    return _wool(world)


@bad("catalogue-in-use-otherwise", _REFUSED, "CATALOGUE_DIFFERS")
def in_use_otherwise(world: World) -> str:
    """A catalogue under the number of the one in use, with another level."""
    _publish(world, dict(catalogue()) | {"mrslLevel": "3"}, CURRENT)
    return _wool(world)


@bad("catalogue-other-number", _REFUSED, "CATALOGUE_VERSION_MISMATCH")
def other_number(world: World) -> str:
    """The record says another number than its content."""
    _publish(world, _next(), "2027-2")
    return _wool(world)


@bad("catalogue-criterion-twice", _REFUSED, "CATALOGUE_CRITERION_TWICE")
def criterion_twice(world: World) -> str:
    """A criterion is listed twice: which of the two would count?"""
    _publish(world, _next(criteria=[catalogue()["criteria"][0]] * 2))
    return _wool(world)


@bad("catalogue-by-a-company", _REFUSED, "MEMBERSHIP_NOT_BY_COORDINATOR")
def by_a_company(world: World) -> str:
    """A company makes a catalogue under which it looks better."""
    anna = world.company("anna")
    _publish(world, _next(mrslLevel="0"), by=anna)
    return _wool(world, anna)


@bad("membership-an-event", _REFUSED, "MEMBERSHIP_NOT_BY_COORDINATOR")
def an_event_among_the_words(world: World) -> str:
    """An event stands where the coordinator's words do."""
    anna = world.company("anna")
    world.memberships.append(anna.twin().declare("silk", "10 KGM"))
    return _wool(world, anna)


def _next(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(dict(catalogue())) | {"version": NEXT} | changes


def _publish(world: World, content: dict[str, Any], version: str = NEXT, by: Company | None = None) -> None:
    subject = {"type": "Catalogue", "version": version, "day": DAY, "content": content}
    world.memberships.append((by or COORDINATOR).say("FilieraCatalogue", subject))


def _wool(world: World, anna: Company | None = None) -> str:
    world.head((anna or world.company("anna")).declare("wool", "120 KGM"))
    return lot("wool")
