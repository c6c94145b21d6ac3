"""The embedded store: one file a block, in folders by the first byte of its hash.

A block file appears by renaming a complete, synchronised one, so that a name never stands for a torn block; the folders
are synchronised before anybody is told that a document is here.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from node.content.staging import room
from protocol.cid import MAX_BLOCK_BYTES, format_cid, parse_cid
from protocol.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

_DIGEST_BYTES = 32


class DiskStore:
    """Blocks under a folder that several processes of one machine may share (port `ContentStore`)."""

    def __init__(self, folder: Path) -> None:
        self._blocks = folder / "blocks"
        self._blocks.mkdir(parents=True, exist_ok=True, mode=0o700)

    def publish(self, blocks: Mapping[bytes, Path]) -> None:
        """Rename complete blocks into their places; the files must lie on the same file system."""
        with room():
            self._take(blocks)

    def get(self, cid: bytes) -> bytes:
        """Return a block as it lies on the disk."""
        try:
            with self._path(cid).open("rb") as file:
                return file.read(MAX_BLOCK_BYTES + 1)
        except FileNotFoundError as error:
            raise DocumentError("BLOCK_UNKNOWN", "cid") from error

    def listed(self, before: float) -> Iterator[bytes]:
        """Yield the address of every block that was last written before a time (seconds since 1970)."""
        for folder in self._blocks.iterdir():
            for file in folder.iterdir():
                if file.stat().st_mtime < before:
                    yield parse_cid(file.name)

    def remove(self, root: bytes, cids: Collection[bytes]) -> None:
        """Remove blocks, the root first; those that are not here do not matter."""
        for cid in sorted(cids, key=lambda cid: cid != root):
            self._path(cid).unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing is held."""

    def _path(self, cid: bytes) -> Path:
        return self._blocks / f"{cid[-_DIGEST_BYTES]:02x}" / format_cid(cid)

    def _take(self, blocks: Mapping[bytes, Path]) -> None:
        touched = set()
        for cid, file in blocks.items():
            # Young from now on: whoever sweeps leaves it until its row is there, however long the upload took.
            os.utime(file)
            _synchronise(file)
            target = self._path(cid)
            target.parent.mkdir(exist_ok=True, mode=0o700)
            file.replace(target)
            touched.add(target.parent)
        for folder in touched:
            _synchronise(folder)
        _synchronise(self._blocks)


def _synchronise(path: Path) -> None:
    """Write a file's or a folder's content through to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
