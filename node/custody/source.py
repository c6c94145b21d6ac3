"""The node's log, and its copies of others, as a bundle asks for them (`protocol.bundle_model.LogSource`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.bundle_model import BundleAffected, BundleHead
from protocol.errors import LogError
from protocol.merkle import consistency_from_nodes, inclusion_from_nodes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from anchoring.ports import HeadRow
    from node.log.service import Log
    from node.mirror.repository import MirrorRepository
    from protocol.bundle_model import LogSource


class NodeLogSource:
    """Heads and proofs of the one log that this node keeps; `log` is always its own id."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def head_covering(self, log: bytes, index: int) -> BundleHead | None:  # noqa: ARG002
        """Return the first anchored head whose size is above `index`."""
        head = self._log.covering(index)
        return None if head is None else self._head(head)

    def head_at(self, log: bytes, seq: int) -> BundleHead:  # noqa: ARG002
        """Return a head."""
        return self._head(self._log.head(seq))

    def newest_head(self, log: bytes) -> BundleHead:  # noqa: ARG002
        """Return the last anchored head with its checkpoint."""
        head = self._log.newest()
        return self._head(head, self._log.checkpoint_of(head))

    def inclusion(self, log: bytes, index: int, size: int) -> Sequence[bytes]:  # noqa: ARG002
        """Return an inclusion proof."""
        return self._log.inclusion(index, size)

    def consistency(self, log: bytes, size1: int, size2: int) -> Sequence[bytes]:  # noqa: ARG002
        """Return a consistency proof."""
        return self._log.consistency(size1, size2)

    def affected(self, log: bytes, seq: int) -> BundleAffected | None:
        """Return manifest and affected list of a head."""
        manifest, listed = self._log.blocks(seq)
        return BundleAffected(log, seq, manifest, listed)

    def _head(self, head: HeadRow, checkpoint: str = "") -> BundleHead:
        place = head.place
        return BundleHead(
            log=head.log_id,
            origin=self._log.origin,
            seq=head.seq,
            prev=head.prev,
            root=head.root,
            size=head.size,
            manifest=head.manifest,
            block=place.block if place else 0,
            transaction=f"0x{place.transaction.hex()}" if place else "",
            checkpoint=checkpoint,
        )


class CopiedLogSource:
    """Heads and proofs of other nodes' logs, as far as they are copied here."""

    def __init__(self, copies: MirrorRepository) -> None:
        self._copies = copies

    def head_covering(self, log: bytes, index: int) -> BundleHead | None:
        """Return the first copied head whose size is above `index`, once a checkpoint confirms that one or a later."""
        newest = self._copies.newest(log)
        head = self._copies.covering(log, index)
        return head if head and newest and newest.seq >= head.seq else None

    def head_at(self, log: bytes, seq: int) -> BundleHead:
        """Return a head."""
        head = self._copies.head(log, seq)
        if head is None:
            raise LogError("HEAD_UNKNOWN", "/seq", seq=seq)
        return head

    def newest_head(self, log: bytes) -> BundleHead:
        """Return the last head that a checkpoint confirms."""
        head = self._copies.newest(log)
        if head is None:
            raise LogError("LOG_EMPTY", "")
        return head

    def inclusion(self, log: bytes, index: int, size: int) -> Sequence[bytes]:
        """Return an inclusion proof."""
        return inclusion_from_nodes(self._copies.tree(log).node, index, size)

    def consistency(self, log: bytes, size1: int, size2: int) -> Sequence[bytes]:
        """Return a consistency proof."""
        return consistency_from_nodes(self._copies.tree(log).node, size1, size2)

    def affected(self, log: bytes, seq: int) -> BundleAffected | None:
        """Return manifest and affected list of a head with a checkpoint."""
        return self._copies.affected(log, seq)


class AllLogs:
    """Each log from where it is: this node's own, or a copy."""

    def __init__(self, own: bytes, source: LogSource, copies: LogSource) -> None:
        self._own, self._source, self._copies = own, source, copies

    def head_covering(self, log: bytes, index: int) -> BundleHead | None:
        """Return the first head with a leaf."""
        return self._of(log).head_covering(log, index)

    def head_at(self, log: bytes, seq: int) -> BundleHead:
        """Return a head."""
        return self._of(log).head_at(log, seq)

    def newest_head(self, log: bytes) -> BundleHead:
        """Return the last head with its checkpoint."""
        return self._of(log).newest_head(log)

    def inclusion(self, log: bytes, index: int, size: int) -> Sequence[bytes]:
        """Return an inclusion proof."""
        return self._of(log).inclusion(log, index, size)

    def consistency(self, log: bytes, size1: int, size2: int) -> Sequence[bytes]:
        """Return a consistency proof."""
        return self._of(log).consistency(log, size1, size2)

    def affected(self, log: bytes, seq: int) -> BundleAffected | None:
        """Return manifest and affected list of a head."""
        return self._of(log).affected(log, seq)

    def _of(self, log: bytes) -> LogSource:
        return self._source if log == self._own else self._copies
