"""The fold of the registries' events: what the contracts would answer, whatever the spans in which it is read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import registry_state
from protocol.errors import ChainError
from protocol.hashing import sha256
from protocol.registry_state import Follower, RegistryLog, RegistryState
from protocol.roles import OPEN
from tests.support.witnesses import ToldChain, log_of

PARTY, KEY, ISSUER, PASSPORT, ROOT = (
    sha256(name.encode()) for name in ("party", "key", "issuer", "p", "root")
)
DIGEST, SECOND = sha256(b"digest"), sha256(b"second")


def folded(*events: RegistryLog) -> dict[tuple[str | int, ...], list[object]]:
    state = RegistryState()
    for event in events:
        state.apply(event)
    return state.facts


def admitted(block: int = 3) -> RegistryLog:
    return log_of("participants", "ParticipantAdmitted", [PARTY], [2, bytes(32)], block)


def key_added(block: int = 3) -> RegistryLog:
    return log_of("participants", "KeyAdded", [PARTY, KEY], [1, 1, 7, 0, block, 0, 0], block)


def status(to: int, block: int) -> RegistryLog:
    words: list[bytes | int] = [1, to, bytes(32), 0]
    return log_of("passports", "PassportStatusChanged", [ISSUER, PASSPORT], words, block)


def issued(digest: bytes, block: int) -> RegistryLog:
    return log_of("passports", "PassportIssued", [ISSUER, PASSPORT], [digest, 1, 0], block)


def test_roles_keep_their_history_and_the_end_of_a_block_counts() -> None:
    def changed(roles: int, active: int, block: int) -> RegistryLog:
        return log_of("participants", "ParticipantChanged", [PARTY], [roles, active, 0], block)

    facts = folded(admitted(), changed(4, 1, 5), changed(8, 1, 5), changed(8, 0, 9))
    assert facts == {("roles", PARTY.hex()): [[[3, 2], [5, 8], [9, 0]]]}


def test_a_key_keeps_its_window_when_it_is_closed_or_disputed() -> None:
    closed = log_of("participants", "KeyClosed", [PARTY, KEY], [40, 0, 0, 0, 0], 20)
    disputed = log_of("participants", "KeyClosed", [PARTY, KEY], [30, 12, 1, 1, 0], 30)
    name = ("key", PARTY.hex(), KEY.hex())
    assert folded(key_added())[name] == [7, 3, None, None]
    assert folded(key_added(), closed)[name] == [7, 3, 40, None]
    assert folded(key_added(), closed, disputed)[name] == [7, 3, 30, 12]
    still_open = log_of("participants", "KeyClosed", [PARTY, KEY], [OPEN, 5, 1, 0, 0], 6)
    assert folded(key_added(), still_open)[name] == [7, 3, None, 5]


def test_a_number_that_no_json_reader_keeps_is_capped_and_does_no_harm() -> None:
    far = log_of("participants", "KeyClosed", [PARTY, KEY], [OPEN - 1, 0, 0, 0, 0], 6)
    state = RegistryState()
    for event in (key_added(), far):
        state.apply(event)
    assert state.facts["key", PARTY.hex(), KEY.hex()][2] == 2**53 - 1
    assert json.loads(state.entries()[0])[5] == 2**53 - 1


def test_a_passport_keeps_its_status_when_it_is_revised() -> None:
    name = ("passport", ISSUER.hex(), PASSPORT.hex())
    superseded = log_of("passports", "PassportSuperseded", [ISSUER, PASSPORT, SECOND], [0], 9)
    assert folded(issued(DIGEST, 3))[name] == [DIGEST.hex(), 1]
    assert folded(issued(DIGEST, 3), status(2, 4), issued(SECOND, 5))[name] == [SECOND.hex(), 2]
    assert folded(issued(DIGEST, 3), superseded)[name] == [DIGEST.hex(), 4]


def test_items_of_a_batch_are_named_when_their_status_changes() -> None:
    batch = log_of("passports", "BatchIssued", [ISSUER, ROOT], [500, DIGEST], 3)
    recall = log_of(
        "passports", "ItemStatusChanged", [ISSUER, ROOT, PASSPORT], [DIGEST, 1, 2, bytes(32), 0], 4
    )
    assert folded(batch, recall) == {
        ("batch", ISSUER.hex(), ROOT.hex()): [500],
        ("item", ISSUER.hex(), ROOT.hex(), PASSPORT.hex(), DIGEST.hex()): [2],
    }


def test_only_the_coordinators_in_force_are_facts() -> None:
    def chosen(*keys: bytes, block: int) -> RegistryLog:
        words: list[bytes | int] = [1, 128, 256, 0, len(keys), *keys]
        return log_of("participants", "CoordinatorsChanged", [bytes(32)], words, block)

    assert set(folded(chosen(KEY, DIGEST, block=1), chosen(SECOND, block=8))) == {
        ("coordinator", SECOND.hex())
    }


def test_entries_are_sorted_and_equal_states_have_equal_bytes() -> None:
    one, other = RegistryState(), RegistryState()
    for event in (admitted(), key_added(), issued(DIGEST, 3)):
        one.apply(event)
    for event in (issued(DIGEST, 3), admitted(), key_added()):
        other.apply(event)
    assert one.entries() == other.entries() == sorted(one.entries())


@pytest.mark.parametrize(
    "event",
    [
        status(2, 4),  # of a passport that nobody issued
        RegistryLog("passports", issued(DIGEST, 1).topics[:2], DIGEST, 1, "0x"),
        RegistryLog("passports", issued(DIGEST, 1).topics, DIGEST[:31], 1, "0x"),
        log_of("anchors", "HeadAnchored", [ROOT, bytes(32), ROOT], [1, DIGEST, DIGEST, DIGEST, 0], 3),
    ],
    ids=["unknown passport", "topic missing", "word cut", "unknown log"],
)
def test_an_event_that_no_contract_would_emit_is_said(event: RegistryLog) -> None:
    with pytest.raises(ChainError, match="CHAIN_ANSWER_MALFORMED"):
        folded(event)


def test_events_of_others_are_passed_over() -> None:
    assert (
        folded(
            RegistryLog("anchors", (sha256(b"other"),), b"", 1, "0x"),
            RegistryLog("anchors", (), b"", 1, "0x"),
        )
        == {}
    )


def story() -> list[RegistryLog]:
    later = [issued(sha256(bytes([block])), block) for block in range(5, 25)]
    return [admitted(1), key_added(2), *later]


@given(st.lists(st.integers(1, 24), min_size=1, max_size=6), st.integers(1, 7))
def test_following_gives_what_folding_at_once_gives(blocks: list[int], span: int) -> None:
    chain = ToldChain(story(), latest=24)
    follower = Follower(chain)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry_state, "SPAN", span)
        for block in blocks:
            _, state = follower.at(block)
            wanted = ToldChain([event for event in story() if event.block <= block]).state()
            assert state.entries() == wanted.entries()


def test_a_chain_that_fell_back_is_read_anew() -> None:
    chain = ToldChain(story(), latest=24)
    follower = Follower(chain)
    follower.at(20)
    chain.fork, chain.events = "fork", [admitted(1)]
    assert follower.at(21)[1].facts == {("roles", PARTY.hex()): [[[1, 2]]]}


def test_a_block_that_is_not_there_yet_is_said() -> None:
    with pytest.raises(ChainError, match="CHAIN_BLOCK_UNKNOWN"):
        Follower(ToldChain(latest=3)).at(4)


class Failing(ToldChain):
    """A chain whose endpoint goes away in the middle of an answer."""

    def logs(self, first: int, last: int) -> list[RegistryLog]:
        if first > 10:
            raise ChainError("CHAIN_UNREACHABLE")
        return super().logs(first, last)


def test_after_an_answer_that_broke_off_nothing_counts_twice() -> None:
    broken, whole = Failing(story(), latest=24), ToldChain(story(), latest=24)
    follower = Follower(broken)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry_state, "SPAN", 5)
        with pytest.raises(ChainError, match="CHAIN_UNREACHABLE"):
            follower.at(20)
    assert Follower(whole).at(9)[1].entries() == follower.at(9)[1].entries()
