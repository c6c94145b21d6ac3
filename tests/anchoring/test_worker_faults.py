"""Every write fails before or after it took effect, alone and in long random mixtures; each head is anchored once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.anchoring.helpers import Story

WRITES = ["acquire_lease", "plan_head", "mark_sent", "mark_anchored", "mark_confirmed"]


@pytest.mark.parametrize("persist", [False, True], ids=["effect lost", "reply lost"])
@pytest.mark.parametrize("write", WRITES)
def test_faults_store_write_fails_once_heads_are_anchored_once(write: str, persist: bool) -> None:
    story = Story()
    story.receive(2)
    story.store.fail(write, persist=persist)
    for _ in range(6):
        story.step()
        story.chain.mine()
    assert story.store.failures_left == 0
    story.receive(1)
    story.heal()
    story.check()


@pytest.mark.parametrize("persist", [False, True], ids=["effect lost", "reply lost"])
def test_faults_back_to_planned_fails_once_heads_are_anchored_again(persist: bool) -> None:
    story = Story()
    for _ in range(3):
        story.receive()
        story.step()
        story.step()
    story.store.fail("back_to_planned", persist=persist)
    story.chain.reorganise(2)
    story.step()
    assert story.store.failures_left == 0
    story.heal()
    story.check()


@pytest.mark.parametrize("persist", [False, True], ids=["never arrived", "reply lost"])
@pytest.mark.parametrize("automine", [True, False])
def test_faults_sending_fails_once_heads_are_anchored_once(persist: bool, automine: bool) -> None:
    story = Story()
    story.chain.automine = automine
    story.receive()
    story.chain.fail("send", persist=persist)
    story.step()
    story.step()
    story.heal()
    story.check()
    assert len(story.chain.heads) == 1


@pytest.mark.parametrize("read", ["check_identity", "latest", "log_at", "place_of", "prepare_anchor"])
def test_faults_reading_fails_once_the_next_step_goes_on(read: str) -> None:
    story = Story()
    story.receive()
    story.chain.fail(read, persist=False)
    story.step()
    story.step()
    story.step()
    story.heal()
    story.check()


ACTIONS = st.one_of(
    st.tuples(st.just("receive"), st.integers(1, 4)),
    st.tuples(st.just("step"), st.integers(1, 4)),
    st.tuples(st.just("mine"), st.just(0)),
    st.tuples(st.just("automine"), st.integers(0, 1)),
    st.tuples(st.just("drop"), st.just(0)),
    st.tuples(st.just("reorganise"), st.integers(1, 3)),
    st.tuples(st.just("remine"), st.integers(1, 3)),
    st.tuples(st.just("roll back"), st.integers(1, 6)),
    st.tuples(st.just("fee"), st.integers(1, 60)),
    st.tuples(st.just("restart"), st.just(0)),
    st.tuples(st.just("sleep"), st.integers(1, 40)),
    st.tuples(st.just("down"), st.integers(0, 1)),
    st.tuples(st.sampled_from([*WRITES, "back_to_planned", "send"]), st.integers(0, 1)),
)


def act(story: Story, name: str, value: int) -> None:
    match name:
        case "receive":
            story.receive(value)
        case "step":
            for _ in range(value):
                story.step()
        case "mine":
            story.chain.mine()
        case "automine":
            story.chain.automine = bool(value)
        case "drop":
            story.chain.pool.clear()
        case "reorganise":
            story.chain.reorganise(value)
        case "remine":
            story.chain.remine_elsewhere(min(value, len(story.chain.blocks) - 1))
        case "roll back":
            story.chain.roll_back(value)
        case "fee":
            story.chain.base_fee = value * 10**9
        case "restart":
            story.worker = story.new_worker()
        case "sleep":
            story.clock.now += value
        case "down":
            story.chain.down = bool(value)
        case "send":
            story.chain.fail("send", persist=bool(value))
        case _:
            story.store.fail(name, persist=bool(value))


@settings(max_examples=150, deadline=None)
@given(st.lists(ACTIONS, max_size=60))
def test_faults_any_mixture_ends_with_each_head_once(actions: list[tuple[str, int]]) -> None:
    story = Story()
    for name, value in actions:
        act(story, name, value)
    story.heal()
    story.check()
