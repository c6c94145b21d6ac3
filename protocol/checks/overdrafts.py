"""Lots of which more is used than there is, over all the records of a log.

Every entry of a lot account is checked against its own event, so an overdraft shows only where entries are forked, left
out, or written by two keys that do not know of each other; the sums of all records show it whatever the entries say.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from protocol.ledger import ACCOUNTS
from protocol.quantities import units
from protocol.steps import total
from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from protocol.goods import Movement
    from protocol.steps import Step


def check_overdrawn(steps: Iterable[Step]) -> Iterator[Finding]:
    """Lots of which more leaves a holder than ever came to him, where all of it is disclosed.

    `steps` are the effective ones, and all of that holder: a record that is not here would be a gain that is not seen.
    """
    had: dict[tuple[str, str], list[Movement]] = defaultdict(list)
    used: dict[tuple[str, str], list[Movement]] = defaultdict(list)
    last: dict[tuple[str, str], bytes] = {}
    counted: set[tuple[str, str]] = set()
    for step in sorted(steps, key=lambda step: step.digest):
        for move in (move for move in step.goods.all if not move.is_item):
            account = (move.lot, step.holder)
            if move in step.goods.gains:
                had[account].append(move)
            elif move in step.goods.losses:
                used[account].append(move)
                last[account] = step.digest
            elif move in step.goods.counted:
                counted.add(account)
    for account in sorted((used.keys() & had.keys()) - counted):
        gone, came = total(used[account]), total(had[account])
        if gone is None or (came is None and had[account]) or (came is not None and came[0] != gone[0]):
            continue
        most = came[1] if came is not None else Decimal(0)
        if gone[1] > most:
            unit = units()[used[account][0].unit]
            values = {
                "lot": account[0],
                "used": gone[1] / unit.factor,
                "had": most / unit.factor,
                "unit": unit.symbol,
            }
            yield finding(ACCOUNTS, "LOT_OVERDRAWN", last[account].hex(), **values)
