"""Stories of the worker on a chain and a store in memory."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from anchoring.confirmation import ConfirmationRule
from anchoring.ports import HeadState
from anchoring.status import describe
from anchoring.worker import WorkerSettings
from protocol.errors import ChainError
from tests.anchoring.helpers import Story
from tests.support.memory_registry import GWEI, foreign_row


def settings(**changes: object) -> WorkerSettings:
    return replace(WorkerSettings(ConfirmationRule(1), cadence=0.0), **changes)


def test_worker_received_records_become_one_confirmed_head() -> None:
    story = Story()
    story.receive(3)
    assert story.worker.step().sent == 1
    report = story.worker.step()
    assert (report.anchored, report.confirmed) == (1, 0)
    story.chain.mine()
    assert story.worker.step().confirmed == 1
    assert story.store.moves == [
        (1, HeadState.PLANNED, HeadState.SENT),
        (1, HeadState.SENT, HeadState.ANCHORED),
        (1, HeadState.ANCHORED, HeadState.CONFIRMED),
    ]
    story.check()


def test_worker_nothing_received_sends_nothing() -> None:
    story = Story()
    assert not story.worker.step().progress
    assert story.store.rows == []


def test_worker_cadence_holds_back_the_next_head() -> None:
    story = Story(settings(cadence=2.0))
    story.receive()
    story.worker.step()
    story.receive()
    story.worker.step()
    assert len(story.store.rows) == 1
    story.clock.now += 2.0
    story.worker.step()
    assert len(story.store.rows) == 2


def test_worker_chain_stands_still_plans_no_more_than_allowed() -> None:
    story = Story()
    story.chain.automine = False
    for _ in range(10):
        story.receive()
        story.worker.step()
    assert len(story.store.rows) == 1
    story.heal()
    story.check()


def test_worker_dropped_transaction_is_sent_anew_with_the_same_nonce() -> None:
    story = Story()
    story.chain.automine = False
    story.receive()
    story.worker.step()
    story.chain.pool.clear()
    story.worker.step()
    assert [(seq, nonce) for seq, nonce, _ in story.chain.sends] == [(1, 0), (1, 0)]
    story.heal()
    story.check()


def test_worker_waiting_transaction_is_left_alone_then_replaced() -> None:
    story = Story()
    story.chain.automine = False
    story.receive()
    story.worker.step()
    story.worker.step()
    assert len(story.chain.sends) == 1
    story.clock.now += story.settings.resend_after
    story.worker.step()
    (_, first, low), (_, second, high) = story.chain.sends
    assert first == second
    assert high * 8 >= low * 9
    assert len(story.chain.pool) == 1


def test_worker_fee_spike_replaces_at_once() -> None:
    story = Story()
    story.chain.automine = False
    story.receive()
    story.worker.step()
    story.chain.base_fee = 50 * GWEI
    story.chain.mine()
    story.worker.step()
    story.chain.mine()
    story.worker.step()
    assert story.store.rows[0].state is HeadState.ANCHORED
    assert story.chain.sends[-1][2] > 50 * GWEI
    story.check()


def test_worker_fee_ceiling_is_kept() -> None:
    story = Story(settings(fee_ceiling=4 * GWEI))
    story.chain.base_fee = 100 * GWEI
    story.receive()
    with pytest.raises(ChainError, match="CHAIN_FEE_TOO_LOW"):
        story.worker.step()
    assert story.chain.sends == []
    story.chain.base_fee = 3 * GWEI
    story.worker.step()
    assert story.store.rows[0].attempt.max_fee == 4 * GWEI
    story.heal()
    story.check()


def test_worker_other_transaction_of_the_account_is_waited_for_then_replaced() -> None:
    story = Story()
    story.receive()
    story.worker.step()
    story.chain.automine = False
    story.receive()
    story.worker.step()  # planned and sent at nonce 1
    relayed = story.chain.pool.pop(1)[0]
    story.chain.pool[1] = (replace(relayed, transaction=b"\x55" * 32), story.store.rows[0])
    before = len(story.chain.sends)
    story.worker.step()
    assert len(story.chain.sends) == before
    story.clock.now += story.settings.resend_after
    story.worker.step()
    assert len(story.chain.sends) == before + 1


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_worker_reorganisation_anchors_again(depth: int) -> None:
    story = Story()
    for _ in range(5):
        story.receive()
        story.worker.step()
        story.worker.step()
    hashes = [row.head_hash for row in story.store.rows]
    story.chain.reorganise(depth)
    assert story.worker.step().lost == depth
    story.heal()
    story.check()
    assert [row.head_hash for row in story.store.rows] == hashes


def test_worker_heads_mined_again_elsewhere_get_their_new_place() -> None:
    story = Story()
    for _ in range(4):
        story.receive()
        story.worker.step()
        story.worker.step()
    story.chain.remine_elsewhere(3)
    story.worker.step()
    story.check()


def test_worker_many_heads_mined_again_elsewhere_get_their_new_places() -> None:
    story = Story()
    for _ in range(150):  # more than is read at once
        story.receive()
        story.worker.step()
    story.worker.step()
    story.chain.remine_elsewhere(140)
    story.worker.step()
    story.check()


@pytest.mark.parametrize("persist", [False, True], ids=["effect lost", "reply lost"])
def test_worker_dies_while_it_writes_new_places_and_the_next_writes_the_rest(persist: bool) -> None:
    story = Story()
    for _ in range(6):
        story.receive()
        story.worker.step()
    story.worker.step()
    story.chain.remine_elsewhere(5)
    story.store.fail("mark_anchored", persist=persist)
    story.step()
    assert story.store.failures_left == 0
    story.heal()
    story.check()


def test_worker_that_leads_anew_looks_up_nothing_that_is_still_in_its_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = Story()
    for _ in range(20):
        story.receive()
        story.worker.step()
    story.chain.mine()
    story.worker.step()
    asked: list[int] = []
    find = story.chain.place_of
    monkeypatch.setattr(story.chain, "place_of", lambda seq, until: asked.append(seq) or find(seq, until))
    story.worker.release()
    story.worker = story.new_worker()
    story.worker.step()
    assert asked == []


def test_worker_state_lost_while_away_is_filled_again() -> None:
    story = Story()
    for _ in range(6):
        story.receive()
        story.worker.step()
        story.worker.step()
    story.chain.roll_back(100)
    story.receive()
    story.heal()
    story.check()
    assert len(story.store.rows) == 7


def test_worker_confirmed_head_lost_is_anchored_again() -> None:
    story = Story(settings(confirmation=ConfirmationRule(0)))
    story.receive()
    story.worker.step()
    story.worker.step()
    assert story.store.rows[0].state is HeadState.CONFIRMED
    story.chain.roll_back(1)
    story.heal()
    story.check()


def test_worker_branch_left_in_the_middle_of_a_step_confirms_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(settings(confirmation=ConfirmationRule(0)))
    story.receive()
    story.worker.step()
    story.chain.mine()
    find = story.chain.place_of

    def place_of(seq: int, until: int) -> object:
        story.chain.remine_elsewhere(2)
        return find(seq, until)

    monkeypatch.setattr(story.chain, "place_of", place_of)
    assert story.worker.step().confirmed == 0
    monkeypatch.undo()
    assert story.worker.step().confirmed == 1
    story.check()


def test_worker_events_that_lag_behind_the_state_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    story.receive()
    story.worker.step()
    monkeypatch.setattr(story.chain, "place_of", lambda _seq, _until: None)
    assert story.worker.step().anchored == 0
    assert story.store.rows[0].state is HeadState.SENT
    monkeypatch.undo()
    assert story.worker.step().anchored == 1
    assert len(story.chain.sends) == 1


def test_worker_foreign_head_in_our_place_stops() -> None:
    story = Story()
    story.chain.automine = False
    story.receive()
    story.worker.step()
    story.chain.anchor_foreign(foreign_row(story.store.rows[0]))
    with pytest.raises(ChainError, match="FOREIGN_HEAD"):
        story.worker.step()
    sends = len(story.chain.sends)
    story.worker.run(threading.Event())  # ends by itself
    assert story.worker.status.halted
    assert story.worker.status.problem == "FOREIGN_HEAD"
    assert len(story.chain.sends) == sends


def test_worker_foreign_head_beyond_ours_stops() -> None:
    story = Story()
    story.receive()
    story.worker.step()
    row = story.store.rows[0]
    story.chain.anchor_foreign(replace(row, seq=2, prev=row.head_hash))
    with pytest.raises(ChainError, match="FOREIGN_HEAD"):
        story.worker.step()


@pytest.mark.parametrize("code", ["CHAIN_ID_MISMATCH", "GENESIS_MISMATCH", "CODE_MISMATCH"])
def test_worker_other_chain_stops_before_anything_is_sent(code: str) -> None:
    story = Story()
    story.chain.identity = code
    story.receive()
    story.worker.run(threading.Event())
    assert story.worker.status.halted
    assert story.worker.status.problem == code
    assert story.store.rows == []


def test_worker_account_without_the_right_sends_nothing() -> None:
    story = Story()
    story.chain.operator = "0x" + "0b" * 20
    story.receive()
    with pytest.raises(ChainError, match="CHAIN_NOT_OPERATOR"):
        story.worker.step()
    assert story.chain.sends == []
    story.chain.operator = story.chain.account
    story.heal()
    story.check()


def test_worker_second_waits_and_takes_over_when_the_lease_ends() -> None:
    story = Story()
    second = story.new_worker()
    story.receive()
    story.worker.step()
    assert not second.step().leading
    story.clock.now += story.settings.lease
    assert second.step().leading
    with pytest.raises(ChainError, match="LEASE_LOST"):
        story.store.mark_confirmed(1, 1)
    story.worker = second
    story.heal()
    story.check()


def test_worker_that_slept_through_its_lease_does_no_harm() -> None:
    story = Story()
    sleeper, second = story.worker, story.new_worker()
    story.receive()
    token = sleeper._lead()
    assert token is not None
    latest, log = sleeper._look()
    story.clock.now += story.settings.lease
    second.step()
    second.step()
    with pytest.raises(ChainError, match="LEASE_LOST"):  # wakes in the middle of its step
        story.store.plan_head(token, story.store.heads[0])
    with pytest.raises(ChainError, match="LEASE_LOST"):
        sleeper._send(token, latest, log) or sleeper._take_back(token, log)
    story.worker = second
    story.heal()
    story.check()


def test_worker_that_lost_its_lease_says_that_it_does_not_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    second, stop = story.new_worker(), threading.Event()
    fees = story.chain.fees

    def while_another_takes_over() -> object:
        story.clock.now += story.settings.lease
        monkeypatch.setattr(story.chain, "fees", fees)
        assert second._lead() is not None
        stop.set()
        return fees()

    story.receive()
    monkeypatch.setattr(story.chain, "fees", while_another_takes_over)
    monkeypatch.setattr(story.worker, "release", lambda: None)
    story.worker.run(stop)
    assert (story.worker.status.leading, story.worker.status.problem) == (False, "LEASE_LOST")


def test_worker_release_lets_another_lead_at_once() -> None:
    story = Story()
    story.worker.step()
    story.worker.release()
    assert story.new_worker().step().leading


def test_worker_run_goes_on_after_errors_and_stops_when_asked() -> None:
    story = Story(settings(poll=0.001, max_backoff=0.002))
    story.receive()
    story.chain.fail("latest", persist=False)
    story.store.fail("mark_sent", persist=False)
    stop = threading.Event()
    thread = threading.Thread(target=story.worker.run, args=(stop,))
    thread.start()
    for _ in range(2000):
        if story.store.rows and story.store.rows[0].state is HeadState.ANCHORED:
            break
        stop.wait(0.002)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    assert story.worker.status.problem == ""
    story.check()


def test_worker_finalized_rule_asks_the_chain() -> None:
    story = Story(settings(confirmation=ConfirmationRule.parse("finalized")))
    story.receive()
    story.worker.step()
    story.worker.step()
    assert story.store.rows[0].state is HeadState.ANCHORED
    story.chain.finalized_depth = 0
    story.worker.step()
    assert story.store.rows[0].state is HeadState.CONFIRMED


def test_worker_chain_that_never_finalizes_still_shows_every_head_anchored() -> None:
    story = Story(settings(confirmation=ConfirmationRule.parse("finalized")))
    for _ in range(510):  # more than a page of rows that nothing confirms
        story.receive()
        story.worker.step()
    story.worker.step()
    assert {row.state for row in story.store.rows} == {HeadState.ANCHORED}
    story.chain.finalized_depth = 0
    for _ in range(20):
        story.worker.step()
    assert {row.state for row in story.store.rows} == {HeadState.CONFIRMED}
    story.check()


def test_worker_idle_step_asks_for_no_head_that_waits_for_finality(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(settings(confirmation=ConfirmationRule.parse("finalized")))
    for _ in range(10):
        story.receive()
        story.worker.step()
    story.worker.step()
    asked: list[int] = []
    find = story.chain.place_of
    monkeypatch.setattr(story.chain, "place_of", lambda seq, until: asked.append(seq) or find(seq, until))
    story.chain.mine()
    story.worker.step()
    assert asked == []


def test_worker_chain_that_comes_back_after_a_fall_back_is_followed_without_sending() -> None:
    story = Story()
    for _ in range(8):
        story.receive()
        story.worker.step()
    story.worker.step()
    sends, blocks = len(story.chain.sends), list(story.chain.blocks)
    story.chain.automine = False
    story.chain.roll_back(5)  # an endpoint that lags answers
    assert story.worker.step().lost == 5
    story.chain.blocks[:] = blocks
    story.chain.pool.clear()
    assert story.worker.step().anchored == 5
    assert len(story.chain.sends) <= sends + 1
    story.heal()
    story.check()


def test_worker_event_is_on_chain_after_one_batch_window_and_one_block() -> None:
    story = Story(settings(cadence=2.0))
    story.chain.automine = False
    story.receive()
    story.worker.step()
    story.receive()  # the worst moment: the window has just closed
    story.chain.mine()
    story.clock.now += 2.0
    story.worker.step()
    story.chain.mine()
    story.worker.step()
    assert [row.state for row in story.store.rows][1] is HeadState.ANCHORED
    story.heal()
    story.check()


def test_describe_says_what_waits_and_changes_nothing() -> None:
    story = Story()
    story.receive(2)
    shown = describe(story.store, story.chain)
    assert (shown["pending"], shown["chainSeq"], shown["foreign"]) == (2, 0, False)
    assert story.store.rows == []
    assert story.store._lease is None
