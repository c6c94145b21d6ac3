"""The moves of a head, exhaustively."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from anchoring import outbox
from anchoring.ports import Attempt, ChainPlace, HeadRow, HeadState, PlannedHead
from protocol.errors import ChainError

ATTEMPT = Attempt(b"\x01" * 32, 0, 10, 1, 5)
PLACE = ChainPlace(7, b"\x02" * 32, b"\x01" * 32)


def row(state: HeadState) -> HeadRow:
    place = PLACE if state in outbox.ON_CHAIN else None
    return HeadRow(b"l" * 32, 1, bytes(32), b"r" * 32, 3, b"m" * 32, b"h" * 32, (), state, None, place)


MOVES = {
    HeadState.SENT: lambda before: outbox.sent(before, ATTEMPT),
    HeadState.ANCHORED: lambda before: outbox.anchored(before, PLACE),
    HeadState.CONFIRMED: outbox.confirmed,
    HeadState.PLANNED: outbox.back_to_planned,
}


@pytest.mark.parametrize(("before", "after"), [*itertools.product(HeadState, HeadState)])
def test_moves_follow_the_table(before: HeadState, after: HeadState) -> None:
    repeated = before is HeadState.CONFIRMED and after is HeadState.ANCHORED  # the same place again: stays
    if after in outbox.ALLOWED[before]:
        moved = MOVES[after](row(before))
        assert moved.state is (before if repeated else after)
        assert (moved.place is not None) == (moved.state in outbox.ON_CHAIN)
    else:
        with pytest.raises(ChainError, match="HEAD_MOVE_REFUSED"):
            MOVES[after](row(before))


def test_anchored_elsewhere_is_no_longer_confirmed() -> None:
    other = ChainPlace(9, b"\x03" * 32, b"\x01" * 32)
    assert outbox.anchored(row(HeadState.CONFIRMED), other).state is HeadState.ANCHORED


def test_back_to_planned_keeps_the_attempt() -> None:
    sent = outbox.sent(row(HeadState.PLANNED), ATTEMPT)
    assert outbox.back_to_planned(outbox.anchored(sent, PLACE)).attempt == ATTEMPT


HEAD = PlannedHead(
    b"l" * 32,
    2,
    b"h" * 32,
    b"R" * 32,
    5,
    b"m" * 32,
    b"H" * 32,
    3,
    (b"a" * 32, b"b" * 32),
    (b"p" * 32,),
    b"",
    b"",
)


def test_next_head_continues_the_tip() -> None:
    outbox.ensure_next(row(HeadState.SENT), HEAD)


@pytest.mark.parametrize(
    "changes",
    [{"seq": 1}, {"seq": 3}, {"prev": b"x" * 32}, {"first_index": 2}, {"size": 6}, {"log_id": b"k" * 32},
     {"records": (), "size": 3}],
    ids=lambda changes: next(iter(changes)),
)  # fmt: skip
def test_next_head_that_does_not_continue_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ChainError, match="HEAD_NOT_NEXT"):
        outbox.ensure_next(row(HeadState.SENT), replace(HEAD, **changes))


def test_new_row_is_planned_and_not_yet_anywhere() -> None:
    made = outbox.new_row(HEAD)
    assert (made.state, made.attempt, made.place, made.head_hash) == (
        HeadState.PLANNED,
        None,
        None,
        HEAD.head_hash,
    )
