"""What may become a passport here, asked at the one door through which every record is stored.

A passport can come by POST /passports, by POST /events, or as one line of many, and two can come in the same instant.
A check in a route would be gone around by another route; between a check and the writing a twin would slip in. So the
question stands before the writer, and passports are written one after the other, each after the answer about it.
"""

from __future__ import annotations

import asyncio
from itertools import groupby
from typing import TYPE_CHECKING

from node.auth.tiers import caller_of
from node.capture.writer import GroupWriter
from node.passports import repository
from node.passports.owners import Owners
from node.passports.serials import state_of
from protocol.checks.claims import contradictions
from protocol.errors import FilieraError, PassportError
from protocol.passport import KIND, ensure_linked, ensure_version, in_force, link_above
from protocol.records import parse_record
from protocol.schema import SUBJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from sqlalchemy import Connection

    from node.capture.candidate import Candidate
    from node.capture.writer import Outcome
    from node.custody.service import Custody
    from node.db import Database
    from node.participants.service import Participants


class PassportWriter(GroupWriter):
    """The writer of records that refuses passports which contradict what is stored."""

    def __init__(
        self, database: Database, recheck: Callable[[str], None], participants: Participants, custody: Custody
    ) -> None:
        super().__init__(database, recheck)
        self._participants = participants
        self._custody = custody
        self._stored = database
        self._owners = Owners(participants)
        self._one_at_a_time = asyncio.Lock()

    async def store(self, candidates: Sequence[Candidate]) -> list[Outcome]:
        """Store candidates in order; what is no passport goes straight on, together."""
        if not any(map(_is_passport, candidates)):
            return await super().store(candidates)
        outcomes: list[Outcome] = []
        for passports, run in groupby(candidates, _is_passport):
            if not passports:
                outcomes += await super().store(list(run))
                continue
            for candidate in run:
                outcomes.append(await self._store_passport(candidate))
        return outcomes

    async def _store_passport(self, candidate: Candidate) -> Outcome:
        async with self._one_at_a_time:
            try:
                await asyncio.to_thread(self._ensure_fits, candidate)
            except FilieraError as refusal:
                return refusal
            (outcome,) = await super().store([candidate])
            return outcome

    def _ensure_fits(self, candidate: Candidate) -> None:
        record = parse_record(candidate.checked.token)
        subject = record.subject
        with self._stored.read() as connection:
            stored = [parse_record(entry.token) for entry in repository.versions(connection, subject["id"])]
            if any(known.digest == record.digest for known in stored):
                return  # sent again: the writer gives the same answer
            if state_of(connection, subject["id"]) == "voided":
                raise PassportError("LABEL_VOID_FINAL", f"{SUBJECT}/id", id=subject["id"])
            self._owners.ensure_own(connection, subject["id"], candidate.participant)
            ensure_version(subject, {each.subject["version"]: each.digest.hex() for each in in_force(stored)})
            named = link_above(subject)
            above = None if named is None else _subject(connection, bytes.fromhex(named["digest"]))
            ensure_linked(subject, above)
            _ensure_of_lot(connection, subject, above)
        self._ensure_of_history(subject, candidate.participant)

    def _ensure_of_history(self, subject: Mapping[str, Any], issuer: bytes) -> None:
        """A passport of goods says what the issuer can read in the records: no verifier would take anything else."""
        goods = subject.get("item") or subject.get("lot")
        if goods is None:
            return
        caller = caller_of(self._participants.snapshot.participants[issuer])
        history = self._custody.history(goods, caller)
        if subject["graphDigest"] != history.digest.hex():
            raise PassportError("GRAPH_DIGEST_MISMATCH", f"{SUBJECT}/graphDigest")
        for wrong in contradictions(subject, history, f"{SUBJECT}/criteria"):
            raise PassportError(wrong.code, wrong.place, **wrong.values)


def _is_passport(candidate: Candidate) -> bool:
    return candidate.checked.kind == KIND


def _subject(connection: Connection, digest: bytes) -> Mapping[str, Any] | None:
    found = repository.by_digest(connection, [digest])
    return parse_record(found[0].token).subject if found else None


def _ensure_of_lot(
    connection: Connection, subject: Mapping[str, Any], above: Mapping[str, Any] | None
) -> None:
    """The goods are in the log, and an item is of the lot whose passport stands above its own."""
    goods = subject.get("item") or subject.get("lot")
    if goods is None:
        return
    makers = repository.makers(connection, goods)
    if not makers:
        raise PassportError("PASSPORT_LOT_UNKNOWN", f"{SUBJECT}/lot", lot=goods)
    lots = {str(lot) for maker in makers if (lot := parse_record(maker.token).subject.get("filiera:lot"))}
    claimed = str(above.get("lot", "")) if "item" in subject and above else ""
    if claimed and lots and _base(claimed) not in {_base(lot) for lot in lots}:
        stated = {"what": "lot", "claimed": claimed, "found": ", ".join(sorted(lots))}
        raise PassportError("PASSPORT_CLAIM_CONTRADICTED", f"{SUBJECT}/batch", **stated)


def _base(lot: str) -> str:
    """The lot whatever its state: work that keeps the goods counts `lot#n` up."""
    return lot.partition("#")[0]
