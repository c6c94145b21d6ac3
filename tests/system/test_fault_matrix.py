"""Every head lands exactly once, whatever fails: real anvil, real databases, real workers killed at every step.

A seed repeats its story. `FILIERA_FAULT_SEEDS` and `FILIERA_FAULT_HEADS` make it longer; `make soak` prints the table of
docs/soak.md.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.support.faults import matrix, mutants, soak
from tests.support.faults.worker_faults import READ_POINTS, SEND_POINTS, WRITE_POINTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.faults.world import World

pytestmark = [pytest.mark.system, pytest.mark.soak, pytest.mark.chain]

HEADS = int(os.environ.get("FILIERA_FAULT_HEADS", "300"))
SEEDS = range(1, 1 + int(os.environ.get("FILIERA_FAULT_SEEDS", "5")))
# Enough for every fault once.
SHORT = 40


@pytest.fixture(scope="module")
def stories() -> Iterator[dict[int, Future[soak.Result]]]:
    """As many stories at once as there are cores; each test waits for its own."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        told = {seed: pool.submit(soak.tell, seed, HEADS) for seed in SEEDS}
        yield told
        for story in told.values():
            story.cancel()


@pytest.mark.parametrize("seed", SEEDS)
def test_each_head_lands_exactly_once_whatever_fails(
    stories: dict[int, Future[soak.Result]], seed: int
) -> None:
    result = stories[seed].result()
    assert result.heads >= HEADS
    killed = {name.removeprefix("killed at ") for name in result.happened} - set(matrix.FAULTS)
    every = {*WRITE_POINTS, *SEND_POINTS, *READ_POINTS}
    assert every - killed <= {"finalized:after"}
    assert ("finalized:after" in killed) == (result.confirmation == "finalized")
    assert set(matrix.FAULTS) <= set(result.happened)
    assert result.lost > HEADS // 10, "the faults do nothing"


def test_a_story_repeats_with_its_seed() -> None:
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(lambda _: soak.tell(7, SHORT, SEND_POINTS), range(2))
    assert (one.last_head, one.heads, one.records) == (two.last_head, two.heads, two.records)
    assert one.happened == two.happened


@pytest.mark.parametrize(
    ("mutant", "noticed"),
    [
        (mutants.without_compare_and_swap, "halted.*FOREIGN_HEAD"),
        (mutants.without_outbox_check, "a foreign head went unnoticed"),
        (mutants.without_fence, "a write of a former leader was taken"),
    ],
)
def test_the_matrix_notices_when_a_lock_is_taken_away(
    tmp_path: Path, mutant: Callable[[int, Path], World], noticed: str
) -> None:
    world = mutant(1, tmp_path)
    try:
        with pytest.raises(AssertionError, match=noticed):
            matrix.play(world, SHORT, ())
    finally:
        world.close()
