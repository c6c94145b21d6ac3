"""Which step, comment, adoption or catalogue may follow (`node/capture/guarded.py` asks)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.criteria import repository
from node.criteria.service import day_of, known_catalogues, read_lives
from protocol.catalogue import KIND as CATALOGUE
from protocol.criterion_life import KINDS, Entry, Life, judge, life_of
from protocol.errors import ConflictError
from protocol.identifiers import participant_urn
from protocol.records import parse_record
from protocol.schema import SUBJECT

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from node.capture.candidate import Candidate
    from node.db import Database
    from node.participants.service import Participants
    from protocol.records import Record

_GUARDED = KINDS | {CATALOGUE}


class CriteriaGuard:
    """Refuses what may not follow in the life of a criterion."""

    def __init__(self, database: Database, participants: Participants) -> None:
        self._records = database
        self._people = participants

    def watches(self, candidate: Candidate) -> bool:
        """Whether it is about a criterion, or a catalogue."""
        return candidate.checked.kind in _GUARDED

    def ensure(self, candidate: Candidate) -> None:
        """Raise FilieraError unless the record may follow what is stored."""
        record = parse_record(candidate.checked.token)
        with self._records.read() as connection:
            if record.kind == CATALOGUE:
                _ensure_new(connection, record)
            else:
                self._ensure_lives(connection, candidate, record)

    def _ensure_lives(self, connection: Connection, candidate: Candidate, record: Record) -> None:
        arrived = repository.of_criterion(connection, record.subject["criterion"])
        if any(each.found.digest == record.digest for each in arrived):
            return  # sent again: the writer gives the same answer
        name = life_of(record.subject)
        life = read_lives(arrived).get(name, Life(*name))
        author = self._people.snapshot.participants.get(candidate.participant)
        entry = Entry(
            kind=record.kind,
            digest=record.digest.hex(),
            author=participant_urn(author.id) if author else "",
            roles=author.roles if author else 0,
            at=day_of(candidate.received_at),
            subject=record.subject,
        )
        judge(life, entry, known_catalogues(connection))


def _ensure_new(connection: Connection, record: Record) -> None:
    """One content a version, for ever."""
    version = record.subject["version"]
    for each in repository.catalogues(connection):
        known = parse_record(each.found.token)
        if known.subject["version"] == version and known.digest != record.digest:
            raise ConflictError("CATALOGUE_TAKEN", f"{SUBJECT}/version", version=version)
