"""Capture: tokens in, receipts out.

One token is checked where it arrives: handing a single one over costs more than the check. Many are shared
out (`verifiers.py`). Nothing is answered before it is durably stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.capture.admission import Rules, admit
from node.capture.checking import Checked, Refusal
from protocol.errors import AuthorityError, FilieraError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from node.capture.candidate import Candidate
    from node.capture.verifiers import Verifiers
    from node.capture.writer import GroupWriter, Outcome, Stored
    from node.log.receipts import ReceiptIssuer
    from node.participants.service import Participants

# Refusals that a participant admitted a moment ago would meet: worth a fresh look at the chain.
_STALE = frozenset({"KEY_UNKNOWN", "PARTICIPANT_MISMATCH", "ROLE_MISSING", "NOT_COORDINATOR", "KEY_CANNOT"})


class Capture:
    """Checks tokens, has them stored, signs receipts. `clock` gives milliseconds since 1970."""

    def __init__(
        self,
        writer: GroupWriter,
        verifiers: Verifiers,
        participants: Participants,
        receipts: ReceiptIssuer,
        rules: Rules,
        clock: Callable[[], int],
    ) -> None:
        self._writer = writer
        self._verifiers = verifiers
        self._participants = participants
        self._receipts = receipts
        self._rules = rules
        self._clock = clock

    async def capture(self, token: bytes) -> tuple[Stored, bytes]:
        """Store one token; returns what was stored and the answer's JSON. Raises FilieraError."""
        now = self._clock()
        (candidate,) = await self._admit(self._verifiers.check_here((token,), now), now)
        if isinstance(candidate, FilieraError):
            raise candidate
        (outcome,) = await self._writer.store((candidate,))
        if isinstance(outcome, FilieraError):
            raise outcome
        return outcome, self._answer(candidate, outcome)

    async def capture_many(self, tokens: Sequence[bytes | FilieraError]) -> list[tuple[Outcome, bytes]]:
        """Store many tokens in order; returns outcome and answer's JSON (empty for a refusal) of each.

        One refusal does not touch the others. An entry that could not be read as a token stands as its error.
        """
        now = self._clock()
        checked = iter(
            await self._verifiers.check(
                [token for token in tokens if not isinstance(token, FilieraError)], now
            )
        )
        entries = [token if isinstance(token, FilieraError) else next(checked) for token in tokens]
        candidates = await self._admit(entries, now)
        sound = [entry for entry in candidates if not isinstance(entry, FilieraError)]
        stored = iter(await self._writer.store(sound) if sound else ())
        answered: list[tuple[Outcome, bytes]] = []
        for entry in candidates:
            outcome = entry if isinstance(entry, FilieraError) else next(stored)
            if isinstance(entry, FilieraError) or isinstance(outcome, FilieraError):
                answered.append((outcome, b""))
            else:
                answered.append((outcome, self._answer(entry, outcome)))
        return answered

    def _answer(self, candidate: Candidate, stored: Stored) -> bytes:
        """The answer's JSON; the same bytes for the same record, however often it is sent."""
        receipt = self._receipts.issue(stored.digest, stored.received_at, stored.promised_at)
        record_id, digest = candidate.checked.record_id, stored.digest.hex()
        return f'{{"id":"{record_id}","digest":"{digest}","state":"received","receipt":"{receipt}"}}'.encode()

    async def _admit(
        self, entries: Sequence[Checked | Refusal | FilieraError], now: int
    ) -> list[Candidate | FilieraError]:
        admitted = [self._admit_one(entry, now) for entry in entries]
        stale = next(
            (entry for entry in admitted if isinstance(entry, AuthorityError) and entry.code in _STALE), None
        )
        if stale is not None and await self._participants.refresh_after(stale, _STALE):
            admitted = [self._admit_one(entry, now) for entry in entries]
        return admitted

    def _admit_one(self, entry: Checked | Refusal | FilieraError, now: int) -> Candidate | FilieraError:
        if isinstance(entry, FilieraError):
            return entry
        if isinstance(entry, Refusal):
            return entry.error()
        try:
            return admit(entry, self._participants.snapshot, self._rules, now)
        except FilieraError as refusal:
            return refusal
