"""An anchoring worker in a process of its own that takes one step at a time and dies wherever it is told to.

It is the product's own `AnchoringWorker.run`; only its clock and its pauses are in the driver's hand, so that a story
repeats exactly. Doorways stand before and behind each call of store and registry, and inside each write just before it
is committed: `plan_head:before`, `plan_head:commit`, `send:after`. At one of them the process kills itself (SIGKILL),
waits for the driver, or loses the call, its answer or its connection.
"""

from __future__ import annotations

import logging
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eth_account import Account
from sqlalchemy import event

from anchoring.client import ChainClient
from anchoring.registry import Web3Registry
from anchoring.worker import AnchoringWorker, WorkerStatus
from node.db import Database
from node.log.head_store import SqlHeadStore
from node.log.repository import LogRepository
from protocol.errors import ChainError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from sqlalchemy import Connection as SqlConnection

    from anchoring.deployment import Deployment
    from anchoring.worker import WorkerSettings

NO_OUTBOX_CHECK = "no-outbox-check"
NO_CODE_CHECK = "no-code-check"
NO_FENCE = "no-fence"


@dataclass(frozen=True)
class Config:
    """What a worker process is given; `mutations` take a part of the product away, to see that the suite notices."""

    database_url: str
    chain_url: str
    deployment: Deployment
    secret: bytes
    holder: str
    settings: WorkerSettings
    timeout: float = 5.0
    mutations: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Order:
    """Take a step at a time (seconds), or stop; do `deed` (kill, hold, fail, cut) at `point` if it passes there."""

    now: float
    point: str = ""
    deed: str = ""
    stop: bool = False


@dataclass(frozen=True)
class Answer:
    """`stepped`, `held` (at the point, waiting) or `ended` (the worker left its loop)."""

    kind: str
    status: WorkerStatus
    passed: bool = False


class ConnectionLost(ConnectionError):  # noqa: N818 - read as an event
    """What a driver of a database raises."""


class Lockstep:
    """The worker's stop signal and clock: each pause is a question to the driver."""

    def __init__(self, connection: Connection) -> None:
        self.worker: AnchoringWorker | None = None
        self.call = ""
        self._connection = connection
        self._order = Order(0.0)
        self._passed = False

    def is_set(self) -> bool:
        return self._order.stop

    def wait(self, _pause: float) -> bool:
        self._say("stepped")
        self._order, self._passed = self._connection.recv(), False
        return self._order.stop

    def seconds(self) -> float:
        return self._order.now

    def milliseconds(self) -> int:
        return int(self._order.now * 1000)

    def ended(self) -> None:
        self._say("ended")

    def at(self, point: str, lost: Exception, connection: SqlConnection | None = None) -> None:
        """Pass a doorway, once an order; `lost` is what a failure raises there."""
        if point != self._order.point or self._passed:
            return
        self._passed = True
        match self._order.deed:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hold":
                self._say("held")
                self._connection.recv()
            case "fail":
                raise lost
            case "cut" if connection is not None:
                connection.connection.driver_connection.close()

    def _say(self, kind: str) -> None:
        status = self.worker.status if self.worker else WorkerStatus()
        self._connection.send(Answer(kind, status, self._passed))


class Watched:
    """A port's adapter with a doorway before and behind each of its methods."""

    def __init__(self, inner: Any, lockstep: Lockstep, lost: Exception) -> None:
        self._inner, self._lockstep, self._lost = inner, lockstep, lost

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            self._lockstep.call = name
            self._lockstep.at(f"{name}:before", self._lost)
            result = found(*args, **kwargs)
            self._lockstep.at(f"{name}:after", self._lost)
            return result

        return call


def run_worker(connection: Connection, config: Config) -> None:
    """Be a worker until told to stop, killed, or halted by what it sees."""
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the driver decides when we end
    lockstep = Lockstep(connection)
    database = Database(config.database_url)
    store = SqlHeadStore(database, LogRepository(database), lockstep.milliseconds)
    client = ChainClient(config.chain_url, config.deployment, config.timeout)
    _mutate(client, config.mutations)
    database_lost, chain_lost = ConnectionLost("database"), ChainError("CHAIN_UNREACHABLE")
    event.listen(
        database.engine,
        "commit",
        lambda opened: lockstep.at(f"{lockstep.call}:commit", database_lost, opened),
    )
    worker = AnchoringWorker(
        Watched(store, lockstep, database_lost),
        Watched(Web3Registry(client, Account.from_key(config.secret)), lockstep, chain_lost),
        config.settings,
        holder=config.holder,
        clock=lockstep.seconds,
    )
    lockstep.worker = worker
    lockstep.wait(0.0)
    with suppress(EOFError):  # the driver has gone
        worker.run(lockstep)  # type: ignore[arg-type]
        lockstep.ended()
    database.close()


def _mutate(client: ChainClient, mutations: frozenset[str]) -> None:
    if NO_OUTBOX_CHECK in mutations:
        AnchoringWorker._ensure_ours = lambda self, _log: self._store.tip()  # type: ignore[method-assign]
    if NO_CODE_CHECK in mutations:
        client.check_identity = lambda: None  # type: ignore[method-assign]
    if NO_FENCE in mutations:
        SqlHeadStore._ensure_leader = lambda *_: None  # type: ignore[method-assign]
