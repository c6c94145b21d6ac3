"""The embedded chain's state file, which anvil neither writes atomically nor reads back exactly.

Three facts stand behind this module. Anvil truncates the file and writes it in place, once a second: killed in
between, it leaves a part of a file, and does not start from it. It reads the blocks first and the accounts after,
so a block mined meanwhile is in the accounts and nowhere else: a chain that starts from such a file shows a head
that no block and no event holds. And each start adds a genesis block of its own to those in the file, unless it has
the same time as theirs: later one of them, whichever, is shown as block 0, and every reader that pins the genesis
hash refuses the chain. So a copy that is whole and of one moment is kept beside the file, and the time of the first
genesis is given to every start.
"""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from protocol.errors import ChainError

if TYPE_CHECKING:
    from pathlib import Path

# Reading a long chain's file takes a while; what is younger than this copy the worker anchors again.
_KEEP_SECONDS = 3.0


class StateFile:
    """The file at `path` and its kept copy `<path>.kept`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = path.with_name(f"{path.name}.kept")
        self._stop = threading.Event()
        self._copying = threading.Lock()
        self._written = 0.0

    def prepare(self) -> int | None:
        """Make folder and file ready; the time of the genesis block (unix seconds), None if there is no state yet.

        ChainError DEVCHAIN_FAILED if neither the file nor its copy can be used: a new chain in its place would
        have lost everything in silence.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._path.exists() and not self._kept.exists():
            return None
        for source in (self._path, self._kept):
            with suppress(OSError, ValueError, KeyError, TypeError):
                data = source.read_bytes()
                genesis = _genesis_time(json.loads(data))
                if source is self._kept:
                    self._replace(self._path, data)
                return genesis
        raise ChainError("DEVCHAIN_FAILED", reason=f"state unreadable: {self._path}")

    def start_keeping(self) -> None:
        """Keep a whole copy from now on, until `stop_keeping`."""
        self._stop.clear()
        threading.Thread(target=self._run, name="anvil-state", daemon=True).start()

    def stop_keeping(self) -> None:
        """Leave the copy as it is."""
        self._stop.set()

    def keep(self) -> float:
        """Copy the file if it is new and can be used; the time at which the copied file was written."""
        with self._copying, suppress(OSError, ValueError, KeyError, TypeError):
            written = self._path.stat().st_mtime
            if written > self._written:
                data = self._path.read_bytes()
                _genesis_time(json.loads(data))
                self._replace(self._kept, data)
                self._written = written
        return self._written

    def _run(self) -> None:
        while not self._stop.wait(_KEEP_SECONDS):
            self.keep()

    @staticmethod
    def _replace(target: Path, data: bytes) -> None:
        """Write a file wholly or not at all."""
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)


def _genesis_time(state: dict[str, Any]) -> int:
    """Time of the block that the chain began with, the oldest of number 0; ValueError if parts are of two moments."""
    headers = [entry["header"] for entry in state["blocks"]]
    newest = max(int(header["number"], 16) for header in headers)
    sent: dict[str, int] = {}
    for entry in state["transactions"]:
        if entry["block_number"] <= newest:
            sender, nonce = entry["info"]["from"].lower(), int(entry["info"]["nonce"])
            sent[sender] = max(sent.get(sender, 0), nonce + 1)
    for address, account in state["accounts"].items():
        if account["code"] == "0x" and account["nonce"] > sent.get(address.lower(), 0):
            raise ValueError(address)  # it has sent what is in no block
    return min(int(header["timestamp"], 16) for header in headers if int(header["number"], 16) == 0)
