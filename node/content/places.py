"""Which store a paper lies in: public ones where the world may fetch them, all others on this machine only.

What lies in an IPFS daemon may be fetched by anybody who learns its address, so nothing that is not public is ever
given to one in clear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from node.content.disk import DiskStore
    from node.content.ports import ContentStore
    from node.content.staging import Incoming, StagedFile


class Places:
    """The stores of one node; without a daemon both are the same."""

    def __init__(self, incoming: Incoming, local: DiskStore, shared: ContentStore | None = None) -> None:
        self._incoming = incoming
        self.local = local
        self.shared = shared

    def stage(self) -> StagedFile:
        """Begin to take a file."""
        return self._incoming.stage()

    def publish(self, blocks: Mapping[bytes, Path], *, public: bool) -> None:
        """Make a file's blocks durable in the store where they belong."""
        (self.shared if public and self.shared else self.local).publish(blocks)

    def get(self, cid: bytes, *, public: bool) -> bytes:
        """Return a block; the daemon is asked for public ones only, and only for what is not on this machine."""
        try:
            return self.local.get(cid)
        except DocumentError:
            if not public or self.shared is None:
                raise
        return self.shared.get(cid)

    def remove(self, root: bytes, cids: Collection[bytes]) -> None:
        """Forget a file and its blocks wherever they are."""
        for store in filter(None, (self.shared, self.local)):
            store.remove(root, cids)

    def close(self) -> None:
        """Let go of what the process holds."""
        self._incoming.close()
        for store in filter(None, (self.shared, self.local)):
            store.close()
