"""What a witness has signed, on disk before it answers: without that memory it could sign two trees of one size.

One file, replaced as a whole: written beside, forced to the disk, renamed, the folder forced too. It names the witness
and its key, so that a file of another witness is never taken for one's own, and one process holds it at a time.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from protocol.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT: Final = "filiera-witness/1"
_HEX = re.compile(r"[0-9a-f]{64}")
_BLOCK_HASH = re.compile(r"0x[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Tree:
    """The largest tree of a log that was cosigned; `root` in hex."""

    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Signed:
    """The newest state of the chain that was cosigned: block, its hash, and the root over the facts in hex."""

    block: int
    hash: str
    root: str


@dataclass(frozen=True)
class Memory:
    """All that a witness remembers, by the logs' origins."""

    name: str
    key: str
    trees: Mapping[str, Tree] = field(default_factory=dict)
    snapshots: Mapping[str, Signed] = field(default_factory=dict)


class StateFile:
    """The memory of one witness on disk; as a context manager it is this process's alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = -1

    @classmethod
    def create(cls, path: Path, name: str, key: str) -> Self:
        """Make the file of a witness that has signed nothing yet; LogError WITNESS_STATE_TAKEN if there is one."""
        if path.exists():
            raise LogError("WITNESS_STATE_TAKEN", str(path), path=str(path))
        state = cls(path)
        state.store(Memory(name, key))
        return state

    def __enter__(self) -> Self:
        # The lock is on a file beside: the state file itself is replaced at every step.
        self._lock = os.open(self._path.with_name(self._path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise LogError("WITNESS_STATE_TAKEN", str(self._path), path=str(self._path)) from error
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    def load(self) -> Memory:
        """Read it; LogError WITNESS_STATE_MALFORMED, also if there is none: a witness never begins anew by itself."""
        try:
            return _memory(json.loads(self._path.read_bytes()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise LogError("WITNESS_STATE_MALFORMED", str(self._path), path=str(self._path)) from error

    def store(self, memory: Memory) -> None:
        """Return only when it is on the disk."""
        fresh = self._path.with_name(self._path.name + ".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(json.dumps({"format": FORMAT, **asdict(memory)}, indent=1, sort_keys=True).encode())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _memory(value: Any) -> Memory:
    if value["format"] != FORMAT:
        raise ValueError(value["format"])
    trees = {origin: Tree(**entry) for origin, entry in value["trees"].items()}
    snapshots = {origin: Signed(**entry) for origin, entry in value["snapshots"].items()}
    for tree in trees.values():
        _ensure(type(tree.size) is int and tree.size >= 0 and _HEX.fullmatch(tree.root))
    for each in snapshots.values():
        well = type(each.block) is int and each.block >= 0
        _ensure(well and _BLOCK_HASH.fullmatch(each.hash) and _HEX.fullmatch(each.root))
    _ensure(isinstance(value["name"], str) and _HEX.fullmatch(value["key"]))
    return Memory(value["name"], value["key"], trees, snapshots)


def _ensure(holds: object) -> None:
    if not holds:
        raise ValueError("state")
