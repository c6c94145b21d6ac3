"""Heads computed from leaves alone: the same whatever the order of arrival, each extending the one before."""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchoring.ports import MAX_HEAD_RECORDS
from anchoring.sequencer import GrowingTree, LogIdentity, plan_head
from protocol import heads, merkle
from protocol.errors import ChainError
from protocol.hashing import leaf_hash
from tests.anchoring.helpers import digest
from tests.support.memory_head_store import MemoryHeadStore

if TYPE_CHECKING:
    import random

IDENTITY = LogIdentity(31337, b"\x0c" * 20, b"\x01" * 32)


def grow(sizes: list[int]) -> MemoryHeadStore:
    store, count = MemoryHeadStore(), 0
    token = store.acquire_lease("test", 10.0)
    assert token is not None
    for size in sizes:
        for number in range(count, count + size):
            store.receive(digest(number), names=digest(0) if number % 7 == 3 else None)
        count += size
        records = store.pending(MAX_HEAD_RECORDS)
        head = plan_head(IDENTITY, store.tip(), records, store.affected(records), store.node)
        store.plan_head(token, head)
    return store


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=6))
def test_heads_have_the_root_of_all_leaves_and_a_proof_from_the_one_before(sizes: list[int]) -> None:
    store, before = grow(sizes), None
    for head in store.heads:
        leaves = [leaf_hash(record) for record in store.leaves[: head.size]]
        assert head.root == merkle.root(leaves)
        assert list(head.proof) == (
            [] if before is None else list(merkle.consistency_proof(leaves, before.size))
        )
        if before is not None:
            assert (head.prev, head.first_index) == (before.head_hash, before.size)
            merkle.verify_consistency(before.size, before.root, head.size, head.root, head.proof)
        before = head


@given(st.integers(1, 40), st.randoms(use_true_random=False))
def test_head_does_not_show_the_order_of_arrival(count: int, shuffle: random.Random) -> None:
    records = [digest(number) for number in range(count)]
    mixed = list(records)
    shuffle.shuffle(mixed)
    store = MemoryHeadStore()
    assert plan_head(IDENTITY, None, records, [], store.node) == plan_head(
        IDENTITY, None, mixed, [], store.node
    )


def test_head_blocks_are_what_the_manifest_says() -> None:
    store = grow([4, 4, 4])
    head = store.heads[-1]
    assert head.manifest == hashlib.sha256(head.manifest_block).digest()
    assert hashlib.sha256(head.affected_block).digest() in head.manifest_block
    assert digest(0) in head.affected_block
    assert all(record in head.manifest_block for record in head.records)


def test_head_hash_is_bound_to_chain_contract_and_log() -> None:
    store = MemoryHeadStore()
    records = [digest(1)]
    others = [
        LogIdentity(1, IDENTITY.contract, IDENTITY.log_id),
        LogIdentity(IDENTITY.chain_id, b"\x0d" * 20, IDENTITY.log_id),
        LogIdentity(IDENTITY.chain_id, IDENTITY.contract, b"\x02" * 32),
    ]
    hashes = {plan_head(other, None, records, [], store.node).head_hash for other in [IDENTITY, *others]}
    assert len(hashes) == 4


@pytest.mark.parametrize("records", [[], [digest(1), digest(1)]], ids=["none", "repeated"])
def test_head_of_no_or_repeated_records_is_refused(records: list[bytes]) -> None:
    with pytest.raises(ChainError, match="HEAD_RECORDS"):
        plan_head(IDENTITY, None, records, [], MemoryHeadStore().node)


def test_largest_head_fits_one_block() -> None:
    records = [digest(number) for number in range(MAX_HEAD_RECORDS)]
    head = plan_head(IDENTITY, None, records, [], MemoryHeadStore().node)
    assert len(head.manifest_block) <= 1 << 20
    with pytest.raises(ChainError, match="HEAD_RECORDS"):
        plan_head(IDENTITY, None, [*records, digest(-1)], [], MemoryHeadStore().node)


def test_tree_asks_the_store_only_for_what_it_has() -> None:
    store = grow([13])
    tree = GrowingTree(store.node, 13, [digest(number) for number in range(100, 120)])
    leaves = [
        leaf_hash(record) for record in [*store.leaves, *(digest(number) for number in range(100, 120))]
    ]
    assert merkle.root_from_nodes(tree.node, tree.size) == merkle.root(leaves)


def test_affected_list_grows_only() -> None:
    store = grow([4, 4, 10])
    lists = [set(_digests(head.affected_block)) for head in store.heads]
    assert all(former <= later for former, later in itertools.pairwise(lists))
    assert heads.affected_block([]) == b"filiera-affected/1\n"


def _digests(block: bytes) -> list[bytes]:
    body = block.removeprefix(b"filiera-affected/1\n")
    return [body[start : start + 32] for start in range(0, len(body), 32)]
