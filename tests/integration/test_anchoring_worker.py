"""The worker on a real chain: the faults that the embedded chain can produce, and many heads."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from anchoring.confirmation import ConfirmationRule
from anchoring.ports import HeadState
from anchoring.worker import AnchoringWorker, WorkerSettings
from protocol.errors import ChainError
from tests.support.chain import Deployed, chain_account
from tests.support.memory_head_store import MemoryHeadStore

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.chain

SETTINGS = WorkerSettings(ConfirmationRule(1), cadence=0.0, resend_after=0.0)
GWEI = 10**9


class Story:
    def __init__(self, deployed: Deployed, settings: WorkerSettings = SETTINGS) -> None:
        self.deployed = deployed
        self.rpc: Callable[..., object] = deployed.chain.rpc
        self.store = MemoryHeadStore(time.monotonic)
        self.settings = settings
        self.count = 0
        self.worker = self.new_worker("first")

    def new_worker(self, holder: str) -> AnchoringWorker:
        return AnchoringWorker(self.store, self.deployed.registry(), self.settings, holder=holder)

    def receive(self, count: int = 1) -> None:
        for _ in range(count):
            self.store.receive(hashlib.sha256(f"record {self.count}".encode()).digest())
            self.count += 1

    def heads(self, count: int, records: int = 1) -> None:
        for _ in range(count):
            self.receive(records)
            self.settle()

    def settle(self) -> None:
        """Step until nothing moves; anvil answers a sent transaction a moment before it is mined."""
        self.until(
            lambda: not self.worker.step().progress and all(row.place is not None for row in self.store.rows)
        )

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait as long as a loaded machine may need; a condition that never holds is the failure."""
        latest = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < latest, "never settles"

    def check(self) -> None:
        """The chain's own words: every row of the outbox once, in order, equal hashes and roots."""
        client = self.deployed.client()
        anchors, log_id = client.contracts["anchors"].functions, self.deployed.deployment.log_id
        assert anchors.logOf(log_id).call()[1] == len(self.store.rows)
        events = client.contracts["anchors"].events.HeadAnchored().get_logs(from_block=0)
        assert [event["args"]["seq"] for event in events] == [row.seq for row in self.store.rows]
        for row in self.store.rows:
            head = anchors.headAt(log_id, row.seq).call()
            assert (head[0], head[1], head[2], head[3]) == (row.root, row.head_hash, row.manifest, row.size)
            assert row.place is not None
            assert row.place.block == head[5]
            assert bytes(client.web3.eth.get_block(head[5])["hash"]) == row.place.block_hash


def test_sixty_heads_are_anchored_and_confirmed(deployed: Deployed) -> None:
    story = Story(deployed)
    story.heads(60, records=3)
    story.check()
    # The last head has nothing on top of it until another block is mined.
    assert story.store.rows[-1].state is HeadState.ANCHORED
    story.rpc("evm_mine")

    def all_confirmed() -> bool:
        story.worker.step()
        return {row.state for row in story.store.rows} == {HeadState.CONFIRMED}

    story.until(all_confirmed)


def test_chain_and_python_agree_on_inclusion_and_consistency(deployed: Deployed) -> None:
    story = Story(deployed)
    for size in (1, 4, 7, 12):
        story.heads(1, size)
    anchors, log_id = deployed.client().contracts["anchors"].functions, deployed.deployment.log_id
    for row in story.store.rows[1:]:
        assert anchors.verifyConsistency(log_id, row.seq - 1, row.seq, list(row.proof)).call()


def test_transaction_dropped_is_sent_again(deployed: Deployed) -> None:
    story = Story(deployed)
    story.rpc("evm_setAutomine", [False])
    for _ in range(3):
        story.receive()
        story.worker.step()
        attempt = story.store.rows[-1].attempt
        assert attempt is not None
        story.rpc("anvil_dropTransaction", ["0x" + attempt.transaction.hex()])
        story.worker.step()
        story.rpc("evm_mine")
        story.settle()
    story.check()


