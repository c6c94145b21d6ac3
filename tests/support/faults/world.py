"""The driver's side: one chain, one database, and the worker that leads.

Time is the driver's: a second passes with each step. Everything random comes from one seeded generator.
"""

from __future__ import annotations

import hashlib
import random
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, text

from anchoring.confirmation import ConfirmationRule
from anchoring.devchain import DevChain, DevChainSettings
from anchoring.outbox import ON_CHAIN
from anchoring.ports import HeadState
from anchoring.worker import WorkerSettings
from node import migrations
from node.db import Database
from node.log.head_store import SqlHeadStore
from node.log.repository import LogRepository
from node.log.rows import RECORDS
from tests.support.chain import deploy_on
from tests.support.faults.child import Answer, Config, Order
from tests.support.faults.processes import WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from anchoring.ports import HeadRow
    from tests.support import postgres

LEASE_SECONDS = 15.0
RESEND_SECONDS = 3.0
# Steps within which everything must be on the chain once nothing is broken any more.
_PATIENCE = 120
_RECORDS_A_HEAD = 3
_MIGRATING = threading.Lock()


@dataclass(frozen=True)
class Setting:
    """What differs from seed to seed: the rule of confirmation and how many heads are planned ahead."""

    rule: str = "depth:1"
    ahead: int = 1

    @classmethod
    def of(cls, seed: int) -> Setting:
        """Every rule with every depth of queue within six seeds."""
        return cls(("depth:1", "finalized", "depth:2")[seed % 3], (1, 4)[seed // 3 % 2])


class World:
    """A chain and a database in a folder, and the worker between them."""

    def __init__(
        self,
        seed: int,
        folder: Path,
        server: postgres.Server | None = None,
        mutations: frozenset[str] = frozenset(),
    ) -> None:
        self.seed, self.random, self.folder = seed, random.Random(seed), folder
        self.setting, self.mutations = Setting.of(seed), mutations
        self.now = 1_000.0
        self.server = server
        self.url = server.url if server else f"sqlite:///{folder / 'node.sqlite'}"
        self.database = Database(self.url)
        migrate(self.database)
        self.store = SqlHeadStore(self.database, LogRepository(self.database))
        self.chain = DevChain(DevChainSettings(folder / "chain" / "state.json", slots_in_an_epoch=1)).start()
        self.chain.settings = replace(self.chain.settings, port=self.chain.port)  # the same after a restart
        self.deployed = deploy_on(self.chain)
        self.registry = self.deployed.registry()
        self.anchors = self.deployed.client().contracts["anchors"]
        self.chain.persist()
        self.received: list[bytes] = []
        self.workers = self.lost_heads = 0
        # Blocks below cannot be taken back: the chain does not have their states after a restart.
        self.floor = self.height
        self.worker = self.new_worker()

    @property
    def height(self) -> int:
        """Number of the newest block."""
        return int(self.chain.rpc("eth_blockNumber"), 16)

    @property
    def planned(self) -> int:
        """The last planned head."""
        row = self.store.tip()
        return row.seq if row else 0

    @property
    def anchored(self) -> int:
        """The last head that the chain shows."""
        return int(self.anchors.functions.logOf(self.deployed.deployment.log_id).call()[1])

    def close(self) -> None:
        """End what was started here."""
        self.worker.kill()
        self.chain.kill()
        self.database.close()

    # Workers.

    def new_worker(self, *, url: str = "", chain_url: str = "", timeout: float = 5.0) -> WorkerProcess:
        """Another process; it leads once the lease of the former has ended."""
        self.workers += 1
        settings = WorkerSettings(
            ConfirmationRule.parse(self.setting.rule), cadence=0.0, lease=LEASE_SECONDS,
            resend_after=RESEND_SECONDS, max_open=self.setting.ahead,
        )  # fmt: skip
        config = Config(
            url or self.url, chain_url or self.chain.url, self.deployed.deployment,
            bytes(self.deployed.account.key), f"worker {self.workers}", settings, timeout, self.mutations,
        )  # fmt: skip
        return WorkerProcess(config)

    def replace_worker(self, **settings: Any) -> WorkerProcess:
        """Put a fresh worker in the place of the one that has died or is to be killed now."""
        self.worker.kill()
        self.now += LEASE_SECONDS + 1
        self.worker = self.new_worker(**settings)
        return self.worker

    def step(self, point: str = "", deed: str = "", worker: WorkerProcess | None = None) -> Answer:
        """A second later, one step."""
        self.now += 1.0
        return (worker or self.worker).order(Order(self.now, point, deed))

    def step_together(self, *workers: WorkerProcess) -> list[Answer]:
        """A second later, one step of each at the same moment."""
        self.now += 1.0
        for worker in workers:
            worker.begin(Order(self.now))
        return [worker.answer() for worker in workers]

    def stop(self, worker: WorkerProcess, point: str = "", deed: str = "") -> None:
        """In good order, as an operator does."""
        worker.stop(Order(self.now, point, deed, stop=True))

    def until(self, condition: Callable[[Answer], bool], why: str, **ordered: str) -> Answer:
        """Step until an answer is as wanted."""
        for _ in range(_PATIENCE):
            answer = self.step(**ordered)
            if condition(answer):
                return answer
            assert self.worker.alive, f"halted: {answer.status}"
        raise AssertionError(f"never happens: {why} ({answer.status})")

    def until_sent(self) -> HeadRow:
        """Let the worker send a head that the chain does not mine yet."""
        self.chain.rpc("evm_setAutomine", [False])
        for _ in range(self.setting.ahead):
            self.receive()
            self.step()
        self.until(lambda _: self._next_row_is_sent(), "a head is sent")
        row = self.store.head(self.anchored + 1)
        assert row is not None
        return row

    def _next_row_is_sent(self) -> bool:
        row = self.store.head(self.anchored + 1)
        return row is not None and row.state is HeadState.SENT

    def anchor_without_further_blocks(self, heads: int) -> None:
        """The newest blocks hold a head each."""
        for _ in range(heads):
            self.receive()
            self.until(lambda _: self.is_settled(), "on chain")

    @contextmanager
    def losing_heads(self) -> Iterator[None]:
        """Count the heads that the chain loses inside."""
        before = self.anchored
        yield
        self.lost_heads += max(0, before - self.anchored)

    def settle(self) -> None:
        """Nothing is broken any more: everything received must come to the chain."""
        self.chain.rpc("evm_setAutomine", [True])
        for _ in range(_PATIENCE):
            if not self.worker.alive:
                status = self.worker.last.status
                assert status.problem in {"", "CHAIN_ID_MISMATCH", "GENESIS_MISMATCH"}, f"halted: {status}"
                self.replace_worker()
            self.step()
            if self.worker.alive and self.is_settled():
                return
            self.chain.rpc("evm_mine")
        raise AssertionError(f"never settles: {self.worker.last.status}")

    def is_settled(self) -> bool:
        """Whether every record is in a head that the chain shows."""
        waiting = [row for row in self.store.unconfirmed(50) if row.state not in ON_CHAIN]
        return not waiting and not self.store.pending(1)

    def finish(self) -> None:
        """Let every head be confirmed."""
        self.settle()
        self.chain.rpc("anvil_mine", [hex(8)])
        self.until(lambda _: not self.store.unconfirmed(1), "all confirmed")

    # The node's part.

    def receive(self) -> None:
        """A few records arrive and are acknowledged: from here on they must not be lost."""
        first = len(self.received)
        count = self.random.randint(1, _RECORDS_A_HEAD)
        digests = [hashlib.sha256(f"record {first + number}".encode()).digest() for number in range(count)]
        receive(self.database, digests)
        self.received += digests

    def cut_database(self) -> None:
        """PostgreSQL drops every connection, or goes down as in a power cut and comes up again."""
        assert self.server is not None
        if self.random.random() < 0.3:
            self.server.kill()
            self.server.start()
            return
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
        with self.database.read() as connection:
            connection.execute(text(others)).all()


def migrate(database: Database) -> None:
    """Make the tables; Alembic's context is one for the process, and stories run in threads."""
    with _MIGRATING:
        migrations.migrate(database.engine)


def receive(database: Database, digests: list[bytes]) -> None:
    """Store records as capture does, with no content but their digests: anchoring sees nothing else."""
    empty = {
        "key_id": bytes(32), "participant": bytes(32), "kind": "FilieraEvent", "act": "lot-declared",
        "day": "2026-03-02", "adverse": False, "jwt": "", "disclosures": "", "received_at": 0, "promised_at": 0,
    }  # fmt: skip
    with database.write() as connection:
        rows = [{"digest": digest, "record_id": digest.hex(), **empty} for digest in digests]
        connection.execute(insert(RECORDS), rows)
