"""From received records to heads on the chain, exactly once: one leader, one durable outbox, one rule.

A step, in this order; each line says what a crash right after it leaves behind:

 1. lease      Nothing. Another worker leads once the lease has ended; our later writes are refused.
 2. look       Nothing. One block is chosen and everything is read as of that block.
 3. compare    Nothing. A head on chain that is not the outbox's means that somebody else has our log's
               account, or that our database is not the one that anchored: stop and say so, never
               overwrite (`FOREIGN_HEAD`).
 4. follow     Rows say what the chain shows: anchored, confirmed, or planned again if the chain went
               back. Repeating it changes nothing.
 5. plan       A planned row; the next step sends it. Heads are computed in full before anything is sent.
 6. send       The attempt is written first, so a row never hides a transaction. If we die before sending,
               the pool does not know the transaction and it is sent anew; if after, (4) finds the head.

A transaction goes out with nonce = number of mined transactions and a higher fee than the last try: it
replaces what waits, it never adds. The contract's compare-and-swap on the previous head makes a lost race
harmless.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from anchoring import fees, sequencer
from anchoring.confirmation import ConfirmationRule
from anchoring.outbox import ON_CHAIN
from anchoring.ports import MAX_HEAD_RECORDS, Attempt, Block, ChainLog, HeadRow, HeadState
from protocol.errors import ChainError, FilieraError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

    from anchoring.ports import ChainPlace, HeadStore, Registry

logger = logging.getLogger(__name__)

# These do not pass by waiting: somebody has to look. The worker stops rather than make it worse.
HALTING = frozenset(
    {"FOREIGN_HEAD", "CHAIN_ID_MISMATCH", "GENESIS_MISMATCH", "CODE_MISMATCH", "HEAD_MOVE_REFUSED"}
)
# The next look at the chain says what is true now.
_LOST_RACE = frozenset({"CHAIN_STALE_HEAD", "CHAIN_NONCE_USED", "CHAIN_REPLACEMENT_UNDERPRICED"})
_PAGE = 500
# Heads whose place is looked up again when the chain changed below us: what fits well into one lease.
_RECHECK = 512
# Rows read at once where few are expected to be of use.
_FEW = 64


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """Times in seconds.

    `cadence`: at most one new head in this time. `lease`: how long a silent leader is waited for.
    `resend_after`: when a waiting transaction is replaced by a dearer one. `max_open`: heads planned ahead of
    the chain; further records wait for the next head, so a chain that stands still does not pile up heads.
    """

    confirmation: ConfirmationRule = field(default_factory=lambda: ConfirmationRule(1))
    cadence: float = 2.0
    lease: float = 15.0
    resend_after: float = 20.0
    poll: float = 0.25
    max_backoff: float = 10.0
    max_open: int = 1
    fee_ceiling: int = fees.DEFAULT_CEILING


@dataclass(frozen=True, slots=True)
class StepReport:
    """What one step did; `progress` says that another step at once is worth while."""

    leading: bool
    planned: int | None = None
    sent: int | None = None
    anchored: int = 0
    confirmed: int = 0
    lost: int = 0

    @property
    def progress(self) -> bool:
        """Whether something moved."""
        return bool(self.planned or self.sent or self.anchored or self.lost)


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """For health pages: the last heads seen, the code of what is wrong, whether a person is needed."""

    leading: bool = False
    planned_seq: int = 0
    chain_seq: int = 0
    problem: str = ""
    values: dict[str, object] = field(default_factory=dict)
    halted: bool = False
    steps: int = 0


class AnchoringWorker:
    """Anchors one log. Not thread-safe: one thread calls `step` or `run`; `status` may be read by any."""

    def __init__(
        self,
        store: HeadStore,
        registry: Registry,
        settings: WorkerSettings | None = None,
        *,
        holder: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._registry = registry
        self._settings = settings or WorkerSettings()
        self._holder = holder
        self._clock = clock
        self._token: int | None = None
        self._checked = False
        self._seen: Block | None = None
        # Up to this head every row said what the chain shows when we last looked; unknown to a new leader.
        self._followed: int | None = None
        self._next_plan = 0.0
        # When we first saw that the nonce was taken: by our attempt, or by something else of the account.
        self._waiting_since: tuple[int, float] | None = None
        self.status = WorkerStatus()

    def run(self, stop: Event) -> None:
        """Step until `stop` is set or a person is needed. Errors show in `status` and are logged once."""
        pause = self._settings.poll
        try:
            while not stop.is_set():
                try:
                    report = self.step()
                except ChainError as error:
                    if self._failed(error):
                        return
                    pause = min(pause * 2, self._settings.max_backoff)
                except Exception as error:
                    # A worker that died silently would break every promise that receipts make.
                    logger.exception("anchoring step failed")
                    self._failed(ChainError("WORKER_FAILED", reason=type(error).__name__))
                    pause = min(pause * 2, self._settings.max_backoff)
                else:
                    pause = 0.0 if report.progress else self._settings.poll
                stop.wait(pause)
                pause = max(pause, self._settings.poll)
        finally:
            self.release()

    def release(self) -> None:
        """Give the lease back, so that another worker need not wait for its end."""
        if self._token is not None:
            try:
                self._store.release_lease(self._token)
            except Exception:  # noqa: BLE001 - the lease ends by itself
                logger.warning("lease not released")
        self._token = None
        self.status = replace(self.status, leading=False)

    def step(self) -> StepReport:
        """One round of the rule above. Raises ChainError; whatever it raises, the next step is safe."""
        token = self._lead()
        if token is None:
            return StepReport(leading=False)
        if not self._checked:
            self._registry.check_identity()
            self._checked = True
        latest, log = self._look()
        tip = self._ensure_ours(log)
        anchored, confirmed, lost = self._follow(token, latest, log)
        planned = self._plan(token, tip, log)
        sent = self._send(token, latest, log)
        self.status = WorkerStatus(
            leading=True,
            planned_seq=planned or (tip.seq if tip else 0),
            chain_seq=log.seq,
            steps=self.status.steps + 1,
        )
        return StepReport(
            leading=True, planned=planned, sent=sent, anchored=anchored, confirmed=confirmed, lost=lost
        )

    def _lead(self) -> int | None:
        """(1) Take or renew the lease. A new leader checks everything anew."""
        token = self._store.acquire_lease(self._holder, self._settings.lease)
        if token != self._token:
            self._token, self._checked, self._seen, self._waiting_since = token, False, None, None
            self._followed = None
        if token is None:
            self.status = replace(self.status, leading=False, problem="", values={})
        return token

    def _look(self) -> tuple[Block, ChainLog]:
        """(2) Choose a block and read the log as of it."""
        latest = self._registry.latest()
        return latest, self._registry.log_at(latest.number)

    def _ensure_ours(self, log: ChainLog) -> HeadRow | None:
        """(3) The chain's last head must be a row of ours; returns the last row."""
        tip = self._store.tip()
        if log.seq:
            row = self._store.head(log.seq)
            if row is None or row.head_hash != log.head_hash:
                ours = row.head_hash.hex() if row else ""
                raise ChainError("FOREIGN_HEAD", seq=log.seq, chain=log.head_hash.hex(), ours=ours)
        return tip

    def _follow(self, token: int, latest: Block, log: ChainLog) -> tuple[int, int, int]:
        """(4) Bring the rows' states in line with the chain."""
        lost = self._take_back(token, log)
        moved = self._recheck(token, latest, log)
        if moved is None:
            return 0, 0, lost
        return moved + self._note_anchored(token, latest, log), self._confirm(token, latest), lost

    def _note_anchored(self, token: int, latest: Block, log: ChainLog) -> int:
        """Rows that the chain shows for the first time, from the first that we have not followed yet."""
        if self._followed is None:
            first = self._store.unconfirmed(1)
            self._followed = first[0].seq - 1 if first else log.seq
        self._followed, count = min(self._followed, log.seq), 0
        while self._followed < log.seq and (rows := self._store.heads_after(self._followed, _PAGE)):
            for row in rows:
                if row.seq > log.seq:
                    return count
                if row.state not in ON_CHAIN:
                    place = self._registry.place_of(row.seq, latest.number)
                    if place is None or not self._still(latest):
                        return count  # the endpoint's index lags behind its state, or it changed branches
                    self._store.mark_anchored(token, row.seq, place)
                    count += 1
                self._followed = row.seq
        return count

    def _confirm(self, token: int, latest: Block) -> int:
        """Confirm what the rule holds for; asks the chain once more where each head is, and nothing else.

        Heads come in the order of their blocks, so the first that is not confirmed ends the search: where
        nothing is ever final, a step does not grow with what waits.
        """
        rule, count = self._settings.confirmation, 0
        finalized = self._registry.finalized() if rule.wants_finality else None
        for row in self._store.unconfirmed(_FEW):
            if row.place is None or not rule.holds(row.place, latest, finalized):
                break
            place = self._registry.place_of(row.seq, latest.number)
            if place is None or not self._still(latest):
                break
            if place != row.place:
                self._store.mark_anchored(token, row.seq, place)
            if not rule.holds(place, latest, finalized):
                break
            self._store.mark_confirmed(token, row.seq)
            count += 1
        return count

    def _still(self, latest: Block) -> bool:
        """Whether the block we look from is still in the chain: a branch just left says nothing."""
        return self._registry.block_hash(latest.number) == latest.hash

    def _take_back(self, token: int, log: ChainLog) -> int:
        """Rows that the chain no longer shows are planned again; rows are never deleted."""
        lost, after = 0, log.seq
        while rows := self._store.heads_after(after, _PAGE):
            for row in rows:
                if row.state in ON_CHAIN:
                    logger.warning("chain lost head %d (%s)", row.seq, row.state.value)
                    self._store.back_to_planned(token, row.seq)
                    lost += 1
            after = rows[-1].seq
        return lost

    def _recheck(self, token: int, latest: Block, log: ChainLog) -> int | None:
        """After a change below us (and at the start), note where the heads are now; None if it cannot be said.

        A block that is still in the chain holds all below it in place, so the search goes down to the first
        such head. New places are written from the oldest up: if we die in between, the newest is still wrong
        and the next leader searches again.
        """
        seen, self._seen = self._seen, None
        moved: list[tuple[int, ChainPlace]] = []
        if seen is None or (seen != latest and self._registry.block_hash(seen.number) != seen.hash):
            for row in islice(self._newest_first(log.seq), _RECHECK):
                if row.place is None:
                    continue
                if self._registry.block_hash(row.place.block) == row.place.block_hash:
                    break
                place = self._registry.place_of(row.seq, latest.number)
                if place is None:
                    return None
                moved.append((row.seq, place))
        for seq, place in reversed(moved):
            self._store.mark_anchored(token, seq, place)
        self._seen = latest
        return len(moved)

    def _newest_first(self, seq: int) -> Iterator[HeadRow]:
        """Rows up to `seq`, descending."""
        while seq > 0:
            below = max(0, seq - _FEW)
            yield from reversed(self._store.heads_after(below, seq - below))
            seq = below

    def _plan(self, token: int, tip: HeadRow | None, log: ChainLog) -> int | None:
        """(5) Make a head of what waits, once per cadence, unless enough heads wait already."""
        now = self._clock()
        if now < self._next_plan or (tip.seq if tip else 0) - log.seq >= self._settings.max_open:
            return None
        records = self._store.pending(MAX_HEAD_RECORDS)
        if not records:
            return None
        head = sequencer.plan_head(
            sequencer.LogIdentity(self._registry.chain_id, self._registry.contract, self._registry.log_id),
            tip,
            records,
            self._store.affected(records),
            self._store.node,
        )
        self._store.plan_head(token, head)
        self._next_plan = now + self._settings.cadence
        return head.seq

    def _send(self, token: int, latest: Block, log: ChainLog) -> int | None:
        """(6) Send the row that comes next on chain, unless its transaction is on its way."""
        row = self._store.head(log.seq + 1)
        if row is None:
            return None
        if log.operator.lower() != self._registry.account.lower():
            raise ChainError("CHAIN_NOT_OPERATOR", log.operator, caller=self._registry.account)
        offers = self._registry.fees()
        nonce = self._registry.mined_nonce()
        if self._on_its_way(row, nonce, offers.base):
            return None
        offer = fees.offer(offers, row.attempt, self._settings.fee_ceiling)
        if offer.max_fee < offers.base:
            # Some endpoints would take it and say nothing: it would wait unseen for ever.
            raise ChainError("CHAIN_FEE_TOO_LOW", offered=offer.max_fee, base=offers.base)
        try:
            signed = self._registry.prepare_anchor(row, nonce, offer.max_fee, offer.priority)
            attempt = Attempt(signed.transaction, nonce, offer.max_fee, offer.priority, latest.number)
            self._store.mark_sent(token, row.seq, attempt)
            self._registry.send(signed)
        except ChainError as error:
            if error.code in _LOST_RACE:
                return None
            raise
        self._waiting_since = (row.seq, self._clock())
        return row.seq

    def _on_its_way(self, row: HeadRow, nonce: int, base_fee: int) -> bool:
        """Whether to leave the account's next nonce alone.

        Our attempt can still be mined, or something else of the account waits. Neither is waited for longer
        than `resend_after`.
        """
        attempt = row.attempt
        ours = (
            row.state is HeadState.SENT
            and attempt is not None
            and self._registry.is_waiting(attempt.transaction)
        )
        if ours and attempt is not None and attempt.nonce == nonce and attempt.max_fee < base_fee:
            return False  # it cannot be mined at this price: replace it
        if not ours and self._registry.pending_nonce() <= nonce:
            self._waiting_since = None
            return False
        now = self._clock()
        if self._waiting_since is None or self._waiting_since[0] != row.seq:
            self._waiting_since = (row.seq, now)
        return now - self._waiting_since[1] < self._settings.resend_after

    def _failed(self, error: FilieraError) -> bool:
        """Note a failed step; True if the worker must not go on."""
        halted = error.code in HALTING
        if error.code == "LEASE_LOST":
            self._token = None
        if error.code != self.status.problem:
            logger.log(logging.CRITICAL if halted else logging.WARNING, "anchoring: %s", error)
        self.status = replace(
            self.status,
            leading=self._token is not None,
            problem=error.code,
            values=dict(error.values),
            halted=halted,
        )
        self._checked = False
        return halted
