"""Short words for worker stories."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field

from anchoring.confirmation import ConfirmationRule
from anchoring.ports import HeadState
from anchoring.worker import AnchoringWorker, WorkerSettings
from protocol.errors import ChainError
from tests.support.memory_head_store import MemoryHeadStore, StoreDown
from tests.support.memory_registry import MemoryRegistry


def digest(number: int) -> bytes:
    return hashlib.sha256(f"record {number}".encode()).digest()


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Story:
    """One store, one chain, as many workers as wanted, one clock."""

    settings: WorkerSettings = field(default_factory=lambda: WorkerSettings(ConfirmationRule(1), cadence=0.0))
    chain: MemoryRegistry = field(default_factory=MemoryRegistry)
    received: int = 0
    workers: int = 0

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryHeadStore(self.clock)
        self.worker = self.new_worker()

    def new_worker(self) -> AnchoringWorker:
        """A worker as after a restart: it remembers nothing."""
        self.workers += 1
        return AnchoringWorker(
            self.store, self.chain, self.settings, holder=f"worker {self.workers}", clock=self.clock
        )

    def receive(self, count: int = 1) -> None:
        for _ in range(count):
            self.store.receive(digest(self.received))
            self.received += 1

    def step(self) -> None:
        """A step in which something may fail."""
        with suppress(ChainError, StoreDown):
            self.worker.step()

    def heal(self) -> None:
        """Everything works again; a fresh worker leads, and time passes until nothing is left to do."""
        self.chain.failures.clear()
        self.store._failures.clear()
        self.chain.down, self.chain.automine, self.chain.base_fee = False, True, 10**9
        self.clock.now += 1000
        self.worker = self.new_worker()
        for _ in range(300):
            self.clock.now += self.settings.resend_after
            report = self.worker.step()
            if (
                not report.progress
                and not self.store.pending(1)
                and len(self.chain.heads) == len(self.store.rows)
            ):
                break
            self.chain.mine()

    def check(self) -> None:
        """Exactly once: the chain shows every row in order, and every record is in exactly one head."""
        assert [row.head_hash for row in self.chain.heads] == [row.head_hash for row in self.store.rows]
        assert [row.seq for row in self.store.rows] == list(range(1, len(self.store.rows) + 1))
        logged = [record for head in self.store.heads for record in head.records]
        assert logged == self.store.leaves
        assert sorted(logged) == sorted(digest(number) for number in range(self.received))
        assert {row.state for row in self.store.rows} <= {HeadState.ANCHORED, HeadState.CONFIRMED}
        for row in self.store.rows:
            assert row.place == self.chain.place_of(row.seq, len(self.chain.blocks) - 1)