def test_slow_mining_replaces_and_never_adds(deployed: Deployed) -> None:
    story = Story(deployed)
    story.rpc("evm_setAutomine", [False])
    story.receive()
    for _ in range(4):
        story.worker.step()
    assert deployed.registry().pending_nonce() - deployed.registry().mined_nonce() == 1
    story.rpc("evm_mine")
    story.settle()
    assert len(story.store.rows) == 1
    story.check()


def test_fee_spike_raises_the_offer(deployed: Deployed) -> None:
    story = Story(deployed, replace(SETTINGS, resend_after=600.0))
    story.heads(1)
    story.rpc("evm_setAutomine", [False])
    story.receive()
    story.worker.step()
    story.rpc("anvil_setNextBlockBaseFeePerGas", [hex(100 * GWEI)])
    story.rpc("evm_mine")
    assert story.store.rows[-1].state is HeadState.SENT
    for _ in range(4):
        story.worker.step()
        story.rpc("evm_mine")
    story.settle()
    assert story.store.rows[-1].attempt is not None
    assert story.store.rows[-1].attempt.max_fee > 80 * GWEI
    story.check()


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_reorganisation_anchors_the_same_heads_again(deployed: Deployed, depth: int) -> None:
    story = Story(deployed)
    story.heads(5)
    hashes = [row.head_hash for row in story.store.rows]
    story.rpc("anvil_reorg", [depth, []])
    assert story.worker.step().lost == depth
    story.settle()
    story.rpc("evm_mine")
    story.heads(1)
    story.check()
    assert [row.head_hash for row in story.store.rows[:5]] == hashes


def test_rollback_of_confirmed_heads_is_filled_again(deployed: Deployed) -> None:
    story = Story(deployed)
    story.heads(6)
    assert story.store.rows[2].state is HeadState.CONFIRMED
    story.rpc("anvil_rollback", [4])
    story.settle()
    story.check()


def test_no_funds_waits_for_funds(deployed: Deployed) -> None:
    story = Story(deployed)
    deployed.chain.fund(str(deployed.account.address), 0)
    story.receive()
    with pytest.raises(ChainError, match="CHAIN_NO_FUNDS"):
        story.worker.step()
    deployed.chain.fund(str(deployed.account.address))
    story.settle()
    story.check()


def test_other_account_sends_nothing(deployed: Deployed) -> None:
    story = Story(deployed)
    other = chain_account("thief")
    deployed.chain.fund(str(other.address))
    registry = deployed.registry()
    registry._account = other
    thief = AnchoringWorker(story.store, registry, SETTINGS, holder="thief")
    story.receive()
    with pytest.raises(ChainError, match="CHAIN_NOT_OPERATOR"):
        thief.step()
    with pytest.raises(ChainError, match="CHAIN_NOT_OPERATOR"):
        registry.prepare_anchor(story.store.rows[0], 0, GWEI, GWEI)


def test_other_chain_id_stops(deployed: Deployed) -> None:
    story = Story(deployed)
    story.receive()
    story.rpc("anvil_setChainId", [4242])
    try:
        story.worker.run(threading.Event())
    finally:
        story.rpc("anvil_setChainId", [31337])
    assert story.worker.status.problem == "CHAIN_ID_MISMATCH"
    assert story.store.rows == []


@pytest.mark.parametrize("field", ["genesis", "participants", "anchors"])
def test_other_genesis_or_code_stops(deployed: Deployed, field: str) -> None:
    pinned = deployed.deployment
    if field == "genesis":
        wrong = replace(pinned, genesis="0x" + "ab" * 32)
    else:
        contract = replace(getattr(pinned, field), address=pinned.passports.address)
        wrong = replace(pinned, **{field: contract})
    with pytest.raises(ChainError, match="GENESIS_MISMATCH" if field == "genesis" else "CODE_MISMATCH"):
        replace(deployed, deployment=wrong).client().check_identity()


def test_foreign_head_of_another_database_stops(deployed: Deployed) -> None:
    first, second = Story(deployed), Story(deployed)
    first.heads(2)
    second.store.receive(b"\x77" * 32)
    with pytest.raises(ChainError, match="FOREIGN_HEAD"):
        second.worker.step()


