"""What the indicators count, out of records below a head only. What a record says of its own correction is obeyed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, exists, func, select

from node.directions import PRODUCED
from node.events.repository import COLUMNS, EDGES, OWN, RECORDS, Found, found
from node.models import LotAccount, table_of
from protocol.kpis.deeds import EVENT, MASTER, evidence_acts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import ColumnElement, Connection

    from protocol.kpis.deeds import Period

ACCOUNTS = table_of(LotAccount)
# Values in one IN list.
CHUNK = 5_000


def _below(size: int) -> ColumnElement[bool]:
    return OWN & RECORDS.c.leaf_index.is_not(None) & (RECORDS.c.leaf_index < size)


def firsts(connection: Connection, period: Period, size: int) -> dict[bytes, bytes]:
    """Participant → digest of its first event of the period, in the order of the log, that it did not take back."""
    later = RECORDS.alias("later")
    taken_back = exists().where(
        later.c.corrects == RECORDS.c.digest,
        later.c.participant == RECORDS.c.participant,
        later.c.leaf_index < size,
        later.c.log.is_(None),
    )
    in_time = RECORDS.c.day.between(period.start, period.end)
    places = (
        select(func.min(RECORDS.c.leaf_index))
        .where(_below(size), RECORDS.c.kind == EVENT, RECORDS.c.corrects.is_(None), in_time, ~taken_back)
        .group_by(RECORDS.c.participant)
    )
    rows = connection.execute(
        select(RECORDS.c.participant, RECORDS.c.digest).where(OWN, RECORDS.c.leaf_index.in_(places))
    )
    return {bytes(participant): bytes(digest) for participant, digest in rows}


def of_kind(connection: Connection, kind: str, size: int) -> list[Found]:
    """All records of a kind, in the order of the log."""
    wanted = select(*COLUMNS).where(_below(size), RECORDS.c.kind == kind).order_by(RECORDS.c.leaf_index)
    return [found(row) for row in connection.execute(wanted)]


def others_accounts(connection: Connection, size: int) -> dict[bytes, set[str]]:
    """Digest → holders of the accounts that a record wrote in, of every record that wrote in another's than its own."""
    joined = ACCOUNTS.join(RECORDS, RECORDS.c.digest == ACCOUNTS.c.digest)
    pairs = (
        select(ACCOUNTS.c.holder, RECORDS.c.participant).select_from(joined).where(_below(size)).distinct()
    )
    written: dict[bytes, set[str]] = {}
    for holder, participant in connection.execute(pairs).all():
        if holder.endswith(bytes(participant).hex()):
            continue
        mine = (ACCOUNTS.c.holder == holder) & (RECORDS.c.participant == participant)
        rows = connection.execute(select(ACCOUNTS.c.digest).select_from(joined).where(_below(size), mine))
        for digest in rows.scalars():
            written.setdefault(bytes(digest), set()).add(holder)
    return written


def by_digest(connection: Connection, digests: Iterable[bytes], size: int) -> list[Found]:
    """The records with these digests."""
    return list(_all(connection, RECORDS.c.digest, digests, size))


def answering(connection: Connection, digests: Iterable[bytes], size: int) -> list[Found]:
    """The records that answer one of these."""
    return list(_all(connection, RECORDS.c.answers, digests, size))


def correcting(connection: Connection, digests: Iterable[bytes], size: int) -> list[Found]:
    """The records that take back one of these."""
    return list(_all(connection, RECORDS.c.corrects, digests, size))


def evidence_by(
    connection: Connection, participants: Iterable[bytes], period: Period, size: int
) -> list[Found]:
    """Events of the period by these participants that can be evidence of a criterion."""
    in_time = RECORDS.c.day.between(period.start, period.end)
    able = (RECORDS.c.kind == EVENT) & RECORDS.c.act.in_(sorted(evidence_acts())) & in_time
    return list(_all(connection, RECORDS.c.participant, participants, size, able))


def papers_by(connection: Connection, participants: Iterable[bytes], size: int) -> list[Found]:
    """Master data by these participants: certificates are among them."""
    return list(_all(connection, RECORDS.c.participant, participants, size, RECORDS.c.kind == MASTER))


def makers(connection: Connection, lots: Iterable[str], size: int) -> list[Found]:
    """The records that brought forth one of these lots."""
    wanted = (
        select(*COLUMNS)
        .join(EDGES, EDGES.c.number == RECORDS.c.number)
        .where(
            EDGES.c.lot.in_(bindparam("wanted", expanding=True)), EDGES.c.direction == PRODUCED, _below(size)
        )
    )
    return [found(row) for chunk in _chunks(lots) for row in connection.execute(wanted, {"wanted": chunk})]


def _all(
    connection: Connection, column: Any, values: Iterable[Any], size: int, *conditions: ColumnElement[bool]
) -> Iterator[Found]:
    for chunk in _chunks(values):
        for row in connection.execute(select(*COLUMNS).where(column.in_(chunk), _below(size), *conditions)):
            yield found(row)


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    wanted = sorted(set(values))
    yield from (wanted[at : at + CHUNK] for at in range(0, len(wanted), CHUNK))
