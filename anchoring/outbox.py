"""The states of a head and the moves between them. Pure: every store applies exactly these functions.

    planned ──► sent ──► anchored ──► confirmed
       ▲  └───────────────►  │             │
       └─────────────────────┴─────────────┘   the chain no longer shows the head

`planned → anchored` happens when a worker died between sending and writing down that it had sent. `confirmed
→ planned` and `confirmed → anchored` happen only where a chain lost blocks that its own rule called final
(the embedded chain after a power cut): the rows are the truth from which such a chain is filled again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from anchoring.ports import Attempt, ChainPlace, HeadRow, HeadState, PlannedHead
from protocol.errors import ChainError

if TYPE_CHECKING:
    from collections.abc import Mapping

ALLOWED: Mapping[HeadState, frozenset[HeadState]] = {
    HeadState.PLANNED: frozenset({HeadState.PLANNED, HeadState.SENT, HeadState.ANCHORED}),
    HeadState.SENT: frozenset({HeadState.SENT, HeadState.ANCHORED, HeadState.PLANNED}),
    HeadState.ANCHORED: frozenset({HeadState.ANCHORED, HeadState.CONFIRMED, HeadState.PLANNED}),
    HeadState.CONFIRMED: frozenset({HeadState.CONFIRMED, HeadState.ANCHORED, HeadState.PLANNED}),
}
# States in which the chain shows the head.
ON_CHAIN = frozenset({HeadState.ANCHORED, HeadState.CONFIRMED})


def new_row(head: PlannedHead) -> HeadRow:
    """The row of a head that was just planned."""
    return HeadRow(
        log_id=head.log_id,
        seq=head.seq,
        prev=head.prev,
        root=head.root,
        size=head.size,
        manifest=head.manifest,
        head_hash=head.head_hash,
        proof=head.proof,
        state=HeadState.PLANNED,
    )


def ensure_next(tip: HeadRow | None, head: PlannedHead) -> None:
    """Raise ChainError HEAD_NOT_NEXT unless `head` continues `tip` and its sizes agree."""
    seq, prev, size = (tip.seq, tip.head_hash, tip.size) if tip else (0, bytes(32), 0)
    continues = (head.seq, head.prev, head.first_index) == (seq + 1, prev, size)
    if not continues or not head.records or head.size != head.first_index + len(head.records):
        raise ChainError("HEAD_NOT_NEXT", seq=head.seq, expected=seq + 1)
    if tip is not None and tip.log_id != head.log_id:
        raise ChainError("HEAD_NOT_NEXT", "log_id", seq=head.seq, expected=seq + 1)


def sent(row: HeadRow, attempt: Attempt) -> HeadRow:
    """The row after `mark_sent`."""
    _ensure_move(row, HeadState.SENT)
    return replace(row, state=HeadState.SENT, attempt=attempt)


def anchored(row: HeadRow, place: ChainPlace) -> HeadRow:
    """The row after `mark_anchored`; a confirmed row at the same place stays confirmed (a repeated write)."""
    if row.state is HeadState.CONFIRMED and row.place == place:
        return row
    _ensure_move(row, HeadState.ANCHORED)
    return replace(row, state=HeadState.ANCHORED, place=place)


def confirmed(row: HeadRow) -> HeadRow:
    """The row after `mark_confirmed`."""
    _ensure_move(row, HeadState.CONFIRMED)
    return replace(row, state=HeadState.CONFIRMED)


def back_to_planned(row: HeadRow) -> HeadRow:
    """The row after the chain lost the head."""
    _ensure_move(row, HeadState.PLANNED)
    return replace(row, state=HeadState.PLANNED, place=None)


def _ensure_move(row: HeadRow, to: HeadState) -> None:
    if to not in ALLOWED[row.state]:
        raise ChainError("HEAD_MOVE_REFUSED", seq=row.seq, state=row.state.value, to=to.value)
