"""Heads, checkpoint, tiles and proofs of the node's own log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anchoring.ports import HeadState
from protocol import checkpoint, merkle, tiles
from protocol.errors import LogError
from protocol.hashing import log_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from anchoring.deployment import Deployment
    from anchoring.ports import HeadRow
    from node.log.repository import LogRepository
    from protocol.keys import PrivateKey
    from protocol.snapshot import Snapshot

TILE = 256


class Log:
    """Reads of the log as others see it: anchored heads only. `deployment` is None without a ledger."""

    def __init__(
        self, repository: LogRepository, origin: str, key: PrivateKey, deployment: Deployment | None
    ) -> None:
        self._repository = repository
        self._key = key
        self._deployment = deployment
        self._signed: tuple[int, str] = (0, "")
        self.origin = origin
        self.log_id = log_id(origin)
        self.vkey = checkpoint.format_vkey(origin, key.public)

    def checkpoint(self) -> str:
        """The signed note of the last anchored head; LOG_EMPTY before the first."""
        head = self.newest()
        if self._signed[0] != head.seq:
            self._signed = (head.seq, self.checkpoint_of(head))
        return self._signed[1]

    def checkpoint_of(self, head: HeadRow) -> str:
        """The signed note of one head; the same each time, since Ed25519 is deterministic."""
        return checkpoint.sign_note(checkpoint.Checkpoint(self.origin, head.size, head.root), self._key)

    def sign_snapshot(self, snapshot: Snapshot) -> str:
        """The signed note of a state of the chain."""
        return snapshot.sign(self._key)

    def newest(self) -> HeadRow:
        """The last anchored head."""
        head = self._repository.newest()
        if head is None:
            raise LogError("LOG_EMPTY", "")
        self._catch_up(head.size)
        return head

    def covering(self, index: int) -> HeadRow | None:
        """The first anchored head with that leaf."""
        return self._repository.covering(index)

    def head(self, seq: int) -> HeadRow:
        """One anchored head; HEAD_UNKNOWN."""
        head = self._repository.head(seq)
        if head is None:
            raise LogError("HEAD_UNKNOWN", "/seq", seq=seq)
        return head

    def heads(self, after: int, limit: int) -> Sequence[HeadRow]:
        """Anchored heads with a higher seq."""
        return self._repository.heads(after, limit)

    def blocks(self, seq: int) -> tuple[bytes, bytes]:
        """Manifest and affected list of a head."""
        found = self._repository.blocks(seq)
        if found is None:
            raise LogError("HEAD_UNKNOWN", "/seq", seq=seq)
        return found

    def inclusion(self, index: int, size: int) -> Sequence[bytes]:
        """Inclusion proof of a leaf in the tree of `size`."""
        self._catch_up(size)
        return merkle.inclusion_from_nodes(self._repository.tree.node, index, size)

    def consistency(self, size1: int, size2: int) -> Sequence[bytes]:
        """Consistency proof between two sizes."""
        self._catch_up(size2)
        return merkle.consistency_from_nodes(self._repository.tree.node, size1, size2)

    def tile(self, path: str) -> tuple[bytes, bool]:
        """Content of `/tile/…` and whether it is full; only what lies below the last anchored head."""
        wanted = tiles.parse_tile_path(path)
        size = self.newest().size
        width = wanted.width or TILE
        per_hash = 1 if wanted.level is None else TILE**wanted.level
        first = wanted.index * TILE
        if (first + width) * per_hash > size:
            raise LogError("TILE_UNKNOWN", "/tile", path=path[:80])
        if wanted.level is None:
            return tiles.entry_bundle(self._repository.entries(first, width)), width == TILE
        return self._repository.tree.nodes(8 * wanted.level, first, width), width == TILE

    def head_json(self, head: HeadRow) -> dict[str, Any]:
        """A head as `/heads` shows it."""
        place, deployment = head.place, self._deployment
        chain = {
            "chainId": deployment.chain_id if deployment else None,
            "contract": deployment.anchors.address if deployment else None,
            "block": place.block if place else None,
            "blockHash": f"0x{place.block_hash.hex()}" if place else None,
            "transaction": f"0x{place.transaction.hex()}" if place else None,
        }
        return {
            "log": head.log_id.hex(),
            "origin": self.origin,
            "seq": head.seq,
            "prev": head.prev.hex(),
            "root": head.root.hex(),
            "size": head.size,
            "manifest": head.manifest.hex(),
            "headHash": head.head_hash.hex(),
            "state": HeadState(head.state).value,
            "chain": chain,
        }

    def _catch_up(self, size: int) -> None:
        if self._repository.tree.size < size:
            self._repository.sync()
