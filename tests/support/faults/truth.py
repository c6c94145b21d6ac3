"""What must be true in the end: each head once and in order on the chain, each record once in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from anchoring.ports import HeadState
from node.log.rows import RECORDS
from protocol import heads, merkle
from protocol.hashing import leaf_hash

if TYPE_CHECKING:
    from anchoring.ports import HeadRow
    from tests.support.faults.world import World


def check(world: World) -> None:
    """The chain's own words against the outbox, and the outbox against what was acknowledged."""
    rows, leaves = all_rows(world), log_leaves(world)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1)), "the outbox has a gap"
    assert len(leaves) == len(set(leaves)), "a record twice"
    assert set(leaves) == set(world.received), "a record lost, or one that nobody sent"
    events = _events(world)
    assert [event["args"]["seq"] for event in events] == [row.seq for row in rows], "each head exactly once"
    hashed = [leaf_hash(digest) for digest in leaves]
    prev = bytes(32)
    for row, event in zip(rows, events, strict=True):
        assert row.prev == prev, f"head {row.seq} stands on another"
        assert row.root == merkle.root(hashed[: row.size]), f"head {row.seq} has another tree"
        _check_row(world, row, event)
        prev = row.head_hash
    assert rows[-1].size == len(leaves)
    anchors, log_id = world.anchors, world.deployed.deployment.log_id
    assert anchors.functions.logOf(log_id).call()[1] == len(rows)
    assert anchors.functions.headOf(log_id).call()[1] == prev


def _check_row(world: World, row: HeadRow, event: Any) -> None:
    """One head: its hash by the written format, what the chain says of it, and where."""
    deployment = world.deployed.deployment
    head = heads.Head(row.log_id, row.seq, row.prev, row.root, row.size, row.manifest)
    assert row.head_hash == heads.head_hash(head, deployment.chain_id, deployment.anchors.raw)
    said = event["args"]
    assert (said["root"], said["size"], said["headHash"], said["prevHeadHash"], said["manifest"]) == (
        row.root, row.size, row.head_hash, row.prev, row.manifest,
    )  # fmt: skip
    assert row.state is HeadState.CONFIRMED, f"head {row.seq} is {row.state}"
    assert row.place is not None
    assert (row.place.block, row.place.block_hash, row.place.transaction) == (
        event["blockNumber"], bytes(event["blockHash"]), bytes(event["transactionHash"]),
    ), f"head {row.seq} is elsewhere"  # fmt: skip


def all_rows(world: World) -> list[HeadRow]:
    """The whole outbox."""
    found: list[HeadRow] = []
    while page := world.store.heads_after(len(found), 500):
        found += page
    return found


def log_leaves(world: World) -> list[bytes]:
    """Record digests in the order of the log."""
    placed = RECORDS.c.leaf_index.is_not(None)
    wanted = select(RECORDS.c.digest).where(placed).order_by(RECORDS.c.leaf_index)
    with world.database.read() as connection:
        return list(connection.execute(wanted).scalars())


def _events(world: World) -> list[Any]:
    return list(world.anchors.events.HeadAnchored().get_logs(from_block=0))
