"""The outbox on SQL keeps every promise of the port; the real worker runs on it over a chain in memory."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anchoring.assemble import load_store
from anchoring.cli import DEFAULT_STORE
from anchoring.confirmation import ConfirmationRule
from anchoring.ports import Attempt, ChainPlace, HeadState
from anchoring.worker import AnchoringWorker, WorkerSettings
from node import migrations
from node.capture import repository
from node.capture.admission import Rules, admit
from node.capture.checking import check
from node.db import Database
from node.log.head_store import SqlHeadStore
from node.log.repository import LogRepository
from protocol import merkle
from protocol.errors import ChainError
from protocol.hashing import leaf_hash
from tests.support.makers import NOW_MS, Maker, snapshot_of
from tests.support.memory_registry import MemoryRegistry

PLACE = ChainPlace(7, b"\x07" * 32, b"\x70" * 32)
ATTEMPT = Attempt(b"\x01" * 32, 0, 10**30, 2, 5)


class Bench:
    """A database, a store on it, a chain, a worker; records arrive by number."""

    def __init__(self, folder) -> None:
        self.url = f"sqlite:///{folder / 'node.sqlite'}"
        self.database = Database(self.url)
        migrations.migrate(self.database.engine)
        self.now = NOW_MS
        self.chain = MemoryRegistry()
        self.anna, self.rival, self.lab = Maker("anna"), Maker("rival"), Maker("lab", ("certifier",))
        self.stored = 0
        self.reopen()

    def reopen(self) -> None:
        """As after kill -9: everything in memory is gone."""
        self.log = LogRepository(self.database)
        self.store = SqlHeadStore(self.database, self.log, lambda: self.now)
        rule = WorkerSettings(ConfirmationRule(1), cadence=0.0)
        self.worker = AnchoringWorker(self.store, self.chain, rule, holder=f"worker {id(self.store)}")
        self.now += 60_000

    def receive(self, *records) -> list[bytes]:
        known = snapshot_of(self.anna, self.rival, self.lab)
        entries = []
        for record in records:
            self.stored += 1
            entries.append(
                (self.stored, admit(check(record.token.encode(), NOW_MS, 300), known, Rules(), NOW_MS))
            )
        with self.database.write() as connection:
            repository.insert_candidates(connection, entries)
        return [record.digest for record in records]

    def lots(self, count: int) -> list[bytes]:
        return self.receive(*(self.anna.declare(f"lot {self.stored + n}") for n in range(count)))

    def steps(self, count: int = 4) -> None:
        for _ in range(count):
            self.worker.step()
            self.chain.mine()


@pytest.fixture
def bench(tmp_path):
    found = Bench(tmp_path)
    yield found
    found.database.close()


def refused(code):
    return pytest.raises(ChainError, match=code)


def test_lease_one_leader_and_tokens_that_only_grow(bench):
    store = bench.store
    first = store.acquire_lease("a", 10)
    assert store.acquire_lease("a", 10) == first
    assert store.acquire_lease("b", 10) is None
    bench.now += 10_001
    second = store.acquire_lease("b", 10)
    assert second > first
    assert store.acquire_lease("a", 10) is None
    store.release_lease(first)
    assert store.acquire_lease("a", 10) is None
    store.release_lease(second)
    assert store.acquire_lease("b", 10) > second


def test_lease_a_leader_that_slept_cannot_write(bench):
    bench.lots(2)
    old = bench.store.acquire_lease("a", 1)
    bench.now += 2_000
    bench.store.acquire_lease("b", 10)
    with refused("LEASE_LOST"):
        bench.store.mark_sent(old, 1, ATTEMPT)
    with refused("LEASE_LOST"):
        bench.store.plan_head(old, planned(bench))
    assert bench.store.tip() is None


def planned(bench, **changes):
    from anchoring import sequencer  # noqa: PLC0415

    identity = sequencer.LogIdentity(31337, b"\x0c" * 20, bench.chain.log_id)
    records = bench.store.pending(100)
    head = sequencer.plan_head(
        identity, bench.store.tip(), records, bench.store.affected(records), bench.store.node
    )
    return replace(head, **changes)


def test_plan_gives_indices_and_repeats_without_effect(bench):
    digests = bench.lots(5)
    token = bench.store.acquire_lease("a", 10)
    assert sorted(bench.store.pending(100)) == sorted(digests)
    head = planned(bench)
    bench.store.plan_head(token, head)
    bench.store.plan_head(token, head)
    assert bench.store.pending(100) == []
    assert bench.log.entries(0, 10) == list(head.records)
    assert bench.store.tip().state is HeadState.PLANNED
    assert bench.store.node(0, 2) == leaf_hash(head.records[2])
    assert bench.log.blocks(1) is None  # not anchored: not shown


@pytest.mark.parametrize(
    "changes",
    [{"seq": 2}, {"seq": 0}, {"prev": b"\x01" * 32}, {"first_index": 1}, {"records": ()}, {"size": 9}],
)
def test_plan_that_does_not_continue_changes_nothing(bench, changes):
    bench.lots(3)
    token = bench.store.acquire_lease("a", 10)
    with refused("HEAD_NOT_NEXT"):
        bench.store.plan_head(token, planned(bench, head_hash=b"\x09" * 32, **changes))
    assert bench.store.tip() is None
    assert len(bench.store.pending(100)) == 3


def test_plan_of_a_record_that_is_not_pending_changes_nothing(bench):
    bench.lots(3)
    token = bench.store.acquire_lease("a", 10)
    head = planned(bench)
    forged = replace(head, records=(*head.records[:2], b"\x05" * 32))
    with refused("HEAD_NOT_NEXT"):
        bench.store.plan_head(token, forged)
    assert bench.store.tip() is None
    assert len(bench.store.pending(100)) == 3


def test_moves_follow_the_table_and_survive_a_repetition(bench):
    bench.lots(1)
    store, token = bench.store, bench.store.acquire_lease("a", 10)
    store.plan_head(token, planned(bench))
    with refused("HEAD_MOVE_REFUSED"):
        store.mark_confirmed(token, 1)
    for _ in range(2):
        store.mark_sent(token, 1, ATTEMPT)
    assert store.head(1).attempt == ATTEMPT
    for _ in range(2):
        store.mark_anchored(token, 1, PLACE)
    for _ in range(2):
        store.mark_confirmed(token, 1)
    assert store.unconfirmed(10) == []
    store.back_to_planned(token, 1)
    row = store.head(1)
    assert (row.state, row.place, row.attempt) == (HeadState.PLANNED, None, ATTEMPT)
    with refused("HEAD_MOVE_REFUSED"):
        store.mark_sent(token, 2, ATTEMPT)


def test_worker_anchors_what_arrives_and_proofs_hold(bench):
    digests = bench.lots(7)
    bench.steps()
    digests += bench.lots(6)
    bench.steps()
    newest = bench.log.newest()
    assert (newest.seq, newest.size) == (2, 13)
    assert newest.state is HeadState.CONFIRMED
    entries = bench.log.entries(0, 100)
    assert sorted(entries) == sorted(digests)
    assert newest.root == merkle.root([leaf_hash(digest) for digest in entries])
    bench.log.sync()
    for index, digest in enumerate(entries):
        head = bench.log.covering(index)
        proof = merkle.inclusion_from_nodes(bench.log.tree.node, index, head.size)
        merkle.verify_inclusion(leaf_hash(digest), index, head.size, proof, head.root)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["receive", "step", "kill", "mine", "lose", "lost reply"]), max_size=30))
def test_worker_killed_anywhere_anchors_each_record_exactly_once(tmp_path_factory, story):
    bench = Bench(tmp_path_factory.mktemp("store"))
    digests = []
    for act in story:
        if act == "receive":
            digests += bench.lots(2)
        elif act == "kill":
            bench.reopen()
        elif act == "mine":
            bench.chain.mine()
        elif act == "lose":
            bench.chain.reorganise(1) if len(bench.chain.blocks) > 2 else None
        else:
            if act == "lost reply":
                bench.chain.fail("send", persist=True)
            with pytest.MonkeyPatch.context():
                try:
                    bench.worker.step()
                except ChainError as error:
                    assert error.code.startswith("CHAIN_"), error  # noqa: PT017
    bench.chain.failures.clear()
    bench.steps(12)
    assert sorted(bench.log.entries(0, 1000)) == sorted(digests)
    assert bench.store.pending(1000) == []
    newest = bench.log.newest()
    assert (newest.size if newest else 0) == len(digests)
    assert bench.store.unconfirmed(10) == []
    bench.database.close()


def test_affected_a_correction_names_its_record_from_the_head_that_has_it(bench):
    wrong = bench.anna.declare("wool")
    bench.receive(wrong)
    assert bench.store.affected([wrong.digest]) == []
    correction = bench.anna.correct(wrong)
    bench.receive(correction)
    assert bench.store.affected([wrong.digest]) == []
    assert bench.store.affected([wrong.digest, correction.digest]) == [wrong.digest]
    bench.steps()
    assert bench.store.affected([]) == [wrong.digest]
    listed = bench.log.blocks(1)[1]
    assert listed == b"filiera-affected/1\n" + wrong.digest


def test_affected_nobody_casts_doubt_on_anothers_record(bench):
    victim = bench.anna.declare("wool")
    bench.rival.declare("wool")  # an account of its own, so that the correction is well formed
    forged = bench.rival.correct(victim)
    bench.receive(victim, forged)
    bench.steps()
    assert bench.store.affected([]) == []


def test_affected_a_failed_test_by_a_laboratory_names_what_made_the_lot(bench):
    goods = {"quantityList": [{"epcClass": "", "quantity": "1", "uom": "KGM"}]}
    made = bench.anna.declare("wool")
    goods["quantityList"][0]["epcClass"] = made.subject["quantityList"][0]["epcClass"]
    failed = bench.lab.sign(bench.lab.subject("lab-test", disposition="non_conformant", **goods))
    bench.receive(made, failed)
    bench.steps()
    assert bench.store.affected([]) == [made.digest]


def test_manifest_blocks_are_kept_once_if_nothing_changed(bench):
    for _ in range(3):
        bench.lots(1)
        bench.steps()
    blocks = {bench.log.blocks(seq)[1] for seq in (1, 2, 3)}
    assert blocks == {b"filiera-affected/1\n"}
    manifest = bench.log.blocks(2)[0]
    assert hashlib.sha256(manifest).digest() == bench.store.head(2).manifest


def test_store_opened_from_the_environment_is_that_of_the_node(bench, tmp_path, monkeypatch):
    bench.lots(2)
    monkeypatch.setenv("FILIERA_DATA_DIR", str(tmp_path))
    assert len(load_store(DEFAULT_STORE).pending(10)) == 2
