"""Heads between their rows and the dataclasses of the port, and the statements that touch leaf indices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from anchoring.ports import Attempt, ChainPlace, HeadRow, HeadState
from node.directions import PRODUCED
from node.models import Head, Lease, LogBlock, LotEdge, StoredRecord, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from anchoring.ports import PlannedHead

HASH = 32
HEADS, LEASES, BLOCKS, RECORDS, EDGES = (
    table_of(model) for model in (Head, Lease, LogBlock, StoredRecord, LotEdge)
)

# Records of this node's own log.
OWN = RECORDS.c.log.is_(None)
_GIVE_INDEX = (
    update(RECORDS)
    .where(RECORDS.c.digest == bindparam("wanted"), RECORDS.c.leaf_index.is_(None))
    .values(leaf_index=bindparam("given"))
)


def one(connection: Connection, statement: Any) -> HeadRow | None:
    """The row that a statement over `heads` finds, None if it finds none."""
    row = connection.execute(statement).one_or_none()
    return None if row is None else _row(row)


def many(connection: Connection, statement: Any) -> list[HeadRow]:
    """The rows that a statement over `heads` finds."""
    return [_row(row) for row in connection.execute(statement)]


def insert_head(connection: Connection, head: PlannedHead, affected: bytes) -> None:
    """Insert a planned head with its blocks."""
    for sha256, data in ((head.manifest, head.manifest_block), (affected, head.affected_block)):
        if connection.execute(select(BLOCKS.c.sha256).where(BLOCKS.c.sha256 == sha256)).one_or_none() is None:
            connection.execute(insert(BLOCKS).values(sha256=sha256, data=data))
    connection.execute(
        insert(HEADS).values(
            seq=head.seq,
            log_id=head.log_id,
            prev=head.prev,
            root=head.root,
            size=head.size,
            manifest=head.manifest,
            affected=affected,
            head_hash=head.head_hash,
            proof=b"".join(head.proof),
            state=HeadState.PLANNED.value,
        )
    )


def give_indices(connection: Connection, first_index: int, digests: Sequence[bytes]) -> None:
    """Give records their leaf indices, in order; a record that has one already is left alone."""
    given = [{"wanted": digest, "given": index} for index, digest in enumerate(digests, first_index)]
    connection.execute(_GIVE_INDEX, given)


def update_head(connection: Connection, row: HeadRow) -> None:
    """Write state, attempt and place; content never changes."""
    attempt, place = row.attempt, row.place
    connection.execute(
        update(HEADS)
        .where(HEADS.c.seq == row.seq)
        .values(
            state=row.state.value,
            attempt_transaction=attempt.transaction if attempt else None,
            attempt_nonce=attempt.nonce if attempt else None,
            attempt_max_fee=str(attempt.max_fee) if attempt else None,
            attempt_priority_fee=str(attempt.priority_fee) if attempt else None,
            attempt_block=attempt.block if attempt else None,
            place_block=place.block if place else None,
            place_block_hash=place.block_hash if place else None,
            place_transaction=place.transaction if place else None,
        )
    )


def affected(connection: Connection, batch: frozenset[bytes]) -> list[bytes]:
    """Digests that a record in the log or in `batch` puts in doubt (README §8), sorted.

    Named by a correction of the same participant: nobody may cast doubt on another's record this way. Or:
    what made a lot that a later record found non-conformant; only laboratories and the like may say that
    (acts.json, roles). What stands in another node's log is named in that log's list.
    """
    corrected, makers = RECORDS.alias("corrected"), EDGES.alias("makers")
    by_correction = (
        select(RECORDS.c.digest, RECORDS.c.leaf_index, corrected.c.digest)
        .join(
            corrected,
            (corrected.c.digest == RECORDS.c.corrects) & (corrected.c.participant == RECORDS.c.participant),
        )
        .where(RECORDS.c.corrects.is_not(None), OWN)
    )
    made = RECORDS.alias("made")
    by_finding = (
        select(RECORDS.c.digest, RECORDS.c.leaf_index, made.c.digest)
        .join(EDGES, EDGES.c.number == RECORDS.c.number)
        .join(makers, (makers.c.lot == EDGES.c.lot) & (makers.c.direction == PRODUCED))
        .join(made, made.c.number == makers.c.number)
        .where(RECORDS.c.adverse, OWN)
    )
    found: set[bytes] = set()
    for statement in (by_correction, by_finding):
        for digest, leaf_index, named in connection.execute(statement):
            if leaf_index is not None or digest in batch:
                found.add(named)
    return sorted(found)


def _row(row: Row[Any]) -> HeadRow:
    return HeadRow(
        log_id=row.log_id,
        seq=row.seq,
        prev=row.prev,
        root=row.root,
        size=row.size,
        manifest=row.manifest,
        head_hash=row.head_hash,
        proof=tuple(row.proof[start : start + HASH] for start in range(0, len(row.proof), HASH)),
        state=HeadState(row.state),
        attempt=_attempt(row),
        place=_place(row),
    )


def _attempt(row: Row[Any]) -> Attempt | None:
    if row.attempt_transaction is None:
        return None
    return Attempt(
        row.attempt_transaction,
        row.attempt_nonce,
        int(row.attempt_max_fee),
        int(row.attempt_priority_fee),
        row.attempt_block,
    )


def _place(row: Row[Any]) -> ChainPlace | None:
    if row.place_transaction is None:
        return None
    return ChainPlace(row.place_block, row.place_block_hash, row.place_transaction)
