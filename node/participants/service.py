"""Keeps the snapshot of participants fresh: every second, and at once when a key is not known."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING, Protocol

from node.participants.snapshot import EMPTY, Snapshot
from protocol.errors import ChainError

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from protocol.errors import FilieraError

_logger = logging.getLogger("filiera.node")
# A caller with an unknown key may not make the node ask the chain more often than this.
SHORTEST_PAUSE = 0.25


class ParticipantSource(Protocol):
    """Where participants are read: the chain, or a test's memory."""

    def load(self) -> Snapshot:
        """Return all participants as of the newest block. Blocks; raises ChainError if it cannot be read."""


class FixedParticipants:
    """A source that always says the same: for tests and measurements."""

    def __init__(self, snapshot: Snapshot = EMPTY) -> None:
        self.snapshot = snapshot

    def load(self) -> Snapshot:
        """Return what was given."""
        return self.snapshot


class Participants:
    """The snapshot in force.

    A chain that does not answer leaves the last one standing, and `problem` says so.
    """

    def __init__(self, source: ParticipantSource, every_seconds: float) -> None:
        self._source = source
        self._every = every_seconds
        self._lock = asyncio.Lock()
        self._loaded = 0.0
        self._expired = 0
        self._task: asyncio.Task[None] | None = None
        self.snapshot = EMPTY
        self.problem: ChainError | None = None

    async def start(self) -> None:
        """Read once, then go on reading."""
        await self.refresh()
        self._task = asyncio.get_running_loop().create_task(self._run(), name="participants")

    async def stop(self) -> None:
        """Stop reading."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def expire(self) -> None:
        """An act was mined: what was read before it is old, however fresh. Called from any thread."""
        self._expired += 1
        self._loaded = 0.0

    async def refresh(self) -> None:
        """Read the chain now, unless that was done a moment ago."""
        async with self._lock:
            if time.monotonic() - self._loaded < SHORTEST_PAUSE:
                return
            expired = self._expired
            try:
                self.snapshot = await asyncio.to_thread(self._source.load)
            except ChainError as problem:
                if self.problem is None:
                    _logger.warning("participants cannot be read: %s", problem)
                self.problem = problem
            else:
                self.problem = None
            self._loaded = time.monotonic() if expired == self._expired else 0.0

    async def refresh_after(self, refusal: FilieraError, stale: AbstractSet[str]) -> bool:
        """After a refusal that newer participants might lift, read again; True if there is something new."""
        if refusal.code not in stale:
            return False
        before = self.snapshot
        await self.refresh()
        return self.snapshot is not before

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            await self.refresh()
