"""A story: heads, and between them every fault as often as the table says, in an order that the seed decides."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from tests.support.faults import chain_faults, truth, worker_faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.faults.world import World

    Fault = Callable[[World], None]

# How often each comes in a story of so many heads; once at least.
FULL = 300
FAULTS: dict[str, tuple[Fault, int]] = {
    "dropped transaction": (chain_faults.dropped_transaction, 16),
    "slow mining": (chain_faults.slow_mining, 5),
    "fee spike": (chain_faults.fee_spike, 12),
    "no funds": (chain_faults.no_funds, 6),
    "reorganisation": (chain_faults.reorganisation, 24),
    "rolled back": (chain_faults.rolled_back, 8),
    "endpoint freezes": (chain_faults.endpoint_freezes, 5),
    "endpoint killed": (chain_faults.endpoint_killed, 4),
    "wrong chain id": (chain_faults.wrong_chain_id, 3),
    "wiped chain": (chain_faults.wiped_chain, 1),
    "stranger with our key": (chain_faults.stranger_with_our_key, 3),
    "another database": (chain_faults.another_database, 2),
    "leader sleeps before a write": (worker_faults.leader_sleeps_before_a_write, 6),
    "leader sleeps while sending": (worker_faults.leader_sleeps_while_sending, 6),
    "two workers": (worker_faults.two_workers, 3),
    "worker restarts": (worker_faults.worker_restarts, 3),
    "write lost": (worker_faults.write_lost, 6),
    "database cut": (worker_faults.database_cut, 8),
}


def schedule(world: World, heads: int, points: tuple[str, ...]) -> list[tuple[str, Fault]]:
    """The faults of a story, each at least once, shuffled; a worker dies at each of `points`."""
    planned: list[tuple[str, Fault]] = []
    for name, (fault, often) in FAULTS.items():
        planned += [(name, fault)] * max(1, often * heads // FULL)
    for _ in range(max(1, heads // FULL)):
        planned += [(f"killed at {p}", partial(worker_faults.worker_killed, point=p)) for p in points]
    world.random.shuffle(planned)
    return planned


def play(world: World, heads: int, points: tuple[str, ...] | None = None) -> Counter[str]:
    """Until `heads` are anchored and every fault has happened; what happened. AssertionError says what went wrong.

    The faults are spread over the heads.
    """
    happened: Counter[str] = Counter()
    planned = schedule(world, heads, worker_faults.points(world) if points is None else points)
    _grow(world, 1)
    for number, (name, fault) in enumerate(planned):
        try:
            _grow(world, number * heads // len(planned))
            fault(world)
            world.settle()
        except AssertionError as error:
            raise AssertionError(f"after {name!r} at head {world.planned}: {error}") from error
        happened[name] += 1
    _grow(world, heads)
    world.finish()
    truth.check(world)
    return happened


def _grow(world: World, heads: int) -> None:
    """Nothing happens but heads."""
    while world.planned < heads:
        world.receive()
        world.settle()
