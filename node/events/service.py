"""A stored record for a caller: its token restricted to the tier, its state, its place in the log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anchoring.ports import HeadState
from node.events import repository
from protocol.errors import ConflictError, LogError
from protocol.records import parse_record, restrict

if TYPE_CHECKING:
    from node.auth.reads import Reads
    from node.auth.tiers import Caller
    from node.custody.readers import Readers
    from node.db import Database
    from node.events.repository import Found
    from node.log.service import Log

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a caller sees of a record; `waiting` holds codes."""

    record_id: str
    digest: bytes
    token: str
    media_type: str
    state: str
    waiting: tuple[str, ...]


class Events:
    """Reads records back."""

    def __init__(self, database: Database, log: Log, readers: Readers, reads: Reads) -> None:
        self._database = database
        self._log = log
        self._readers = readers
        self._reads = reads

    def find(self, name: str) -> Found:
        """The record called by its digest or its id; RECORD_UNKNOWN, RECORD_ID_AMBIGUOUS."""
        with self._database.read() as connection:
            if _DIGEST.fullmatch(name):
                known = repository.by_digest(connection, bytes.fromhex(name))
            else:
                known = repository.by_id(connection, name if name.startswith("urn:") else f"urn:uuid:{name}")
        if not known:
            raise LogError("RECORD_UNKNOWN", "/id", id=name[:80])
        if len(known) > 1:
            raise ConflictError("RECORD_ID_AMBIGUOUS", "/id", id=name[:80])
        return known[0]

    def show(self, name: str, caller: Caller) -> Shown:
        """The record as far as the caller may read it."""
        stored = self.find(name)
        with self._database.read() as connection:
            waiting = repository.waits_for(connection, stored)
            tier = self._readers.tier(connection, caller, stored)
        if tier != "public":
            self._reads.note(caller, [stored.participant], stored.digest.hex())
        record = parse_record(stored.token)
        token = restrict(record, tier)
        state = self.state(stored)
        return Shown(
            stored.record_id, stored.digest, token, f"application/{record.typ}", state, tuple(waiting)
        )

    def state(self, stored: Found) -> str:
        """received, anchored or confirmed (design §7); of a copy nothing is taken that is not confirmed."""
        if stored.log is not None:
            return "confirmed"
        head = None if stored.leaf_index is None else self._log.covering(stored.leaf_index)
        if head is None:
            return "received"
        return "confirmed" if head.state is HeadState.CONFIRMED else "anchored"

    def proof(self, name: str) -> dict[str, Any]:
        """Inclusion proof in the first head that has the record, with the head's place on the chain."""
        stored = self.find(name)
        if stored.log is not None:
            raise LogError("PROOF_ELSEWHERE", "/id", id=stored.record_id, log=stored.log.hex())
        head = None if stored.leaf_index is None else self._log.covering(stored.leaf_index)
        if head is None or stored.leaf_index is None:
            raise LogError("PROOF_PENDING", "/id", id=stored.record_id)
        return {
            "digest": stored.digest.hex(),
            "log": head.log_id.hex(),
            "index": stored.leaf_index,
            "size": head.size,
            "proof": [hash_.hex() for hash_ in self._log.inclusion(stored.leaf_index, head.size)],
            "head": self._log.head_json(head),
            "state": head.state.value,
        }