def test_double_worker_only_one_transaction_counts(deployed: Deployed) -> None:
    # Both believe to lead: the lease is given out twice, as a broken clock could do.
    story = Story(deployed)
    story.rpc("evm_setAutomine", [False])
    story.receive()
    story.worker.step()
    row, registry = story.store.rows[0], deployed.registry()
    fee = 10 * GWEI
    signed = registry.prepare_anchor(row, registry.pending_nonce(), fee, fee)
    registry.send(signed)
    story.rpc("evm_mine")
    client = deployed.client()
    assert client.web3.eth.get_transaction_receipt(signed.transaction)["status"] == 0  # type: ignore[arg-type]
    story.settle()
    story.heads(0)
    story.check()


def test_two_workers_in_two_threads_anchor_each_head_once(deployed: Deployed) -> None:
    story = Story(deployed, replace(SETTINGS, poll=0.005, lease=0.2, resend_after=5.0))
    stops = [threading.Event(), threading.Event()]
    workers = [story.worker, story.new_worker("second")]
    threads = [
        threading.Thread(target=worker.run, args=(stop,)) for worker, stop in zip(workers, stops, strict=True)
    ]
    for thread in threads:
        thread.start()
    for number in range(12):
        story.receive()
        time.sleep(0.03)
        if number == 6:
            stops[0].set()
    until = time.monotonic() + 20
    while time.monotonic() < until and (not story.store.rows or story.store.leaves != sorted_leaves(story)):
        time.sleep(0.05)
    time.sleep(0.3)
    stops[1].set()
    for thread in threads:
        thread.join(10)
    story.rpc("evm_mine")
    Story.settle(story_with(story, "third"))
    story.check()
    assert len(story.store.leaves) == 12


def sorted_leaves(story: Story) -> list[bytes]:
    """The store's leaves once all records are logged and on chain, else nothing that could be equal."""
    done = not story.store.pending(1) and all(row.place is not None for row in story.store.rows)
    return story.store.leaves if done else [b""]


def story_with(story: Story, holder: str) -> Story:
    story.worker = story.new_worker(holder)
    return story


def freeze(pid: int) -> None:
    """Stop a process, and return when each of its threads has stopped: one that runs on might still answer."""
    os.kill(pid, signal.SIGSTOP)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        states = [
            file.read_text().rpartition(")")[2].split()[0]
            for file in Path(f"/proc/{pid}/task").glob("*/stat")
        ]
        if states and set(states) == {"T"}:
            return
        time.sleep(0.01)
    raise AssertionError("does not stop")


def test_endpoint_that_hangs_ends_in_a_timeout(own_chain: Deployed) -> None:
    registry = own_chain.registry(timeout=0.3)
    pid = own_chain.chain.pid
    assert pid is not None
    freeze(pid)
    try:
        with pytest.raises(ChainError, match="CHAIN_TIMEOUT"):
            registry.latest()
    finally:
        os.kill(pid, signal.SIGCONT)
    assert registry.latest().number > 0


def test_endpoint_killed_loses_its_last_second_and_gets_it_back(own_chain: Deployed) -> None:
    own_chain.chain.persist()
    story = Story(own_chain)
    story.heads(3)
    own_chain.chain.persist()
    story.heads(8)
    own_chain.chain.kill()
    with pytest.raises(ChainError, match="CHAIN_UNREACHABLE"):
        story.worker.step()
    own_chain.chain.start()
    moved = replace(own_chain)  # the port may be another after the restart
    story.deployed = moved
    story.worker = story.new_worker("after the restart")
    story.store._lease = None
    with suppress(ChainError):
        story.worker.step()
    story.settle()
    story.heads(1)
    assert len(story.store.rows) == 12
    story.check()


def test_finalized_rule_waits_for_the_chain(deployed: Deployed) -> None:
    story = Story(deployed, replace(SETTINGS, confirmation=ConfirmationRule.parse("finalized")))
    story.heads(1)
    assert story.store.rows[0].state is HeadState.ANCHORED
    story.rpc("anvil_mine", [hex(80)])
    story.worker.step()
    assert story.store.rows[0].state is HeadState.CONFIRMED
