"""Files on the maker's machine: written once or appended, private by default, on disk before anybody relies on them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from client.errors import ClientError

PRIVATE = 0o600
# A file that a person hands to a command: larger ones are a mistake, not work.
MAX_INPUT_BYTES = 64 * 1024 * 1024


def write_new(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """Create `path` with `data`; ClientError `FILE_EXISTS` rather than overwrite anything."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise ClientError("FILE_EXISTS", str(path), file=path) from error
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def replace(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """Put `data` in the place of `path` at once: readers see the old bytes or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        draft.unlink()
    write_new(draft, data, mode)
    draft.replace(path)
    sync_folder(path.parent)


def read(path: Path) -> bytes:
    """Return the bytes of `path`; ClientError `FILE_UNREADABLE` with the system's reason."""
    try:
        if path.stat().st_size > MAX_INPUT_BYTES:
            raise ClientError("FILE_TOO_LARGE", str(path), file=path, limit=MAX_INPUT_BYTES)
        return path.read_bytes()
    except OSError as error:
        raise ClientError("FILE_UNREADABLE", str(path), file=path, reason=error.strerror or error) from error


def sync_folder(folder: Path) -> None:
    """Make a new name in `folder` survive a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
