"""A head store in memory that fails the test when the port's contract is broken, and fails on demand.

`fail(method, persist=…)` makes the next call of a write raise: before it took effect, or after, as when only the reply was
lost. Content is compared with what was first written, so a store user that changes a head is caught.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from anchoring import outbox
from anchoring.ports import HeadState
from protocol.errors import ChainError
from protocol.hashing import leaf_hash, node_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from anchoring.ports import Attempt, ChainPlace, HeadRow, PlannedHead


T = TypeVar("T")


class StoreDown(ConnectionError):  # noqa: N818 - read as an event in stories
    """What a database driver would raise."""


class MemoryHeadStore:
    def __init__(self, clock: Callable[[], float] = lambda: 0.0) -> None:
        self._clock = clock
        self._lease: tuple[str, int, float] | None = None
        self._token = 0
        self._waiting: list[bytes] = []
        self._names: dict[bytes, bytes] = {}
        self._failures: dict[str, list[bool]] = {}
        self.heads: list[PlannedHead] = []
        self.rows: list[HeadRow] = []
        self.leaves: list[bytes] = []
        self.moves: list[tuple[int, HeadState, HeadState]] = []

    # What a node would do.

    def receive(self, digest: bytes, *, names: bytes | None = None) -> None:
        """Store a record; `names` is the record that it corrects or disputes."""
        assert digest not in self._waiting
        assert digest not in self.leaves
        self._waiting.append(digest)
        if names is not None:
            self._names[digest] = names

    def fail(self, method: str, *, persist: bool) -> None:
        self._failures.setdefault(method, []).append(persist)

    @property
    def failures_left(self) -> int:
        return sum(map(len, self._failures.values()))

    # The port.

    def acquire_lease(self, holder: str, ttl: float) -> int | None:
        def write() -> int | None:
            now = self._clock()
            if self._lease is not None and self._lease[0] != holder and self._lease[2] > now:
                return None
            if self._lease is None or self._lease[0] != holder:
                self._token += 1
            self._lease = (holder, self._token, now + ttl)
            return self._token

        return self._write("acquire_lease", write)

    def release_lease(self, token: int) -> None:
        if self._lease is not None and self._lease[1] == token:
            self._lease = None

    def pending(self, limit: int) -> Sequence[bytes]:
        return self._waiting[:limit]

    def affected(self, batch: Sequence[bytes]) -> Sequence[bytes]:
        logged = {*self.leaves, *batch}
        return sorted({named for record, named in self._names.items() if record in logged})

    def node(self, level: int, index: int) -> bytes:
        assert (index + 1) << level <= len(self.leaves), "asked beyond the last planned head"
        if level == 0:
            return leaf_hash(self.leaves[index])
        return node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))

    def plan_head(self, token: int, head: PlannedHead) -> None:
        self._fenced(token)
        self._write("plan_head", lambda: self._plan(head))

    def tip(self) -> HeadRow | None:
        return self.rows[-1] if self.rows else None

    def head(self, seq: int) -> HeadRow | None:
        return self.rows[seq - 1] if 0 < seq <= len(self.rows) else None

    def heads_after(self, seq: int, limit: int) -> Sequence[HeadRow]:
        return self.rows[seq : seq + limit]

    def unconfirmed(self, limit: int) -> Sequence[HeadRow]:
        return [row for row in self.rows if row.state is not HeadState.CONFIRMED][:limit]

    def mark_sent(self, token: int, seq: int, attempt: Attempt) -> None:
        self._move("mark_sent", token, seq, lambda row: outbox.sent(row, attempt))

    def mark_anchored(self, token: int, seq: int, place: ChainPlace) -> None:
        self._move("mark_anchored", token, seq, lambda row: outbox.anchored(row, place))

    def mark_confirmed(self, token: int, seq: int) -> None:
        self._move("mark_confirmed", token, seq, outbox.confirmed)

    def back_to_planned(self, token: int, seq: int) -> None:
        self._move("back_to_planned", token, seq, outbox.back_to_planned)

    # Inside.

    def _plan(self, head: PlannedHead) -> None:
        tip = self.tip()
        if tip is not None and tip.head_hash == head.head_hash:
            return
        outbox.ensure_next(tip, head)
        if not set(head.records) <= set(self._waiting):
            raise ChainError("HEAD_NOT_NEXT", "records", seq=head.seq, expected=head.seq)
        self._waiting = [digest for digest in self._waiting if digest not in set(head.records)]
        self.leaves += head.records
        self.heads.append(head)
        self.rows.append(outbox.new_row(head))

    def _move(self, method: str, token: int, seq: int, change: Callable[[HeadRow], HeadRow]) -> None:
        self._fenced(token)

        def write() -> None:
            before = self.rows[seq - 1]
            after = change(before)
            content = {"state": before.state, "attempt": before.attempt, "place": before.place}
            assert replace(after, **content) == before, "the content of a row changed"
            assert (after.place is not None) == (after.state in outbox.ON_CHAIN)
            self.rows[seq - 1] = after
            self.moves.append((seq, before.state, after.state))

        self._write(method, write)

    def _fenced(self, token: int) -> None:
        if token != self._token:
            raise ChainError("LEASE_LOST", token=token)

    def _write(self, method: str, effect: Callable[[], T]) -> T:
        failures = self._failures.get(method, [])
        if not failures:
            return effect()
        if failures.pop(0):
            effect()
        raise StoreDown(method)
