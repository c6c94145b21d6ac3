"""Which step, comment, adoption or catalogue may follow, asked at the one door through which every record is stored.

As with passports: two adoptions and a retirement can come in the same instant by different routes, so the question
stands before the writer, and these records are written one after the other, each after the answer about it.
"""

from __future__ import annotations

import asyncio
from itertools import groupby
from typing import TYPE_CHECKING

from node.criteria import repository
from node.criteria.service import day_of, known_catalogues, read_lives
from node.passports.guard import PassportWriter
from protocol.catalogue import KIND as CATALOGUE
from protocol.criterion_life import KINDS, Entry, Life, judge, life_of
from protocol.errors import ConflictError, FilieraError
from protocol.identifiers import participant_urn
from protocol.records import parse_record
from protocol.schema import SUBJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from node.capture.candidate import Candidate
    from node.capture.writer import Outcome
    from node.custody.service import Custody
    from node.db import Database
    from node.participants.service import Participants
    from protocol.records import Record

_GUARDED = KINDS | {CATALOGUE}


class CriteriaWriter(PassportWriter):
    """The writer of records that refuses what may not follow in the life of a criterion."""

    def __init__(
        self, database: Database, recheck: Callable[[str], None], participants: Participants, custody: Custody
    ) -> None:
        super().__init__(database, recheck, participants, custody)
        self._people = participants
        self._records = database
        self._one_after_the_other = asyncio.Lock()

    async def store(self, candidates: Sequence[Candidate]) -> list[Outcome]:
        """Store candidates in order; what is about no criterion goes straight on, together."""
        if not any(map(_is_guarded, candidates)):
            return await super().store(candidates)
        outcomes: list[Outcome] = []
        for guarded, run in groupby(candidates, _is_guarded):
            if not guarded:
                outcomes += await super().store(list(run))
                continue
            for candidate in run:
                outcomes.append(await self._store_one(candidate))
        return outcomes

    async def _store_one(self, candidate: Candidate) -> Outcome:
        async with self._one_after_the_other:
            try:
                await asyncio.to_thread(self._ensure_follows, candidate)
            except FilieraError as refusal:
                return refusal
            (outcome,) = await super().store([candidate])
            return outcome

    def _ensure_follows(self, candidate: Candidate) -> None:
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


def _is_guarded(candidate: Candidate) -> bool:
    return candidate.checked.kind in _GUARDED


def _ensure_new(connection: Connection, record: Record) -> None:
    """One content a version, for ever."""
    version = record.subject["version"]
    for each in repository.catalogues(connection):
        known = parse_record(each.found.token)
        if known.subject["version"] == version and known.digest != record.digest:
            raise ConflictError("CATALOGUE_TAKEN", f"{SUBJECT}/version", version=version)
