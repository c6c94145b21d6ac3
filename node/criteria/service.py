"""The lives of the criteria as the node has them, and the catalogues that are published."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from node.criteria import repository
from protocol.catalogue import Published, number_of, published, shipped
from protocol.criteria.evaluate import VERSIONS, catalogue
from protocol.criterion_life import ADOPTION, COMMENT, STEP, Entry, Life, life_of, take
from protocol.errors import FormatError
from protocol.identifiers import participant_urn
from protocol.records import parse_record, restrict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from node.criteria.repository import Arrived
    from node.db import Database

_LISTS = (("steps", STEP), ("comments", COMMENT), ("adoptions", ADOPTION))


class Criteria:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def content(self, version: str) -> dict[str, Any]:
        """A version of the catalogue, shipped or published; CATALOGUE_UNKNOWN if there is none."""
        if version in VERSIONS:
            return dict(catalogue(version))
        with self._database.read() as connection:
            for arrived in repository.catalogues(connection):
                subject = parse_record(arrived.found.token).subject
                if subject["version"] == version:
                    content: dict[str, Any] = subject["content"]
                    return content
        raise FormatError("CATALOGUE_UNKNOWN", "/version", version=version)

    def told(self, criterion: str) -> dict[str, Any]:
        """A criterion's lives, the newest version first; CRITERION_UNKNOWN if no catalogue and no record has it."""
        with self._database.read() as connection:
            arrived = repository.of_criterion(connection, criterion)
        lives = read_lives(arrived)
        versions = {version for version, known in shipped().items() if criterion in known.criteria}
        for version in versions - {version for _, version in lives}:
            lives[criterion, version] = Life(criterion, version)
        if not lives:
            raise FormatError("CRITERION_UNKNOWN", "/criterion", criterion=criterion)
        anchored = {each.found.digest.hex(): each.found.leaf_index is not None for each in arrived}
        ids = {each.found.digest.hex(): each.found.record_id for each in arrived}
        return {
            "criterion": criterion,
            "versions": [_told(life, ids, anchored) for life in _newest_first(lives.values())],
        }

    def overview(self) -> list[dict[str, Any]]:
        """Every life in short, the newest version first."""
        with self._database.read() as connection:
            lives = read_lives(repository.of_all(connection))
        for version, known in shipped().items():
            for criterion in known.criteria:
                lives.setdefault((criterion, version), Life(criterion, version))
        return [_in_short(life) for life in _newest_first(lives.values())]


def read_lives(arrived: Iterable[Arrived]) -> dict[tuple[str, str], Life]:
    """Life by criterion and version, of records in the order of arrival; each was judged when it came."""
    lives: dict[tuple[str, str], Life] = {}
    for each in arrived:
        entry = entry_of(each)
        name = life_of(entry.subject)
        lives[name] = take(lives.get(name, Life(*name)), entry)
    return lives


def entry_of(arrived: Arrived) -> Entry:
    """A stored record as everybody reads it and the protocol judges it; the roles that its author had are not kept."""
    author = participant_urn(arrived.found.participant) if any(arrived.found.participant) else ""
    subject = parse_record(restrict(parse_record(arrived.found.token), "public")).subject
    return Entry(arrived.kind, arrived.found.digest.hex(), author, 0, day_of(arrived.received_at), subject)


def known_catalogues(connection: Connection) -> dict[str, Published]:
    """The published versions: those that the software ships, and those of the coordinator's records."""
    told = [published(parse_record(each.found.token)) for each in repository.catalogues(connection)]
    return shipped() | {each.version: each for each in told}


def day_of(milliseconds: int) -> str:
    """The day in UTC of a time in milliseconds since 1970."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()


def _newest_first(lives: Iterable[Life]) -> list[Life]:
    return sorted(lives, key=lambda life: (*_reversed(life.version), life.criterion))


def _reversed(version: str) -> tuple[int, int, str]:
    """Versions that are no numbers, of records older than the rule, come last."""
    try:
        year, number = number_of(version)
    except ValueError:
        return 0, 0, version
    return -year, -number, version


def _in_short(life: Life) -> dict[str, Any]:
    start, end = life.window or (None, None)
    return {
        "criterion": life.criterion,
        "catalogueVersion": life.version,
        "stage": life.stage,
        "consultation": None if start is None else {"from": start, "until": end},
        "comments": len(life.comments),
        "adopters": len({each.author for each in life.adoptions if life.adopted(each.author)}),
    }


def _told(life: Life, ids: dict[str, str], anchored: dict[str, bool]) -> dict[str, Any]:
    def entry(each: Entry) -> dict[str, Any]:
        state = "anchored" if anchored[each.digest] else "received"
        return {
            "id": ids[each.digest],
            "digest": each.digest,
            "state": state,
            "received": each.at,
            "by": each.author or None,
            "subject": dict(each.subject),
        }

    listed = {name: [entry(each) for each in getattr(life, name)] for name, _ in _LISTS}
    return {**_in_short(life), **listed}
