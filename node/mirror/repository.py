"""Copied logs in the database: heads, leaves, and the tree over them in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from node.log.tree import LogTree
from node.models import MirrorHead, MirrorLeaf, table_of
from protocol.bundle_model import BundleAffected, BundleHead

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from node.db import Database

HEADS, LEAVES = table_of(MirrorHead), table_of(MirrorLeaf)
# Leaves read at a time when a tree catches up with the database.
_PAGE = 50_000
_READ = HEADS.c.checkpoint.is_not(None)


class MirrorRepository:
    """The copies of one node; each process keeps trees of its own, which only grow."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._trees: dict[bytes, LogTree] = {}

    def last(self, log: bytes) -> tuple[int, int]:
        """Seq and size of the newest copied head; zeros before the first."""
        with self._database.read() as connection:
            wanted = select(HEADS.c.seq, HEADS.c.size).where(HEADS.c.log == log).order_by(HEADS.c.seq.desc())
            row = connection.execute(wanted.limit(1)).one_or_none()
        return (0, 0) if row is None else (int(row[0]), int(row[1]))

    def tree(self, log: bytes) -> LogTree:
        """The tree over all copied leaves of a log."""
        tree = self._trees.setdefault(log, LogTree())
        with self._database.read() as connection:
            while True:
                first = tree.size
                wanted = (
                    select(LEAVES.c.digest)
                    .where(LEAVES.c.log == log, LEAVES.c.leaf_index.between(first, first + _PAGE - 1))
                    .order_by(LEAVES.c.leaf_index)
                )
                found = connection.execute(wanted).scalars().all()
                tree.extend(first, found)
                if len(found) < _PAGE:
                    return tree

    def covering(self, log: bytes, index: int) -> BundleHead | None:
        """The first copied head with that leaf."""
        return self._one(HEADS.c.log == log, HEADS.c.size > index, order=HEADS.c.size)

    def head(self, log: bytes, seq: int) -> BundleHead | None:
        """One copied head."""
        return self._one(HEADS.c.log == log, HEADS.c.seq == seq, order=HEADS.c.seq)

    def newest(self, log: bytes, until: int | None = None) -> BundleHead | None:
        """The last copied head that a checkpoint confirms, of those up to `until`."""
        bound = [] if until is None else [HEADS.c.seq <= until]
        return self._one(HEADS.c.log == log, _READ, *bound, order=HEADS.c.seq.desc())

    def affected(self, log: bytes, seq: int) -> BundleAffected | None:
        """Manifest and affected list of a head with a checkpoint."""
        wanted = select(HEADS.c.manifest_block, HEADS.c.affected_block).where(
            HEADS.c.log == log, HEADS.c.seq == seq, _READ
        )
        with self._database.read() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else BundleAffected(log, seq, bytes(row[0]), bytes(row[1]))

    def refresh(self, log: bytes, seq: int, checkpoint: str) -> None:
        """Keep what witnesses added to the checkpoint of a head."""
        mine = (HEADS.c.log == log) & (HEADS.c.seq == seq) & _READ
        with self._database.read() as connection:
            known = connection.execute(select(HEADS.c.checkpoint).where(mine)).scalar()
        if known is not None and len(checkpoint) > len(known):
            with self._database.write() as connection:
                connection.execute(update(HEADS).where(mine).values(checkpoint=checkpoint))

    def _one(self, *conditions: Any, order: Any) -> BundleHead | None:
        wanted = select(HEADS).where(*conditions).order_by(order).limit(1)
        with self._database.read() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return BundleHead(
            log=row.log,
            origin=row.origin,
            seq=row.seq,
            prev=row.prev,
            root=row.root,
            size=row.size,
            manifest=row.manifest,
            block=row.block,
            transaction=row.transaction,
            checkpoint=row.checkpoint or "",
        )


def insert_heads(
    connection: Connection, heads: Sequence[tuple[BundleHead, bytes]], blocks: tuple[bytes, bytes] | None
) -> None:
    """Insert heads with their hashes on the chain; `blocks` are those of the last one, if it has a checkpoint."""
    manifest, affected = blocks or (None, None)
    last = len(heads) - 1
    rows = [
        {
            **{
                name: getattr(head, name)
                for name in ("log", "seq", "origin", "prev", "root", "size", "manifest")
            },
            "block": head.block,
            "transaction": head.transaction,
            "head_hash": hashed,
            "checkpoint": head.checkpoint or None,
            "manifest_block": manifest if index == last else None,
            "affected_block": affected if index == last else None,
        }
        for index, (head, hashed) in enumerate(heads)
    ]
    connection.execute(insert(HEADS), rows)


def insert_leaves(connection: Connection, log: bytes, first: int, digests: Iterable[bytes]) -> None:
    """Insert the digests of leaves that stand from `first` on."""
    rows = [
        {"log": log, "leaf_index": index, "digest": digest} for index, digest in enumerate(digests, first)
    ]
    connection.execute(insert(LEAVES), rows)
