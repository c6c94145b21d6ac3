"""What may become a passport here (`node/capture/guarded.py` asks): its issuer's own, and true to the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.auth.tiers import caller_of
from node.passports import repository
from node.passports.owners import Owners
from node.passports.serials import state_of
from protocol.checks.claims import contradictions
from protocol.errors import PassportError
from protocol.passport import KIND, ensure_linked, ensure_version, in_force, link_above
from protocol.records import parse_record
from protocol.schema import SUBJECT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import Connection

    from node.capture.candidate import Candidate
    from node.custody.service import Custody
    from node.db import Database
    from node.participants.service import Participants


class PassportGuard:
    """Refuses passports which contradict what is stored."""

    def __init__(self, database: Database, participants: Participants, custody: Custody) -> None:
        self._stored = database
        self._participants = participants
        self._custody = custody
        self._owners = Owners(participants)

    def watches(self, candidate: Candidate) -> bool:
        """Whether it is a passport."""
        return candidate.checked.kind == KIND

    def ensure(self, candidate: Candidate) -> None:
        """Raise FilieraError unless the passport is the issuer's to give, the next version, and true to the records."""
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
