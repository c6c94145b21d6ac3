"""A question before writing, for some kinds of records, at the one door through which every record is stored.

A record can come by routes of its own, by POST /events, or as one line of many, and two can come in the same instant. A
check in a route would be gone around by another route; between a check and the writing a twin would slip in. So the
question stands before the writer, and what one guard watches is written one after the other, each after its answer.
"""

from __future__ import annotations

import asyncio
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from node.capture.writer import GroupWriter
from protocol.errors import FilieraError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from node.capture.candidate import Candidate
    from node.capture.writer import Outcome
    from node.db import Database


class Guard(Protocol):
    """Watches some kinds of records."""

    def watches(self, candidate: Candidate) -> bool:
        """Whether the question is asked of a record."""

    def ensure(self, candidate: Candidate) -> None:
        """Raise FilieraError unless it may be stored beside what is; may take its time."""


class GuardedWriter(GroupWriter):
    """The writer of records with `guards`; what none of them watches goes straight on, together."""

    def __init__(self, database: Database, recheck: Callable[[str], None], guards: Sequence[Guard]) -> None:
        super().__init__(database, recheck)
        self._guards = [(guard, asyncio.Lock()) for guard in guards]

    async def store(self, candidates: Sequence[Candidate]) -> list[Outcome]:
        """Store candidates in order; returns one outcome each."""
        outcomes: list[Outcome] = []
        for place, run in groupby(candidates, self._place):
            if place is None:
                outcomes += await super().store(list(run))
                continue
            for candidate in run:
                outcomes.append(await self._store_one(candidate, *self._guards[place]))
        return outcomes

    def _place(self, candidate: Candidate) -> int | None:
        """Which guard watches a record."""
        watching = (place for place, (guard, _) in enumerate(self._guards) if guard.watches(candidate))
        return next(watching, None)

    async def _store_one(self, candidate: Candidate, guard: Guard, lock: asyncio.Lock) -> Outcome:
        async with lock:
            try:
                await asyncio.to_thread(guard.ensure, candidate)
            except FilieraError as refusal:
                return refusal
            (outcome,) = await super().store([candidate])
            return outcome
