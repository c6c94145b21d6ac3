"""Worker processes: forked from a server that has everything imported, ordered step by step, ended by their number."""

from __future__ import annotations

import multiprocessing
import signal
from typing import TYPE_CHECKING

from tests.support.faults.child import Answer, Config, Order, run_worker

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

ANSWER_SECONDS = 60.0
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["pytest", "psycopg", "tests.support.faults.child"])


class Died(Exception):  # noqa: N818 - an event of the story
    """The process was killed at the ordered point."""


class WorkerProcess:
    """One worker; its first answer says that it is ready."""

    def __init__(self, config: Config) -> None:
        self.holder = config.holder
        self._connection, theirs = _context.Pipe()
        self._process: ForkServerProcess = _context.Process(
            target=run_worker, args=(theirs, config), name=config.holder, daemon=True
        )
        self._process.start()
        theirs.close()
        self.last = self.answer()

    @property
    def alive(self) -> bool:
        """Whether it can take another order."""
        return self.last.kind != "ended" and self._process.is_alive()

    def begin(self, order: Order) -> None:
        """Have it take a step, without waiting for the end."""
        self._connection.send(order)

    def order(self, order: Order) -> Answer:
        """Have it take a step; Died if that was its end."""
        self.begin(order)
        return self.answer()

    def resume(self) -> Answer:
        """Let it go on from where it is held."""
        self._connection.send("go on")
        return self.answer()

    def stop(self, order: Order) -> None:
        """As an operator does: it gives its lease back. Died if it is killed meanwhile."""
        if self.alive:
            self.order(order)
        self._process.join(ANSWER_SECONDS)
        assert self._process.exitcode == 0, f"{self.holder} ended with {self._process.exitcode}"

    def kill(self) -> None:
        """As a power cut, wherever it is."""
        self._process.kill()
        self._process.join(ANSWER_SECONDS)
        self._connection.close()

    def answer(self) -> Answer:
        """Wait for what it says next."""
        assert self._connection.poll(ANSWER_SECONDS), f"{self.holder} does not answer"
        try:
            self.last = self._connection.recv()
        except (EOFError, ConnectionResetError) as error:
            self._process.join(ANSWER_SECONDS)
            assert self._process.exitcode == -signal.SIGKILL, f"{self.holder}: {self._process.exitcode}"
            raise Died(self.holder) from error
        return self.last
