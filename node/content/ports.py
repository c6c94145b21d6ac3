"""What a store of content must do, whatever it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path


class ContentStore(Protocol):
    """Blocks by address. Storing the same bytes again changes nothing, but mends a damaged copy."""

    def publish(self, blocks: Mapping[bytes, Path]) -> None:
        """Make complete, addressed blocks durable and readable; they come children first, the file's root last.

        When this returns, a power cut loses none of them. The files may be taken away. DocumentError
        `DOCUMENT_STORE_FULL`, `DOCUMENT_STORE_AWAY`.
        """

    def get(self, cid: bytes) -> bytes:
        """Return a block as it is stored; the reader checks it.

        DocumentError `BLOCK_UNKNOWN` if it is not here, `DOCUMENT_STORE_AWAY` if nobody can say.
        """

    def remove(self, root: bytes, cids: Collection[bytes]) -> None:
        """Forget a file, and those of its blocks that no other file needs."""

    def close(self) -> None:
        """Let go of what the process holds."""
