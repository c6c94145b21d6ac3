"""What goes wrong with the chain. A fault begins on a settled world and may leave it broken; the matrix settles it."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from anchoring import outbox
from anchoring.devchain import DevChain
from anchoring.sequencer import LogIdentity, plan_head
from node.db import Database
from protocol.errors import ChainError
from tests.support.faults.world import RESEND_SECONDS, World, migrate, receive

if TYPE_CHECKING:
    from tests.support.faults.child import Answer

GWEI = 10**9


def dropped_transaction(world: World) -> None:
    """The pool forgets what was sent."""
    row = world.until_sent()
    assert row.attempt is not None
    if world.random.random() < 0.5:
        world.chain.rpc("anvil_dropAllTransactions")
    else:
        world.chain.rpc("anvil_dropTransaction", ["0x" + row.attempt.transaction.hex()])
    world.step()


def slow_mining(world: World) -> None:
    """Nothing is mined for a while: what waits is replaced by a dearer one, never added to."""
    row = world.until_sent()
    for _ in range(int(2 * RESEND_SECONDS) + 1):
        world.step()
    assert world.registry.pending_nonce() - world.registry.mined_nonce() == 1, "more than one waits"
    again = world.store.head(row.seq)
    assert again is not None
    assert again.attempt is not None
    assert row.attempt is not None
    assert again.attempt.max_fee > row.attempt.max_fee


def fee_spike(world: World) -> None:
    """The price of a block rises above what waits."""
    world.until_sent()
    world.chain.rpc("anvil_setNextBlockBaseFeePerGas", [hex(world.random.randint(20, 200) * GWEI)])
    world.chain.rpc("evm_mine")
    world.step()


def no_funds(world: World) -> None:
    """The account that pays is empty for a while."""
    account = str(world.deployed.account.address)
    world.chain.fund(account, 0)
    world.receive()
    world.until(lambda answer: answer.status.problem == "CHAIN_NO_FUNDS", "no funds")
    world.chain.fund(account)


def reorganisation(world: World) -> None:
    """The last 1 to 3 blocks, one head in each, are replaced by empty ones; their transactions are gone."""
    depth = world.random.randint(1, 3)
    world.anchor_without_further_blocks(depth)
    with world.losing_heads():
        world.chain.rpc("anvil_reorg", [depth, []])


def rolled_back(world: World) -> None:
    """The chain is as it was some blocks ago, confirmed heads included."""
    world.anchor_without_further_blocks(2)
    depth = min(world.random.randint(1, 12), world.height - world.floor)
    with world.losing_heads():
        world.chain.rpc("anvil_rollback", [depth])


def endpoint_freezes(world: World) -> None:
    """The chain's process stands still (SIGSTOP) in the middle of a step, then goes on."""
    world.replace_worker(timeout=0.4)
    world.receive()
    point = world.random.choice(["latest:before", "log_at:before", "prepare_anchor:before", "send:before"])
    world.until(lambda answer: answer.kind == "held", f"held at {point}", point=point, deed="hold")
    pid = world.chain.pid
    assert pid is not None
    freeze(pid)
    try:
        assert world.worker.resume().status.problem == "CHAIN_TIMEOUT"
    finally:
        os.kill(pid, signal.SIGCONT)
    world.replace_worker()


def endpoint_killed(world: World) -> None:
    """The chain's process is killed, loses its last second, and is started again."""
    world.anchor_without_further_blocks(3)
    world.receive()
    if world.random.random() < 0.5:
        world.step()
    with world.losing_heads():
        world.chain.kill()
        world.until(lambda answer: answer.status.problem == "CHAIN_UNREACHABLE", "chain unreachable")
        world.chain.start()
    world.chain.fund(str(world.deployed.account.address))  # the last second may have been its last funding
    world.chain.rpc("anvil_mine", [hex(4)])
    world.floor = world.height


def wrong_chain_id(world: World) -> None:
    """The endpoint shows another chain: nobody anchors there, and the worker says so and stops."""
    seq = world.anchored
    world.chain.rpc("anvil_setChainId", [4242])
    try:
        if world.random.random() < 0.5:
            world.replace_worker()
        world.receive()
        answer = world.until(lambda answer: answer.kind == "ended", "halted")
        _ensure_halted(answer, "CHAIN_ID_MISMATCH")
    finally:
        world.chain.rpc("anvil_setChainId", [world.deployed.deployment.chain_id])
    assert world.anchored == seq


def wiped_chain(world: World) -> None:
    """The endpoint shows a chain that has the right number and nothing else of ours."""
    with DevChain() as other:
        world.replace_worker(chain_url=other.url)
        world.receive()
        answer = world.until(lambda answer: answer.kind == "ended", "halted")
        _ensure_halted(answer, "GENESIS_MISMATCH")
        assert other.web3.eth.block_number == 0


def stranger_with_our_key(world: World) -> None:
    """Somebody with the operator's key and a forked outbox sends a head on another predecessor: the chain refuses."""
    registry = world.registry
    identity = LogIdentity(registry.chain_id, registry.contract, registry.log_id)
    tip = world.store.tip()
    assert tip is not None
    world.store.node(0, tip.size - 1)  # the driver's tree catches up
    head = plan_head(identity, tip, [b"\x66" * 32], [], world.store.node)
    forked = outbox.new_row(replace(head, prev=sha256(head.prev).digest()))
    try:
        signed = registry.prepare_anchor(forked, registry.pending_nonce(), 500 * GWEI, GWEI)
    except ChainError as error:
        if error.code != "CHAIN_STALE_HEAD":
            raise
        return
    registry.send(signed)


def another_database(world: World) -> None:
    """A worker comes up on a database that did not anchor these heads: it stops, says so, and sends nothing."""
    before = world.registry.mined_nonce()
    url = f"sqlite:///{world.folder / f'other-{world.workers}.sqlite'}"
    database = Database(url)
    migrate(database)
    receive(database, [b"\x77" * 32])
    database.close()
    other = world.new_worker(url=url)
    answer = other.last
    for _ in range(6):
        if other.alive:
            answer = world.step(worker=other)
    other.kill()
    assert answer.status.halted, "a foreign head went unnoticed"
    assert answer.status.problem == "FOREIGN_HEAD"
    assert world.registry.mined_nonce() == before


def freeze(pid: int) -> None:
    """Stop a process, and return when each of its threads has stopped: one that runs on might still answer."""
    os.kill(pid, signal.SIGSTOP)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        stats = [file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/stat")]
        if stats and {stat.rpartition(")")[2].split()[0] for stat in stats} == {"T"}:
            return
        time.sleep(0.01)
    raise AssertionError("does not stop")


def _ensure_halted(answer: Answer, problem: str) -> None:
    assert answer.status.halted
    assert answer.status.problem == problem
