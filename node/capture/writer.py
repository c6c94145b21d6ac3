"""Group commit: one task collects what arrived while the last group was written, and writes it at once.

An answer is given only after the commit, so everything acknowledged survives the process. One commit per
record would cost a flush of the disk each; a group costs one for all. Conflicts are decided inside the
transaction. Where another process on the same database was faster, the unique keys refuse the group and it
is judged anew.
"""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError, OperationalError

from node.capture import erasure, repository
from node.capture.conflicts import ensure_free, find_replay
from node.capture.erased import ACT as ERASURE
from node.capture.numbers import Numbers
from protocol.errors import FilieraError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from node.capture.candidate import Candidate
    from node.capture.conflicts import Known
    from node.db import Database

# Records in one transaction: keeps the latency of a group bounded.
MAX_GROUP = 1_000
# How often a group is judged anew after another process was faster.
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Stored:
    """A record is durably stored; `created` is False when it was before. Times in milliseconds since 1970."""

    created: bool
    digest: bytes
    received_at: int
    promised_at: int


Outcome = Stored | FilieraError
Submission = tuple["Sequence[Candidate]", "asyncio.Future[list[Outcome]]"]


class GroupWriter:
    """The only writer of records in this process.

    `recheck` is asked whether a record with more disclosures than before still has the written form; it
    raises if not.
    """

    def __init__(self, database: Database, recheck: Callable[[str], None]) -> None:
        self._database = database
        self._recheck = recheck
        self._queue: asyncio.Queue[Submission] = asyncio.Queue()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._task: asyncio.Task[None] | None = None
        self._numbers = Numbers()
        self.groups = 0
        self.records = 0

    def start(self) -> None:
        """Begin to write; to be called inside the event loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="group-writer")

    async def stop(self) -> None:
        """Write what is waiting, then end."""
        await self._queue.join()
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._thread.shutdown()

    @property
    def waiting(self) -> int:
        """How many requests wait to be written."""
        return self._queue.qsize()

    async def store(self, candidates: Sequence[Candidate]) -> list[Outcome]:
        """Store candidates in order; returns one outcome each once all are durable."""
        done: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((candidates, done))
        return await done

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            group = [await self._queue.get()]
            size = len(group[0][0])
            while size < MAX_GROUP and not self._queue.empty():
                group.append(self._queue.get_nowait())
                size += len(group[-1][0])
            try:
                outcomes = await loop.run_in_executor(self._thread, self._write, group)
            except Exception as error:  # noqa: BLE001 - the requests get it, the writer goes on
                for _, done in group:
                    if not done.done():
                        done.set_exception(error)
            else:
                for (_, done), results in zip(group, outcomes, strict=True):
                    if not done.done():
                        done.set_result(results)
            finally:
                for _ in group:
                    self._queue.task_done()

    def _write(self, group: Sequence[Submission]) -> list[list[Outcome]]:
        candidates = [candidate for submitted, _ in group for candidate in submitted]
        for attempt in range(ATTEMPTS):
            try:
                flat = self._write_once(candidates)
            except (IntegrityError, OperationalError):  # a twin elsewhere, a deadlock between two processes
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                break
        self.groups += 1
        outcomes = iter(flat)
        return [[next(outcomes) for _ in submitted] for submitted, _ in group]

    def _write_once(self, candidates: Sequence[Candidate]) -> list[Outcome]:
        with self._database.write() as connection:
            known = repository.load_known(connection, candidates)
            accepted: list[tuple[int, Candidate]] = []
            outcomes = [self._judge(connection, candidate, known, accepted) for candidate in candidates]
            if accepted:
                repository.insert_candidates(connection, accepted)
            for _, candidate in accepted:
                if candidate.checked.act == ERASURE:
                    erasure.carry_out(connection, candidate)
        self.records += len(accepted)
        return outcomes

    def _judge(
        self,
        connection: Connection,
        candidate: Candidate,
        known: Known,
        accepted: list[tuple[int, Candidate]],
    ) -> Outcome:
        try:
            stored = find_replay(candidate, known)
            if stored is not None:
                self._merge(connection, candidate, accepted)
                return Stored(
                    created=False,
                    digest=stored.digest,
                    received_at=stored.received_at,
                    promised_at=stored.promised_at,
                )
            ensure_free(candidate, known)
            if candidate.checked.act == ERASURE:
                erasure.ensure_own(connection, candidate)
        except FilieraError as refusal:
            return refusal
        known.add(candidate)
        accepted.append((self._numbers(), candidate))
        return Stored(
            created=True,
            digest=candidate.checked.digest,
            received_at=candidate.received_at,
            promised_at=candidate.promised_at,
        )

    def _merge(
        self, connection: Connection, candidate: Candidate, accepted: list[tuple[int, Candidate]]
    ) -> None:
        """Add disclosures that came with a replay, if the fuller record still passes the checks."""
        digest, brought = candidate.checked.digest, candidate.checked.disclosures
        if not brought:
            return
        twin = next((at for at, (_, other) in enumerate(accepted) if other.checked.digest == digest), None)
        if twin is None:
            jwt, joined = repository.stored_token(connection, digest)
            present = joined.split("~")[1:-1]
        else:
            jwt, present = accepted[twin][1].checked.jwt, accepted[twin][1].checked.disclosures
        held = set(present)
        missing = [disclosure for disclosure in brought if disclosure not in held]
        if not missing or erasure.is_erased(connection, digest.hex()):
            return
        merged = [*present, *missing]
        fuller = "~".join([jwt, *merged, ""])
        self._recheck(fuller)
        if twin is None:
            repository.store_disclosures(connection, digest, merged)
            repository.add_edges(connection, digest, candidate.checked.edges)
        else:
            number, other = accepted[twin]
            edges = other.checked.edges | candidate.checked.edges
            accepted[twin] = (
                number,
                replace(other, checked=other.checked._replace(token=fuller, edges=edges)),
            )
