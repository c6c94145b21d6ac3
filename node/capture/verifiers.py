"""Where many tokens are checked at once: processes beside this one, or one thread of it.

Threads of one interpreter take turns, and checking is mostly our own code: two processes use two cores.
They get tokens and give back plain tuples; neither keys nor the database are known to them. One that dies
is replaced, and what it had is checked here.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from node.capture.checking import check_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.capture.checking import Checked, Refusal

_logger = logging.getLogger("filiera.node")
# Below so many tokens, handing them over costs more than it saves.
HANDED_FROM = 16


class Verifiers:
    """Checks tokens; with `processes` 0 in one thread of this process."""

    def __init__(self, processes: int, future_seconds: int) -> None:
        self._processes = processes
        self._future_seconds = future_seconds
        self._pool: Executor | None = None

    def start(self) -> None:
        """Start the processes without waiting for them, so that the first batch finds them ready."""
        if self._processes:
            pool = self._running()
            for _ in range(self._processes):
                pool.submit(check_all, (), 0, self._future_seconds)

    def close(self) -> None:
        """End processes and threads."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def check_here(self, tokens: Sequence[bytes], now_ms: int) -> list[Checked | Refusal]:
        """Check in the calling thread."""
        return check_all(tokens, now_ms, self._future_seconds)

    async def check(self, tokens: Sequence[bytes], now_ms: int) -> list[Checked | Refusal]:
        """Check tokens, in order of the tokens; few of them at once, many in shares."""
        if len(tokens) < HANDED_FROM:
            return self.check_here(tokens, now_ms)
        share = -(-len(tokens) // max(self._processes, 1))
        shares = [tokens[start : start + share] for start in range(0, len(tokens), share)]
        try:
            loop, pool = asyncio.get_running_loop(), self._running()
            parts = await asyncio.gather(
                *(
                    loop.run_in_executor(pool, check_all, part, now_ms, self._future_seconds)
                    for part in shares
                )
            )
        except BrokenProcessPool:
            _logger.warning("a checking process died; checking here")
            self._pool = None
            return await asyncio.to_thread(self.check_here, tokens, now_ms)
        return [entry for part in parts for entry in part]

    def _running(self) -> Executor:
        if self._pool is None:
            if self._processes:
                # Started afresh, not forked: a fork would carry this process's locks and connections along.
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(self._processes, mp_context=context, initializer=_enter)
            else:
                self._pool = ThreadPoolExecutor(1, thread_name_prefix="verify")
        return self._pool


def _enter() -> None:
    """In a checking process: leave signals to the parent, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _follow(sentinel: int) -> None:
    wait([sentinel])
    os._exit(0)
