"""Records by id or digest, and what they wait for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select

from node.directions import CONSUMED, PRODUCED, RECEIVED, SENT
from node.models import LotAccount, LotEdge, StoredRecord, table_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

RECORDS, EDGES, ACCOUNTS = (table_of(model) for model in (StoredRecord, LotEdge, LotAccount))

COLUMNS = (
    RECORDS.c.number,
    RECORDS.c.digest,
    RECORDS.c.record_id,
    RECORDS.c.key_id,
    RECORDS.c.participant,
    RECORDS.c.record_seq,
    RECORDS.c.answers,
    RECORDS.c.jwt,
    RECORDS.c.disclosures,
    RECORDS.c.leaf_index,
    RECORDS.c.log,
)
# What this node took itself; the rest are copies out of other nodes' logs.
OWN = RECORDS.c.log.is_(None)


@dataclass(frozen=True, slots=True)
class Found:
    """A stored record; `token` as it was signed, with all disclosures that the node has.

    `log` is that of another node, None for this node's own.
    """

    number: int
    digest: bytes
    record_id: str
    key_id: bytes
    participant: bytes
    record_seq: int | None
    answers: bytes | None
    token: str
    leaf_index: int | None
    log: bytes | None = None


def found(row: Any) -> Found:
    """A row of `COLUMNS` as a dataclass."""
    number, digest, record_id, key_id, participant, seq, answers, jwt, disclosures, leaf_index, log = row
    token = jwt + disclosures
    return Found(number, digest, record_id, key_id, participant, seq, answers, token, leaf_index, log)


def by_digest(connection: Connection, digest: bytes) -> list[Found]:
    """The record with this digest."""
    return [found(row) for row in connection.execute(select(*COLUMNS).where(RECORDS.c.digest == digest))]


def by_id(connection: Connection, record_id: str) -> list[Found]:
    """The records with this id: one for each key that used it."""
    wanted = select(*COLUMNS).where(RECORDS.c.record_id == record_id).limit(2)
    return [found(row) for row in connection.execute(wanted)]


def waits_for(connection: Connection, record: Found) -> list[str]:
    """Codes of what is not here yet: the predecessor, the answered shipment, the origin of a lot."""
    missing = []
    if record.record_seq:
        before = (RECORDS.c.key_id == record.key_id) & (RECORDS.c.record_seq == record.record_seq - 1)
        if not connection.execute(select(exists().where(before))).scalar():
            missing.append("RECORD_SEQUENCE_GAP")
    if (
        record.answers
        and not connection.execute(select(exists().where(RECORDS.c.digest == record.answers))).scalar()
    ):
        missing.append("SHIPMENT_AWAITED")
    origins = EDGES.alias("origins")
    known = exists().where(
        origins.c.lot == EDGES.c.lot,
        origins.c.direction.in_([PRODUCED, RECEIVED]),
        origins.c.number != record.number,
    )
    used = EDGES.c.direction.in_([CONSUMED, SENT])
    open_lots = select(EDGES.c.lot).where(EDGES.c.number == record.number, used, ~known).limit(1)
    if connection.execute(open_lots).one_or_none() is not None:
        missing.append("LOT_AWAITED")
    return missing
