"""The tree in memory: every complete subtree's hash, 64 bytes a leaf; rebuilt from the database at the start.

It only ever grows, and it follows the database: several processes on one database each keep their own. Leaf
indices are given when a head is planned, so the tree's size is that of the last planned head.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from protocol.errors import LogError
from protocol.hashing import leaf_hash, node_hash

if TYPE_CHECKING:
    from collections.abc import Iterable

HASH = 32


class LogTree:
    """Hashes of complete subtrees by level; safe to read from several threads while one appends."""

    def __init__(self) -> None:
        self._levels: list[bytearray] = [bytearray()]
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0]) // HASH

    def extend(self, first_index: int, digests: Iterable[bytes]) -> None:
        """Append record digests that stand from `first_index` on; those already there are passed over."""
        with self._lock:
            for index, digest in enumerate(digests, first_index):
                if index > self.size:
                    raise LogError("LOG_GAP", index=index, size=self.size)
                if index == self.size:
                    self._append(leaf_hash(digest))

    def copy(self) -> LogTree:
        """A tree of its own with the same leaves, to try out what might be refused."""
        made = LogTree()
        made._levels = [bytearray(hashes) for hashes in self._levels]
        return made

    def node(self, level: int, index: int) -> bytes:
        """RFC 9162 hash of the subtree over leaves `index · 2^level …`; LOG_GAP if it is not complete."""
        hashes = self._levels[level] if level < len(self._levels) else b""
        start = index * HASH
        if index < 0 or len(hashes) < start + HASH:
            raise LogError("LOG_GAP", index=index, size=self.size)
        return bytes(hashes[start : start + HASH])

    def nodes(self, level: int, first: int, count: int) -> bytes:
        """`count` hashes of a level, joined: the content of a tile."""
        hashes = self._levels[level] if level < len(self._levels) else b""
        if len(hashes) < (first + count) * HASH:
            raise LogError("LOG_GAP", index=first, size=self.size)
        return bytes(hashes[first * HASH : (first + count) * HASH])

    def _append(self, leaf: bytes) -> None:
        hashed, level = leaf, 0
        while True:
            if level == len(self._levels):
                self._levels.append(bytearray())
            hashes = self._levels[level]
            # Upper levels first would let a reader meet a node whose children are missing; it may not
            # matter, but the size is read from level 0, so level 0 must not be behind.
            hashes += hashed
            if (len(hashes) // HASH) % 2:
                return
            hashed, level = node_hash(bytes(hashes[-2 * HASH : -HASH]), hashed), level + 1
