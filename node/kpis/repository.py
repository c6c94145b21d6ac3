"""What the indicators count, out of the anchored records only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from node.models import LotAccount, StoredRecord, table_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from protocol.criteria.indicators import Period

RECORDS, ACCOUNTS = table_of(StoredRecord), table_of(LotAccount)
_ANCHORED = RECORDS.c.leaf_index.is_not(None)


def active(connection: Connection, period: Period) -> dict[bytes, bytes]:
    """Participant → digest of its first anchored event in the period."""
    in_time = RECORDS.c.day.between(period.start, period.end)
    firsts = (
        select(func.min(RECORDS.c.number))
        .where(_ANCHORED, RECORDS.c.kind == "FilieraEvent", in_time)
        .group_by(RECORDS.c.participant)
    )
    rows = connection.execute(
        select(RECORDS.c.participant, RECORDS.c.digest).where(RECORDS.c.number.in_(firsts))
    )
    return {bytes(participant): bytes(digest) for participant, digest in rows}


def holders(connection: Connection, period: Period) -> set[str]:
    """Whose accounts anchored events of the period wrote in: participants, and workshops that others act for."""
    in_time = RECORDS.c.day.between(period.start, period.end)
    joined = ACCOUNTS.join(RECORDS, RECORDS.c.digest == ACCOUNTS.c.digest)
    return set(
        connection.execute(
            select(ACCOUNTS.c.holder).select_from(joined).where(_ANCHORED, in_time).distinct()
        ).scalars()
    )


def tokens(connection: Connection, kind: str) -> list[tuple[bytes, str]]:
    """(participant, token) of all anchored records of a kind, in the order of the log."""
    wanted = (
        select(RECORDS.c.participant, RECORDS.c.jwt, RECORDS.c.disclosures)
        .where(_ANCHORED, RECORDS.c.kind == kind)
        .order_by(RECORDS.c.leaf_index)
    )
    return [
        (bytes(participant), jwt + disclosures)
        for participant, jwt, disclosures in connection.execute(wanted)
    ]
