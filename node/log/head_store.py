"""`anchoring.ports.HeadStore` on SQL: the outbox of heads for one log.

Every guarantee of the port is kept by one transaction each: the fencing token is compared where the write
happens, in the same transaction and with the lease's row locked, and content is only ever inserted.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from anchoring import outbox
from node.clock import now_ms
from node.config import Settings
from node.db import Database
from node.log import rows
from node.log.repository import LogRepository
from node.log.rows import HEADS, LEASES, OWN, RECORDS
from protocol.errors import ChainError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Select

    from anchoring.ports import Attempt, ChainPlace, HeadRow, PlannedHead

LEASE = "anchoring"


class SqlHeadStore:
    """See the port for what each method promises. `clock` gives milliseconds since 1970."""

    def __init__(self, database: Database, log: LogRepository, clock: Callable[[], int] = now_ms) -> None:
        self._database = database
        self._log = log
        self._clock = clock

    def acquire_lease(self, holder: str, ttl: float) -> int | None:
        """Become or stay the leader."""
        now = self._clock()
        values = {"holder": holder, "expires_at": now + int(ttl * 1000)}
        try:
            with self._database.write() as connection:
                lease = connection.execute(_lease_row()).one_or_none()
                if lease is None:
                    connection.execute(LEASES.insert().values(name=LEASE, token=1, **values))
                    return 1
                if lease.holder != holder and lease.expires_at > now:
                    return None
                token: int = lease.token + (lease.holder != holder)
                connection.execute(update(LEASES).where(LEASES.c.name == LEASE).values(token=token, **values))
                return token
        except IntegrityError:
            return None  # another process made the first lease at this very moment

    def release_lease(self, token: int) -> None:
        """End the lease early. The holder's name goes too, so that nobody gets this token again."""
        with self._database.write() as connection:
            mine = (LEASES.c.name == LEASE) & (LEASES.c.token == token)
            connection.execute(update(LEASES).where(mine).values(holder="", expires_at=0))

    def pending(self, limit: int) -> Sequence[bytes]:
        """Record digests that no head has taken, the earliest first."""
        wanted = (
            select(RECORDS.c.digest)
            .where(RECORDS.c.leaf_index.is_(None))
            .order_by(RECORDS.c.number)
            .limit(limit)
        )
        with self._database.read() as connection:
            return list(connection.execute(wanted).scalars())

    def affected(self, batch: Sequence[bytes]) -> Sequence[bytes]:
        """Digests named by what is in the log or in `batch`."""
        with self._database.read() as connection:
            return rows.affected(connection, frozenset(batch))

    def node(self, level: int, index: int) -> bytes:
        """RFC 9162 hash of a complete subtree."""
        self._log.sync()
        return self._log.tree.node(level, index)

    def plan_head(self, token: int, head: PlannedHead) -> None:
        """Write the row and give its records their leaf indices."""
        with self._database.write() as connection:
            self._ensure_leader(connection, token)
            tip = rows.one(connection, select(HEADS).order_by(HEADS.c.seq.desc()).limit(1))
            if tip is not None and tip.head_hash == head.head_hash:
                return
            outbox.ensure_next(tip, head)
            rows.insert_head(connection, head, hashlib.sha256(head.affected_block).digest())
            rows.give_indices(connection, head.first_index, head.records)
            taken = connection.execute(
                select(func.count()).where(
                    OWN, RECORDS.c.leaf_index >= head.first_index, RECORDS.c.leaf_index < head.size
                )
            ).scalar_one()
            if taken != len(head.records):
                raise ChainError("HEAD_NOT_NEXT", "records", seq=head.seq, expected=len(head.records))

    def tip(self) -> HeadRow | None:
        """The last row."""
        with self._database.read() as connection:
            return rows.one(connection, select(HEADS).order_by(HEADS.c.seq.desc()).limit(1))

    def head(self, seq: int) -> HeadRow | None:
        """One row."""
        with self._database.read() as connection:
            return rows.one(connection, select(HEADS).where(HEADS.c.seq == seq))

    def heads_after(self, seq: int, limit: int) -> Sequence[HeadRow]:
        """Rows with a higher seq."""
        with self._database.read() as connection:
            return rows.many(
                connection, select(HEADS).where(HEADS.c.seq > seq).order_by(HEADS.c.seq).limit(limit)
            )

    def unconfirmed(self, limit: int) -> Sequence[HeadRow]:
        """Rows in any state but confirmed."""
        wanted = select(HEADS).where(HEADS.c.state != "confirmed").order_by(HEADS.c.seq).limit(limit)
        with self._database.read() as connection:
            return rows.many(connection, wanted)

    def mark_sent(self, token: int, seq: int, attempt: Attempt) -> None:
        """To sent, with the newest attempt."""
        self._move(token, seq, lambda row: outbox.sent(row, attempt))

    def mark_anchored(self, token: int, seq: int, place: ChainPlace) -> None:
        """To anchored at a place."""
        self._move(token, seq, lambda row: outbox.anchored(row, place))

    def mark_confirmed(self, token: int, seq: int) -> None:
        """To confirmed."""
        self._move(token, seq, outbox.confirmed)

    def back_to_planned(self, token: int, seq: int) -> None:
        """To planned, without a place."""
        self._move(token, seq, outbox.back_to_planned)

    def _move(self, token: int, seq: int, change: Callable[[HeadRow], HeadRow]) -> None:
        with self._database.write() as connection:
            self._ensure_leader(connection, token)
            row = rows.one(connection, select(HEADS).where(HEADS.c.seq == seq).with_for_update())
            if row is None:
                raise ChainError("HEAD_MOVE_REFUSED", seq=seq, state="–", to="–")
            rows.update_head(connection, change(row))

    def _ensure_leader(self, connection: Connection, token: int) -> None:
        lease = connection.execute(_lease_row()).one_or_none()
        if lease is None or token != lease.token:
            raise ChainError("LEASE_LOST", token=token)


def open_store() -> SqlHeadStore:
    """The store of the node whose settings are in the environment: for `filiera anchor run` by itself."""
    database = Database(Settings().database)
    return SqlHeadStore(database, LogRepository(database))


def _lease_row() -> Select[Any]:
    return select(LEASES).where(LEASES.c.name == LEASE).with_for_update()
