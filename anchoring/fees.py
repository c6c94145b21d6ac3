"""What a transaction offers per gas. Pure.

A transaction that waits blocks every later one of the same account, so a re-send must be able to replace it:
endpoints accept a replacement only if both fees rise by a tenth at least (geth) or an eighth (others). Fees
on a consortium's chain are an order of queueing, not money; still there is a ceiling, so that a defect cannot
empty an account.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anchoring.ports import Attempt, Fees

GWEI = 10**9
# Transactions at price 0 are mined only by the signer that received them, every n-th block.
MIN_PRIORITY = GWEI
# Room for the base fee, which rises by an eighth a block at most, to double six blocks on.
BASE_MARGIN = 2
DEFAULT_CEILING = 10_000 * GWEI


@dataclass(frozen=True, slots=True)
class Offer:
    """Fees of one transaction, wei per gas (EIP-1559)."""

    max_fee: int
    priority: int


def offer(now: Fees, last: Attempt | None, ceiling: int = DEFAULT_CEILING) -> Offer:
    """What to offer now; if `last` was sent for the same head, enough to replace it, up to the ceiling."""
    priority = max(now.priority, MIN_PRIORITY)
    max_fee = BASE_MARGIN * now.base + priority
    if last is not None:
        priority = max(priority, _raised(last.priority_fee))
        max_fee = max(max_fee, _raised(last.max_fee), priority)
    max_fee = min(max_fee, ceiling)
    return Offer(max_fee, min(priority, max_fee))


def _raised(fee: int) -> int:
    """An eighth more, rounded up, and one wei for good measure."""
    return fee + -(-fee // 8) + 1
