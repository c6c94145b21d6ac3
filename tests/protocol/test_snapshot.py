"""Snapshots: what a note states, what its facts prove, and that leaving a fact out never makes it absent."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import merkle
from protocol.bundle import parse_bundle, serialise
from protocol.checkpoint import Checkpoint, sign_note
from protocol.checks.view import Pinned
from protocol.errors import FormatError, LogError
from protocol.hashing import leaf_hash, sha256
from protocol.keys import private_key_from_secret
from protocol.registry_state import entry_bytes
from protocol.snapshot import Snapshot, SnapshotEntry, SnapshotTree, answers, origin_of, parse_snapshot
from tests.support.makers import Maker, lot
from tests.support.simulator import Network
from tests.support.witnesses import ToldChain, network_events, witnessed

KEY = private_key_from_secret("EdDSA", b"\x07" * 32)
ORIGIN = "log.example/filiera"
HASHES = ["0x" + sha256(bytes([n])).hex() for n in range(5)]
CONTRACTS = {
    name: Pinned("0x" + letter * 40, HASHES[2])
    for name, letter in (("participants", "a"), ("anchors", "b"), ("passports", "c"))
}


def facts(count: int) -> list[bytes]:
    """Sorted facts: heads of one log, and keys."""
    log = sha256(b"log").hex()
    heads = [entry_bytes(("head", log, seq), [seq * 10]) for seq in range(1, count + 1)]
    keys = [entry_bytes(("key", log, sha256(bytes([n])).hex()), [7, 1, None, None]) for n in range(count)]
    return sorted([*heads, *keys])


def snapshot_of(tree: SnapshotTree) -> Snapshot:
    return Snapshot(
        f"{ORIGIN}/chain", len(tree.entries), tree.root, 31337, HASHES[0], 42, HASHES[1], CONTRACTS
    )


TREE = SnapshotTree(facts(9))
SNAPSHOT = snapshot_of(TREE)
NOTE = SNAPSHOT.sign(KEY)
QUESTIONS = [tuple(json.loads(entry)[:3]) for entry in TREE.entries]


def test_a_snapshot_reads_back() -> None:
    assert parse_snapshot(NOTE, ORIGIN, KEY.public) == SNAPSHOT
    assert origin_of(NOTE) == ORIGIN
    assert SNAPSHOT.sign(KEY) == NOTE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("filiera-snapshot/1", "filiera-snapshot/2"),
        (" 31337 ", " 031337 "),
        ("block 42", "block -42"),
        ("\nanchors ", "\nanchor "),
        ("\npassports ", "\npassports  "),
        ("0x" + "a" * 40, "0x" + "A" * 40),
    ],
)
def test_other_lines_are_refused_even_if_the_log_signed_them(old: str, new: str) -> None:
    lines = [line.replace(old.strip("\n"), new.strip("\n")) for line in SNAPSHOT.lines()]
    note = sign_note(Checkpoint(SNAPSHOT.origin, SNAPSHOT.size, SNAPSHOT.root), KEY, lines)
    with pytest.raises(LogError, match="SNAPSHOT_MALFORMED"):
        parse_snapshot(note, ORIGIN, KEY.public)


def test_a_checkpoint_is_no_snapshot() -> None:
    note = sign_note(Checkpoint(SNAPSHOT.origin, SNAPSHOT.size, SNAPSHOT.root), KEY)
    with pytest.raises(LogError, match="SNAPSHOT_MALFORMED"):
        parse_snapshot(note, ORIGIN, KEY.public)
    with pytest.raises(LogError, match="SNAPSHOT_MALFORMED"):
        origin_of(sign_note(Checkpoint(ORIGIN, SNAPSHOT.size, SNAPSHOT.root), KEY))


def test_a_snapshot_of_another_keeper_is_refused() -> None:
    with pytest.raises(LogError, match="CHECKPOINT_UNSIGNED"):
        parse_snapshot(NOTE, "other.example", KEY.public)
    other = private_key_from_secret("EdDSA", b"\x08" * 32)
    with pytest.raises(LogError, match="CHECKPOINT_UNSIGNED"):
        parse_snapshot(NOTE, ORIGIN, other.public)


@given(st.sets(st.sampled_from(QUESTIONS), min_size=1))
def test_what_is_there_is_answered_and_proved(questions: set[tuple[str, ...]]) -> None:
    found, still_open = answers(SNAPSHOT, TREE.prove(questions), questions)
    assert still_open == []
    assert {entry_bytes(question, values or []) for question, values in found.items()} <= set(TREE.entries)


ABSENT = [
    ("head", sha256(b"log").hex(), 99),
    ("key", "0" * 64, "0" * 64),
    ("roles", "f" * 64),
    ("batch", "a", "b"),
]


@pytest.mark.parametrize("question", ABSENT)
@pytest.mark.parametrize("count", [0, 1, 9])
def test_what_is_not_there_is_proved_by_its_neighbours(question: tuple[str, ...], count: int) -> None:
    tree = SnapshotTree(facts(count))
    proofs = tree.prove([question])
    assert len(proofs) <= 2
    assert answers(snapshot_of(tree), proofs, [question]) == ({question: None}, [])


@given(st.sets(st.sampled_from(QUESTIONS), min_size=1), st.data())
def test_a_fact_that_is_left_out_is_missed_and_never_absent(
    questions: set[tuple[str, ...]], data: st.DataObject
) -> None:
    gone = data.draw(st.sampled_from(sorted(questions)))
    proofs = TREE.prove([*questions, *ABSENT])
    rest = [each for each in proofs if tuple(json.loads(each.entry)[:3]) != gone]
    found, still_open = answers(SNAPSHOT, rest, questions)
    assert still_open == [gone]
    assert gone not in found


def test_a_fact_that_was_added_or_altered_or_moved_is_refused() -> None:
    fact = TREE.prove([QUESTIONS[3]])[0]
    for forged in (
        replace(fact, entry=entry_bytes(QUESTIONS[3], [7, 1, 999, None])),
        replace(fact, index=fact.index + 1),
        replace(fact, proof=fact.proof[1:]),
        SnapshotEntry(len(TREE.entries), fact.entry, fact.proof),
    ):
        with pytest.raises(LogError, match="PROOF_"):
            answers(SNAPSHOT, [forged], [QUESTIONS[3]])


def test_a_number_is_not_taken_for_one_that_begins_like_it() -> None:
    log = sha256(b"log").hex()
    tree = SnapshotTree(sorted(entry_bytes(("head", log, seq), [seq]) for seq in (1, 12, 123)))
    for seq in (1, 12, 123, 2, 11, 1234):
        found, _ = answers(snapshot_of(tree), tree.prove([("head", log, seq)]), [("head", log, seq)])
        assert found == {("head", log, seq): [seq] if seq in (1, 12, 123) else None}


def test_facts_that_are_not_sorted_are_refused_whoever_signed_them() -> None:
    tree = SnapshotTree(facts(3)[::-1])
    with pytest.raises(LogError, match="SNAPSHOT_MALFORMED"):
        answers(snapshot_of(tree), _all(tree), [QUESTIONS[0]])


def _all(tree: SnapshotTree) -> list[SnapshotEntry]:
    """Every fact where it stands, sorted or not."""
    leaves = [leaf_hash(entry) for entry in tree.entries]
    return [
        SnapshotEntry(at, entry, tuple(merkle.inclusion_proof(leaves, at)))
        for at, entry in enumerate(tree.entries)
    ]


def spun() -> Network:
    """Anna declares and spins, in two heads."""
    network, anna = Network(), Maker("anna")
    network.makers = [anna]
    network.anchor([anna.declare("wool", **{"filiera:stage": "raw-material"})])
    network.anchor([anna.spin("wool", "yarn", "120", "110")])
    return network


def test_a_bundle_carries_a_snapshot_there_and_back() -> None:
    network = spun()
    bundle = witnessed(
        network.bundle(lot("yarn")), ToldChain(network_events(network), latest=30), {"w.example": KEY}
    )
    data = serialise(bundle)
    assert parse_bundle(data) == bundle
    assert serialise(parse_bundle(data)) == data


@pytest.mark.parametrize("change", ["swap", "unknown", "object", "index"])
def test_another_spelling_of_the_enclosed_facts_is_refused(change: str) -> None:
    network = spun()
    bundle = witnessed(
        network.bundle(lot("yarn")), ToldChain(network_events(network), latest=30), {"w.example": KEY}
    )
    value = json.loads(serialise(bundle))
    entries = value["snapshot"]["entries"]
    if change == "swap":
        entries[0], entries[1] = entries[1], entries[0]
    elif change == "unknown":
        value["snapshot"]["more"] = 1
    elif change == "object":
        entries[0]["fact"] = {"kind": "head"}
    else:
        entries[1]["index"] = entries[0]["index"]
    with pytest.raises(FormatError, match="BUNDLE_"):
        parse_bundle(
            json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        )
