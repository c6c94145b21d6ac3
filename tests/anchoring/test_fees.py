"""Fees: always enough to replace, never above the ceiling."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from anchoring.fees import MIN_PRIORITY, offer
from anchoring.ports import Attempt, Fees

AMOUNT = st.integers(0, 10**14)


@given(AMOUNT, AMOUNT, AMOUNT, AMOUNT)
def test_offer_replaces_the_last_one_everywhere(base: int, tip: int, last_max: int, last_tip: int) -> None:
    last = Attempt(bytes(32), 0, max(last_max, last_tip), last_tip, 0)
    made = offer(Fees(base, tip), last, ceiling=10**20)
    assert made.max_fee * 8 >= last.max_fee * 9
    assert made.priority * 8 >= last.priority_fee * 9
    assert made.max_fee >= base + tip


@given(AMOUNT, AMOUNT, st.integers(1, 10**12))
def test_offer_never_exceeds_the_ceiling(base: int, tip: int, ceiling: int) -> None:
    made = offer(Fees(base, tip), Attempt(bytes(32), 0, base, tip, 0), ceiling)
    assert made.priority <= made.max_fee <= ceiling


def test_offer_is_never_zero() -> None:
    assert offer(Fees(0, 0), None).priority == MIN_PRIORITY
