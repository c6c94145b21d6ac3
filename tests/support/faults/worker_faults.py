"""What goes wrong with workers and their database: sleep, death at every step, two at once, lost connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.faults.processes import Died
from tests.support.faults.world import LEASE_SECONDS

if TYPE_CHECKING:
    from tests.support.faults.child import Answer
    from tests.support.faults.world import World

# Every call of a step (anchoring/worker.py): what it writes to the outbox, what it sends, what it asks.
STORE_WRITES = (
    "acquire_lease", "back_to_planned", "mark_anchored", "mark_confirmed", "plan_head", "mark_sent", "release_lease",
)  # fmt: skip
STORE_READS = ("tip", "head", "heads_after", "unconfirmed", "pending", "affected", "node")
CHAIN_READS = (
    "check_identity", "latest", "log_at", "finalized", "block_hash", "place_of", "fees", "mined_nonce",
    "pending_nonce", "is_waiting", "prepare_anchor",
)  # fmt: skip
WRITE_POINTS = tuple(f"{name}:{side}" for name in STORE_WRITES for side in ("before", "commit", "after"))
SEND_POINTS = ("send:before", "send:after")
# Dying before a read is dying after the call before it.
READ_POINTS = tuple(f"{name}:after" for name in (*STORE_READS, *CHAIN_READS))
# Where a database goes away: the writes of every step that anchors a head.
_ON_THE_WAY = tuple(
    point
    for point in (*WRITE_POINTS, *SEND_POINTS)
    if not point.startswith(("acquire_lease", "release_lease", "back_to_planned"))
)


def points(world: World) -> tuple[str, ...]:
    """Where a worker of this world can die."""
    every = (*WRITE_POINTS, *SEND_POINTS, *READ_POINTS)
    return every if world.setting.rule == "finalized" else tuple(p for p in every if p != "finalized:after")


def worker_killed(world: World, point: str) -> None:
    """The worker's process ends by SIGKILL at a doorway."""
    name = point.partition(":")[0]
    try:
        if name == "release_lease":
            world.step()
            world.stop(world.worker, point, "kill")
        _lead_to(world, name)
        for _ in range(12):
            world.receive()
            world.step(point, "kill")
            if name != "is_waiting":
                world.chain.rpc("evm_mine")
    except Died:
        world.replace_worker()
    else:
        raise AssertionError(f"never comes to {point}")


def _lead_to(world: World, name: str) -> None:
    """Bring about what a call that is not made at every head needs."""
    if name == "back_to_planned":
        world.anchor_without_further_blocks(1)
        world.chain.rpc("anvil_rollback", [1])
    elif name == "check_identity":
        world.replace_worker()
    elif name == "is_waiting":
        world.until_sent()


def leader_sleeps_before_a_write(world: World) -> None:
    """A leader falls asleep just before it writes; another leads; the sleeper wakes, and its write is refused."""
    point = world.random.choice(["plan_head:before", "mark_sent:before", "mark_anchored:before"])
    answer = _while_asleep(world, point)
    assert answer.status.problem == "LEASE_LOST", f"a write of a former leader was taken at {point}"


def leader_sleeps_while_sending(world: World) -> None:
    """A leader falls asleep around what it sends; another leads; the sleeper wakes and sends too late."""
    _while_asleep(world, world.random.choice(["prepare_anchor:after", "mark_sent:after", *SEND_POINTS]))


def _while_asleep(world: World, point: str) -> Answer:
    """Another leads and anchors while the leader sleeps; what it said when it woke."""
    world.receive()
    sleeper = world.worker
    world.until(lambda answer: answer.kind == "held", point, point=point, deed="hold")
    world.now += LEASE_SECONDS + 1
    world.worker = world.new_worker()
    for _ in range(world.random.randint(1, 4)):
        world.step()
        if world.random.random() < 0.5:
            world.receive()
    woken = sleeper.resume()
    for _ in range(3):
        assert not (sleeper.alive and world.step(worker=sleeper).status.leading), "two leaders"
    world.settle()
    world.stop(sleeper)
    return woken


def two_workers(world: World) -> None:
    """Two workers at the same work, each step at the same moment; one leads, then goes, and the other goes on."""
    other = world.new_worker()
    for turn in range(8):
        world.receive()
        if turn == 4:
            world.now += LEASE_SECONDS + 1  # neither leads: both reach for it
        one, two = world.step_together(world.worker, other)
        assert not (one.status.leading and two.status.leading), "two leaders"
    world.stop(world.worker)
    world.worker = other


def worker_restarts(world: World) -> None:
    """A worker is stopped in good order: the next one leads at once."""
    world.receive()
    world.step()
    world.stop(world.worker)
    world.worker = world.new_worker()
    assert world.step().status.leading


def write_lost(world: World) -> None:
    """A write fails before it happens, or its answer is lost after it."""
    world.receive()
    for _ in range(6):
        point = world.random.choice([point for point in _ON_THE_WAY if not point.endswith("commit")])
        assert world.step(point, "fail").kind == "stepped"
        world.chain.rpc("evm_mine")


def database_cut(world: World) -> None:
    """The connection to the database is lost in the middle of a transaction, or the database itself goes down."""
    world.receive()
    point = world.random.choice([point for point in _ON_THE_WAY if point.endswith("commit")])
    deed = "cut" if world.server is None else "hold"
    for _ in range(12):
        answer = world.step(point, deed)
        if answer.kind == "held":
            world.cut_database()
            answer = world.worker.resume()
        if answer.passed:
            assert answer.status.problem == "WORKER_FAILED", f"nothing lost at {point}"
            return
        world.receive()
        world.chain.rpc("evm_mine")
    raise AssertionError(f"never comes to {point}")
