"""The fault matrix in short: each fault once, a worker killed in the middle of each write. In full: tests/system."""

from __future__ import annotations

import pytest

from anchoring.ports import HeadStore, Registry
from tests.support.faults import matrix, soak, worker_faults
from tests.support.faults.worker_faults import CHAIN_READS, SEND_POINTS, STORE_READS, STORE_WRITES

HEADS = 40
POINTS = (*(f"{name}:commit" for name in STORE_WRITES), *SEND_POINTS)


@pytest.mark.chain
def test_faults_each_once_and_every_head_once() -> None:
    result = soak.tell(1, HEADS, POINTS)
    assert result.heads >= HEADS
    assert set(result.happened) == set(matrix.FAULTS) | {f"killed at {point}" for point in POINTS}
    assert result.lost > 0, "the faults do nothing"


def test_faults_every_call_of_both_ports_is_a_place_to_die() -> None:
    calls = {name for port in (HeadStore, Registry) for name in _methods(port)}
    # Only readers of the chain ask for it, the worker does not.
    assert {*STORE_WRITES, *STORE_READS, *CHAIN_READS, "send"} == calls - {"head_hash"}
    assert {point.partition(":")[0] for point in worker_faults.WRITE_POINTS} == set(STORE_WRITES)


def _methods(port: type) -> set[str]:
    return {name for name, value in vars(port).items() if callable(value) and not name.startswith("_")}
