"""Files and folders that appear when they are whole: a run that stops leaves no half of a sheet to be printed."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from client.errors import ClientError
from client.files import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def drafted(path: Path) -> Iterator[BinaryIO]:
    """A stream that takes the place of `path` when the block ends well; ClientError `LABEL_UNWRITABLE`."""
    draft = _draft_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise ClientError("LABEL_UNWRITABLE", str(path), file=path, reason=error.strerror or error) from error
    finally:
        with suppress(OSError):
            draft.unlink()


@contextmanager
def drafted_folder(path: Path) -> Iterator[Path]:
    """A folder that is called `path` when the block ends well; ClientError `LABEL_EXISTS`, `LABEL_UNWRITABLE`."""
    if path.exists():
        raise ClientError("LABEL_EXISTS", str(path), file=path)
    draft = _draft_of(path)
    try:
        draft.mkdir(parents=True)
        yield draft
        draft.rename(path)
    except OSError as error:
        raise ClientError("LABEL_UNWRITABLE", str(path), file=path, reason=error.strerror or error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _draft_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")
