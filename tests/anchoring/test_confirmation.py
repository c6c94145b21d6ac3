"""The confirmation rule."""

from __future__ import annotations

import pytest

from anchoring.confirmation import ConfirmationRule
from anchoring.ports import Block, ChainPlace
from protocol.errors import ChainError

PLACE = ChainPlace(10, b"b" * 32, b"t" * 32)


@pytest.mark.parametrize(
    ("depth", "latest", "holds"), [(0, 10, True), (1, 10, False), (1, 11, True), (3, 12, False)]
)
def test_depth_counts_blocks_on_top(depth: int, latest: int, holds: bool) -> None:
    assert ConfirmationRule.parse(f"depth:{depth}").holds(PLACE, Block(latest, b""), None) is holds


def test_finalized_believes_only_the_chain() -> None:
    rule = ConfirmationRule.parse("finalized")
    assert rule.wants_finality
    assert not rule.holds(PLACE, Block(1000, b""), None)
    assert not rule.holds(PLACE, Block(1000, b""), Block(9, b""))
    assert rule.holds(PLACE, Block(1000, b""), Block(10, b""))


@pytest.mark.parametrize(
    "text", ["", "depth", "depth:", "depth:-1", "depth:01", "depth:1 ", "Finalized", "depth:٣"]
)
def test_rule_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ChainError, match="CONFIRMATION_MALFORMED"):
        ConfirmationRule.parse(text)
