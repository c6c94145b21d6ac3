"""The fold over the registry's events, without a chain."""

from __future__ import annotations

from typing import Any

from anchoring.participants import OPEN, ParticipantsSnapshot, fold
from anchoring.ports import Block

ID, KEY, OTHER = b"p" * 32, b"k" * 32, b"o" * 32
EMPTY = ParticipantsSnapshot(Block(0, b""))


def event(name: str, block: int, **args: Any) -> dict[str, Any]:
    return {"event": name, "block": block, "args": {"id": ID, **args}}


def key_added(block: int, key_hash: bytes = KEY, **args: Any) -> dict[str, Any]:
    values = {"alg": 1, "use": 1, "capabilities": 5, "origin": 0, "fromBlock": block, "publicKey": b"x" * 64}
    return event("KeyAdded", block, keyHash=key_hash, **{**values, **args})


ADMITTED = [event("ParticipantAdmitted", 5, roles=1, profileDigest=b"d" * 32), key_added(5)]


def read(events: list[dict[str, Any]], base: ParticipantsSnapshot = EMPTY) -> ParticipantsSnapshot:
    return fold(base, events, Block(100, b"h"))


def test_participant_admitted_has_status_and_keys_from_its_block() -> None:
    state = read(ADMITTED).participants[ID]
    assert (state.active, state.roles, state.admitted_block) == (True, 1, 5)
    assert state.status_at(4) is None
    assert state.keys[0].valid_at(5)
    assert not state.keys[0].valid_at(4)
    assert state.keys[0].to_block == OPEN


def test_participant_suspended_keeps_its_history() -> None:
    state = read([*ADMITTED, event("ParticipantChanged", 9, roles=3, active=False)]).participants[ID]
    assert not state.active
    before, after = state.status_at(8), state.status_at(9)
    assert before is not None
    assert after is not None
    assert (before.active, before.roles, after.active, after.roles) == (True, 1, False, 3)


def test_two_changes_in_one_block_the_last_one_counts() -> None:
    changes = [
        event("ParticipantChanged", 9, roles=1, active=False),
        event("ParticipantChanged", 9, roles=1, active=True),
    ]
    state = read([*ADMITTED, *changes]).participants[ID]
    assert [change.block for change in state.history] == [5, 9]
    assert state.active


def test_key_closed_ends_its_window_and_may_be_disputed_from_earlier() -> None:
    closing = event("KeyClosed", 20, keyHash=KEY, toBlock=20, disputedFrom=12, reason=1)
    key = read([*ADMITTED, closing]).participants[ID].keys[0]
    assert (key.valid_at(19), key.valid_at(20), key.disputed_from, key.reason) == (True, False, 12, 1)


def test_key_waits_until_added_or_cancelled() -> None:
    proposed = event("KeyProposed", 7, keyHash=OTHER, readyTime=1000)
    waiting = read([*ADMITTED, proposed])
    assert waiting.participants[ID].pending == {OTHER: 1000}
    assert read([event("KeyCancelled", 8, keyHash=OTHER)], waiting).participants[ID].pending == {}
    added = read([key_added(9, OTHER)], waiting).participants[ID]
    assert added.pending == {}
    assert {key.key_hash for key in added.keys} == {KEY, OTHER}


def test_coordinator_sets_follow_each_other() -> None:
    sets = [
        event("CoordinatorsChanged", block, epoch=epoch, threshold=1, keyHashes=[key], publicKeys=[b"x" * 64])
        for epoch, block, key in [(1, 1, KEY), (2, 50, OTHER)]
    ]
    snapshot = read(sets)
    assert snapshot.coordinator is not None
    assert list(snapshot.coordinator.keys) == [OTHER]
    assert [entry.from_block for entry in snapshot.coordinators] == [1, 50]


def test_reading_in_parts_gives_the_same() -> None:
    events = [
        *ADMITTED,
        event("KeyProposed", 7, keyHash=OTHER, readyTime=1000),
        key_added(9, OTHER),
        event("ParticipantChanged", 9, roles=3, active=False),
        event("KeyClosed", 20, keyHash=KEY, toBlock=20, disputedFrom=0, reason=0),
        event("SomethingNew", 21),
    ]
    for cut in range(len(events)):
        assert read(events[cut:], read(events[:cut])) == read(events)
