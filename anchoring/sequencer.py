"""From the records that wait to the next head, in full, before anything is sent. Pure.

The head names the tree root, the manifest (its records and the affected list) and the head before it; its
hash binds all of it to one chain and one contract (README §8).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anchoring.ports import MAX_HEAD_RECORDS, HeadRow, PlannedHead
from protocol import heads, merkle
from protocol.errors import ChainError
from protocol.hashing import leaf_hash, node_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Node = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """What the head hash is bound to."""

    chain_id: int
    contract: bytes
    log_id: bytes


class GrowingTree:
    """The log's tree with leaves appended that are not stored yet; hashes complete subtrees once."""

    def __init__(self, stored: Node, size: int, digests: Sequence[bytes]) -> None:
        self._stored = stored
        self._old_size = size
        self.size = size + len(digests)
        self._new = {(0, size + offset): leaf_hash(digest) for offset, digest in enumerate(digests)}

    def node(self, level: int, index: int) -> bytes:
        """Hash of the complete subtree at (level, index), stored or new."""
        if (index + 1) << level <= self._old_size:
            return self._stored(level, index)
        known = self._new.get((level, index))
        if known is None:
            known = node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))
            self._new[level, index] = known
        return known


def plan_head(
    identity: LogIdentity,
    tip: HeadRow | None,
    records: Sequence[bytes],
    affected: Sequence[bytes],
    stored: Node,
) -> PlannedHead:
    """The head that takes `records` (distinct 32-byte digests, 1 to MAX_HEAD_RECORDS, any order).

    `affected` as of this head, `stored` the nodes of the tree below `tip.size`. The order of arrival leaves
    no trace.
    """
    if not 0 < len(set(records)) == len(records) <= MAX_HEAD_RECORDS:
        raise ChainError("HEAD_RECORDS", count=len(records))
    seq, prev, size = (tip.seq, tip.head_hash, tip.size) if tip else (0, bytes(32), 0)
    ordered = heads.order_leaves(prev, records)
    tree = GrowingTree(stored, size, ordered)
    affected_block = heads.affected_block(affected)
    manifest_block = heads.manifest_block(ordered, affected)
    head = heads.Head(
        log_id=identity.log_id,
        seq=seq + 1,
        prev=prev,
        root=merkle.root_from_nodes(tree.node, tree.size),
        size=tree.size,
        manifest=hashlib.sha256(manifest_block).digest(),
    )
    return PlannedHead(
        log_id=head.log_id,
        seq=head.seq,
        prev=head.prev,
        root=head.root,
        size=head.size,
        manifest=head.manifest,
        head_hash=heads.head_hash(head, identity.chain_id, identity.contract),
        first_index=size,
        records=tuple(ordered),
        proof=tuple(merkle.consistency_from_nodes(tree.node, size, tree.size)) if size else (),
        manifest_block=manifest_block,
        affected_block=affected_block,
    )
