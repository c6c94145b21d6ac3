"""Passports in and out: checked against what is stored, then captured like any record; read by identifier and date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.passports import repository
from node.passports.batches import places_of
from node.passports.serials import state_of
from protocol.errors import PassportError
from protocol.hashing import passport_id
from protocol.passport import KIND, in_force, link_above
from protocol.records import parse_record, restrict

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from node.auth.reads import Reads
    from node.auth.tiers import Caller
    from node.capture.service import Capture
    from node.capture.writer import Stored
    from node.custody.service import Custody
    from node.db import Database
    from node.events.repository import Found
    from node.passports.batches import Batches
    from node.passports.chain import OnChain, PassportChain
    from node.passports.serials import Serials
    from protocol.passport_batch import BatchPlace
    from protocol.records import Record

_HEX32 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Shown:
    """One version of a passport as a caller may read it, with the ledger's word and all version numbers.

    `facts` are its own and, where it says nothing, those of the levels above that it names.
    """

    record: Record
    token: str
    on_chain: OnChain
    versions: tuple[int, ...]
    facts: dict[str, Any]

    @property
    def subject(self) -> dict[str, Any]:
        """The passport itself."""
        return self.record.subject

    @property
    def state(self) -> str:
        """The ledger's status word; `received` before it is there, `superseded` for an older version."""
        if self.on_chain.status == "none":
            return "received"
        newest = self.on_chain.digest == self.record.digest
        return self.on_chain.status if newest or self.on_chain.status != "active" else "superseded"


class Passports:
    """Takes and gives passports."""

    def __init__(
        self,
        database: Database,
        capture: Capture,
        custody: Custody,
        reads: Reads,
        chain: PassportChain,
        batches: Batches,
        serials: Serials,
    ) -> None:
        self._database = database
        self._capture = capture
        self._custody = custody
        self._reads = reads
        self._chain = chain
        self.batches = batches
        self.serials = serials
        self._by_id: dict[str, str] = {}
        self._seen = 0

    async def take(self, token: bytes) -> tuple[Stored, bytes]:
        """Capture a passport; raises FilieraError, stores nothing then. What it must fit is asked by `guard.py`."""
        record = parse_record(token)
        if record.kind != KIND:
            raise PassportError("RECORD_TYPE_UNKNOWN", "/type", kind=record.kind)
        return await self._capture.capture(token)

    def show(self, name: str, caller: Caller, at: int | None = None) -> Shown:
        """The version that was current at a time (milliseconds since 1970; None: now), by identifier or passport id."""
        identifier = self.identifier_of(name)
        with self._database.read() as connection:
            stored = _in_force(repository.versions(connection, identifier))
            if at is not None:
                stored = [entry for entry in stored if repository.received_at(connection, entry.number) <= at]
            if not stored:
                raise self._absent(connection, identifier)
            facts = self._facts(connection, parse_record(stored[-1].token).subject, caller)
            places = places_of(connection, stored[-1].participant, passport_id(identifier))
        return self._shown(stored, caller, facts, places)

    def bundle(self, name: str, caller: Caller) -> bytes:
        """Everything behind the passport's item or lot, with the passport, as one file."""
        shown = self.show(name, caller)
        target = shown.subject.get("item") or shown.subject.get("lot") or shown.subject["id"]
        return self._custody.bundle(str(target), caller)

    def identifier_of(self, name: str) -> str:
        """The canonical identifier behind a passport id (64 hex characters) or an identifier."""
        if not _HEX32.fullmatch(name):
            return name
        with self._database.read() as connection:
            for number, identifier in repository.identifiers_since(connection, self._seen):
                self._by_id[passport_id(identifier).hex()] = identifier
                self._seen = number
        found = self._by_id.get(name)
        if found is None:
            raise PassportError("PASSPORT_UNKNOWN", "/id", id=name)
        return found

    def _facts(self, connection: Connection, subject: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """What the levels above add: each is named by digest, so it is the version that the brand meant."""
        merged, above = dict(subject), link_above(subject)
        while above is not None:
            named = repository.by_digest(connection, [bytes.fromhex(above["digest"])])
            if not named:
                break
            token = restrict(parse_record(named[0].token), caller.tier_for(named[0].participant))
            upper = parse_record(token).subject
            merged, above = upper | merged, link_above(upper)
        return merged

    def _shown(
        self, stored: list[Found], caller: Caller, facts: dict[str, Any], places: list[BatchPlace]
    ) -> Shown:
        entry = stored[-1]
        record = parse_record(entry.token)
        tier = caller.tier_for(entry.participant)
        if tier != "public":
            self._reads.note(caller, [entry.participant], entry.digest.hex())
        token = restrict(record, tier)
        numbers = tuple(parse_record(each.token).subject["version"] for each in stored)
        on_chain = self._chain.look(entry.participant, passport_id(record.subject["id"]), places)
        own = parse_record(token)
        return Shown(own, token, on_chain, numbers, facts | own.subject)

    def _absent(self, connection: Connection, identifier: str) -> PassportError:
        """An item that is made, or reserved, has its label sewn in before its passport is issued."""
        label = state_of(connection, identifier)
        if label == "voided":
            return PassportError("LABEL_VOIDED", "/id", id=identifier)
        waits = label == "reserved" or repository.is_made(connection, identifier)
        return PassportError("PASSPORT_IN_PRODUCTION" if waits else "PASSPORT_UNKNOWN", "/id", id=identifier)


def _in_force(stored: list[Found]) -> list[Found]:
    counting = {record.digest for record in in_force(parse_record(entry.token) for entry in stored)}
    return [entry for entry in stored if entry.digest in counting]
