"""The node's log as a bundle asks for it (`protocol.bundle_model.LogSource`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.bundle_model import BundleAffected, BundleHead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from anchoring.ports import HeadRow
    from node.log.service import Log


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
