"""What may not stand beside what is stored: ids, a key's numbering (README §4), lot accounts (§5).

Pure: `Known` is what the database holds around the candidates of one group, and grows by each one that is
accepted, so that two candidates of the same group are held against each other as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from node.capture.status_lists import KnownList, ensure_next, ensure_place
from protocol.errors import ConflictError

if TYPE_CHECKING:
    from node.capture.candidate import Candidate
    from node.capture.checking import Checked, Line


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """A stored record as far as a replay needs it."""

    digest: bytes
    received_at: int
    promised_at: int
    # Another node took it: this one has only a copy, and promised nothing.
    copied: bool = False


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """A stored entry of an account."""

    digest: bytes
    previous: bytes | None
    before: str | None
    after: str | None
    uom: str


@dataclass(slots=True)
class Known:
    """What is stored: by (id, key), by (key, number), by (lot, holder, number); each status list's newest version."""

    by_id: dict[tuple[str, bytes], KnownRecord] = field(default_factory=dict)
    by_seq: dict[tuple[bytes, int], tuple[bytes, bytes | None]] = field(default_factory=dict)
    by_entry: dict[tuple[str, str, int], KnownEntry] = field(default_factory=dict)
    by_list: dict[str, KnownList] = field(default_factory=dict)

    def add(self, candidate: Candidate) -> None:
        """Remember an accepted candidate."""
        checked = candidate.checked
        digest, key = checked.digest, checked.key_id
        self.by_id[checked.record_id, key] = KnownRecord(digest, candidate.received_at, candidate.promised_at)
        if checked.record_seq is not None:
            self.by_seq[key, checked.record_seq] = (digest, checked.previous)
        for entry in checked.lines:
            self.by_entry[entry.lot, candidate.holder, entry.lot_seq] = KnownEntry(
                digest, entry.previous, entry.before, entry.after, entry.uom
            )
        if checked.listed is not None:
            self.by_list[checked.listed.list_id] = KnownList(candidate.participant, digest, checked.listed)


def find_replay(candidate: Candidate, known: Known) -> KnownRecord | None:
    """Return the stored twin of a record sent again.

    ConflictError RECORD_ID_REUSED for the same id with other bytes, RECORD_ELSEWHERE if another node took it.
    """
    checked = candidate.checked
    stored = known.by_id.get((checked.record_id, checked.key_id))
    if stored is not None and stored.digest != checked.digest:
        raise ConflictError("RECORD_ID_REUSED", "/id", id=checked.record_id, stored=stored.digest.hex())
    if stored is not None and stored.copied:
        raise ConflictError("RECORD_ELSEWHERE", "/id", id=checked.record_id)
    return stored


def ensure_free(candidate: Candidate, known: Known) -> None:
    """Raise ConflictError if the record cannot stand beside what is known."""
    checked = candidate.checked
    _ensure_sequence(checked, known)
    if checked.listed is not None:
        ensure_next(checked.listed, candidate.participant, known.by_list.get(checked.listed.list_id))
    if checked.status is not None:
        ensure_place(checked.status, candidate.participant, known.by_list.get(checked.status.list_id))
    for index, entry in enumerate(checked.lines):
        _ensure_entry(entry, f"/credentialSubject/filiera:account/{index}", candidate, known)


def _ensure_sequence(checked: Checked, known: Known) -> None:
    seq, key, place = checked.record_seq, checked.key_id, "/credentialSubject/filiera:recordSeq"
    if seq is None:
        return
    taken = known.by_seq.get((key, seq))
    if taken is not None:
        raise ConflictError("RECORD_FORK", place, seq=seq, stored=taken[0].hex())
    before = known.by_seq.get((key, seq - 1))
    if before is not None and checked.previous is not None and checked.previous != before[0]:
        raise ConflictError("RECORD_FORK", place, seq=seq, stored=before[0].hex())
    after = known.by_seq.get((key, seq + 1))
    if after is not None and after[1] is not None and after[1] != checked.digest:
        raise ConflictError("RECORD_FORK", place, seq=seq, stored=after[0].hex())


def _ensure_entry(entry: Line, place: str, candidate: Candidate, known: Known) -> None:
    taken = known.by_entry.get((entry.lot, candidate.holder, entry.lot_seq))
    if taken is not None:
        raise ConflictError(
            "LOT_ACCOUNT_FORK", place, lot=entry.lot, seq=entry.lot_seq, stored=taken.digest.hex()
        )
    before = known.by_entry.get((entry.lot, candidate.holder, entry.lot_seq - 1))
    if before is not None:
        if entry.previous is not None and entry.previous != before.digest:
            raise ConflictError(
                "LOT_ACCOUNT_FORK", place, lot=entry.lot, seq=entry.lot_seq, stored=before.digest.hex()
            )
        _ensure_balance(before.after, before.uom, entry.before, entry.uom, entry, place)
    after = known.by_entry.get((entry.lot, candidate.holder, entry.lot_seq + 1))
    if after is not None:
        if after.previous is not None and after.previous != candidate.checked.digest:
            raise ConflictError(
                "LOT_ACCOUNT_FORK", place, lot=entry.lot, seq=entry.lot_seq, stored=after.digest.hex()
            )
        _ensure_balance(entry.after, entry.uom, after.before, after.uom, entry, place)


def _ensure_balance(
    left: str | None, left_uom: str, right: str | None, right_uom: str, entry: Line, place: str
) -> None:
    # Decimal strings have one spelling each (README §1), so equality of text is equality of quantity.
    if left_uom != right_uom or (left is not None and right is not None and left != right):
        raise ConflictError(
            "LOT_ACCOUNT_BALANCE", place, lot=entry.lot, seq=entry.lot_seq, expected=left, found=right
        )
