"""Files on their way in, as block files in a folder that belongs to one process.

What a killed process leaves behind is removed by the next one that starts: each process holds a lock on its own folder,
and a folder whose lock can be had belongs to nobody.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.cid import CidBuilder, format_cid
from protocol.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_LOCK = "lock"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_ENTRY_LOCK = ".lock"


class Incoming:
    """The folder of this process under `folder`, on the file system of the store that blocks are renamed into."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # While this is held nobody else makes or removes a process's folder.
        entry = os.open(folder / _ENTRY_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(entry, fcntl.LOCK_EX)
            _remove_orphans(folder)
            self._folder = folder / secrets.token_hex(8)
            self._folder.mkdir(mode=0o700)
            self._lock = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        finally:
            os.close(entry)

    def stage(self) -> StagedFile:
        """Begin a file."""
        folder = self._folder / secrets.token_hex(8)
        folder.mkdir(mode=0o700)
        return StagedFile(folder)

    def close(self) -> None:
        """Remove the folder and let the lock go."""
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)


@dataclass(frozen=True, slots=True)
class Addressed:
    """A file's address (36 bytes), the SHA-256 of its plain bytes, its size; its blocks, children first."""

    cid: bytes
    sha256: bytes
    size: int
    blocks: Mapping[bytes, Path]


class StagedFile:
    """One file as it comes in; nobody can read any of it here."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._blocks: dict[bytes, Path] = {}
        self._builder = CidBuilder(self._keep)

    def write(self, data: bytes) -> None:
        """Take the next bytes; DocumentError `DOCUMENT_STORE_FULL` if there is no room."""
        with room():
            self._builder.update(data)

    def seal(self) -> Addressed:
        """Address what has come."""
        with room():
            self._builder.finish()
        return Addressed(self._builder.root, self._builder.sha256, self._builder.size, self._blocks)

    def discard(self) -> None:
        """Remove what is left of it; never raises."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _keep(self, cid: bytes, block: bytes) -> None:
        if cid not in self._blocks:
            path = self._folder / format_cid(cid)
            path.write_bytes(block)
            self._blocks[cid] = path


@contextmanager
def room() -> Iterator[None]:
    """Say that there is no room where the system says so."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DocumentError("DOCUMENT_STORE_FULL") from error
        raise


def _remove_orphans(folder: Path) -> None:
    for path in folder.iterdir():
        if not path.is_dir():
            continue
        try:
            lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        except BlockingIOError:
            continue  # a living process's
        finally:
            os.close(lock)
