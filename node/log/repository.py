"""What the log shows: the tree beside the database, and heads as far as the chain has them.

Only anchored heads are published. A planned head is durable, but nobody may rely on a tree that the ledger
has not taken; its records stay *received* until then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from anchoring.ports import HeadState
from node.log import rows
from node.log.rows import BLOCKS, HEADS, OWN, RECORDS
from node.log.tree import LogTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

    from anchoring.ports import HeadRow
    from node.db import Database

# Leaves read at a time when the tree catches up with the database.
PAGE = 50_000
_PUBLISHED = HEADS.c.state.in_([HeadState.ANCHORED.value, HeadState.CONFIRMED.value])


class LogRepository:
    """Reads of one log."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.tree = LogTree()

    def sync(self) -> None:
        """Let the tree catch up with the leaf indices in the database: all at the start, new ones later."""
        with self._database.read() as connection:
            while True:
                first = self.tree.size
                wanted = (
                    select(RECORDS.c.digest)
                    .where(OWN, RECORDS.c.leaf_index >= first, RECORDS.c.leaf_index < first + PAGE)
                    .order_by(RECORDS.c.leaf_index)
                )
                found = connection.execute(wanted).scalars().all()
                self.tree.extend(first, found)
                if len(found) < PAGE:
                    return

    def newest(self) -> HeadRow | None:
        """The last anchored head of an unbroken row of anchored heads; None if there is none."""
        with self._database.read() as connection:
            first_open = select(func.min(HEADS.c.seq)).where(~_PUBLISHED)
            gap = connection.execute(first_open).scalar_one()
            wanted = select(HEADS).where(_PUBLISHED)
            if gap is not None:
                wanted = wanted.where(HEADS.c.seq < gap)
            return rows.one(connection, wanted.order_by(HEADS.c.seq.desc()).limit(1))

    def head(self, seq: int) -> HeadRow | None:
        """One anchored head."""
        return self._one(select(HEADS).where(_PUBLISHED, HEADS.c.seq == seq))

    def heads(self, after: int, limit: int) -> Sequence[HeadRow]:
        """Anchored heads with a higher seq, ascending."""
        with self._database.read() as connection:
            wanted = select(HEADS).where(_PUBLISHED, HEADS.c.seq > after).order_by(HEADS.c.seq).limit(limit)
            return rows.many(connection, wanted)

    def covering(self, index: int) -> HeadRow | None:
        """The first head that includes a leaf, if it is anchored."""
        row = self._one(select(HEADS).where(HEADS.c.size > index).order_by(HEADS.c.size).limit(1))
        return row if row and row.state in (HeadState.ANCHORED, HeadState.CONFIRMED) else None

    def blocks(self, seq: int) -> tuple[bytes, bytes] | None:
        """Manifest and affected list of an anchored head."""
        manifest, affected = BLOCKS.alias("manifest_block"), BLOCKS.alias("affected_block")
        wanted = (
            select(manifest.c.data, affected.c.data)
            .select_from(HEADS)
            .join(manifest, manifest.c.sha256 == HEADS.c.manifest)
            .join(affected, affected.c.sha256 == HEADS.c.affected)
            .where(_PUBLISHED, HEADS.c.seq == seq)
        )
        with self._database.read() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else (row[0], row[1])

    def entries(self, first: int, count: int) -> list[bytes]:
        """Record digests of consecutive leaves."""
        wanted = (
            select(RECORDS.c.digest)
            .where(OWN, RECORDS.c.leaf_index >= first, RECORDS.c.leaf_index < first + count)
            .order_by(RECORDS.c.leaf_index)
        )
        with self._database.read() as connection:
            return list(connection.execute(wanted).scalars())

    def figures(self) -> tuple[int, int | None]:
        """How many records no head has taken, and the earliest promise to one that no anchored head has."""
        newest = self.newest()
        unlogged = select(func.count(), func.min(RECORDS.c.promised_at)).where(RECORDS.c.leaf_index.is_(None))
        planned = select(func.min(RECORDS.c.promised_at)).where(
            OWN, RECORDS.c.leaf_index >= (newest.size if newest else 0)
        )
        with self._database.read() as connection:
            count, promised = connection.execute(unlogged).one()
            in_heads = connection.execute(planned).scalar_one()
        return count, min((time for time in (promised, in_heads) if time is not None), default=None)

    def _one(self, wanted: Select[tuple[object, ...]]) -> HeadRow | None:
        with self._database.read() as connection:
            return rows.one(connection, wanted)
