"""The two doors of anchoring: where heads are kept (`HeadStore`) and where they are anchored (`Registry`).

A port states guarantees, not only signatures; an adapter that cannot keep one must raise, never approximate.
The worker (`worker.py`) rests on them to anchor each head exactly once, whatever dies in between:

- A head is durable before anything is sent. Its row is never deleted and its content never changes.
- Only whoever holds the lease writes. Every write carries the lease's fencing token and is refused if a
  higher token
  was ever given out, so a worker that slept through its lease can do no harm.
- The chain decides: rows follow what the registry shows, never the other way round.

All digests and hashes are 32 raw bytes. Times are not here: the worker brings its own clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

# A head's manifest fits one block of 1 MiB (README §8).
MAX_HEAD_RECORDS = 15_000


class HeadState(StrEnum):
    """Where a head stands. Allowed moves: `outbox.py`."""

    PLANNED = "planned"
    SENT = "sent"
    ANCHORED = "anchored"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class PlannedHead:
    """All that a head is, computed before anything is sent; never changes afterwards.

    `records` are the record digests that this head adds, in leaf order: record `i` gets leaf index
    `first_index + i`, and `size == first_index + len(records)`. `proof` is the RFC 9162 consistency proof
    from `first_index` to `size`, empty for the first head. `manifest` is the SHA-256 of `manifest_block`.
    Both blocks are to be published by content address (raw codec); the CID of `affected_block` is in the
    manifest (README §8).
    """

    log_id: bytes
    seq: int
    prev: bytes
    root: bytes
    size: int
    manifest: bytes
    head_hash: bytes
    first_index: int
    records: tuple[bytes, ...]
    proof: tuple[bytes, ...]
    manifest_block: bytes
    affected_block: bytes


@dataclass(frozen=True, slots=True)
class Attempt:
    """The last transaction that was sent, or about to be sent, for a head. Fees are in wei per gas.

    `transaction` is its hash, `block` the chain's height when it was sent.
    """

    transaction: bytes
    nonce: int
    max_fee: int
    priority_fee: int
    block: int


@dataclass(frozen=True, slots=True)
class ChainPlace:
    """Where the chain shows a head: the block and the transaction that anchored it."""

    block: int
    block_hash: bytes
    transaction: bytes


@dataclass(frozen=True, slots=True)
class HeadRow:
    """A head in the outbox, without its records and blocks, which the worker does not need to send it.

    `attempt` is None until something was sent; it survives `back_to_planned`, so that the next fee can be
    higher. `place` is set exactly in the states anchored and confirmed.
    """

    log_id: bytes
    seq: int
    prev: bytes
    root: bytes
    size: int
    manifest: bytes
    head_hash: bytes
    proof: tuple[bytes, ...]
    state: HeadState
    attempt: Attempt | None = None
    place: ChainPlace | None = None


class HeadStore(Protocol):
    """The outbox and what it is filled from. One store serves one log.

    Guarantees of every adapter:

    1. *Durable*: a write that returned survives kill -9 and power loss. A write that raised may or may not
       have taken effect, wholly; never half.
    2. *Read after write*, by any process that uses the same store.
    3. *Fenced*: a write with a token lower than the highest ever given out raises ChainError `LEASE_LOST`
       and changes nothing; the comparison and the write are one transaction.
    4. *Append only*: seq runs 1, 2, 3 … without gap; content of a row never changes; leaf indices are never
       reassigned.
    5. *Moves*: a state change that `outbox.ALLOWED` does not list raises ChainError `HEAD_MOVE_REFUSED`; one
       to the present state with the same values changes nothing, because a lost reply is repeated.

    Methods may block; the worker calls them from its own thread.
    """

    def acquire_lease(self, holder: str, ttl: float) -> int | None:
        """Become or stay the leader for `ttl` seconds by the store's own clock; the fencing token or None.

        None means that another leads. The same `holder` renews and keeps its token. Any other gets a token
        higher than all before, and only after the former lease ended. `holder` is unique to one worker of one
        process run.
        """
        ...

    def release_lease(self, token: int) -> None:
        """End the lease early, if it is this token's; the token is never given out again."""
        ...

    def pending(self, limit: int) -> Sequence[bytes]:
        """Record digests received but in no head, the earliest first, at most `limit`, without repetition.

        Only what is durably stored is listed. A digest's block is the JWT itself, so its CID follows from the
        digest.
        """
        ...

    def affected(self, batch: Sequence[bytes]) -> Sequence[bytes]:
        """Digests that something adverse names, as of a head that adds `batch`.

        That is: named by a correction, dispute, revocation, failed test or finding that already has a leaf
        index or is in `batch`. Cumulative: what it held for an earlier head, it holds for a later one. Any
        order, no repetition; the named records need not be known here.
        """
        ...

    def node(self, level: int, index: int) -> bytes:
        """RFC 9162 hash of the complete subtree over leaves `index · 2^level … (index + 1) · 2^level − 1`.

        Asked only for subtrees that lie wholly below the size of the last planned head. Level 0 is the leaf
        hash.
        """
        ...

    def plan_head(self, token: int, head: PlannedHead) -> None:
        """Write the outbox row in state planned and give its records their leaf indices, in one transaction.

        Raises ChainError `HEAD_NOT_NEXT`, with no effect, unless `seq`, `prev` and `first_index` continue the
        last row (1, 32 zero bytes and 0 for the first) and every record is still pending. Planning the same
        head again (equal `head_hash`) changes nothing and is no error.
        """
        ...

    def tip(self) -> HeadRow | None:
        """The row with the highest seq, whatever its state; None if there is none."""
        ...

    def head(self, seq: int) -> HeadRow | None:
        """The row with that seq, None if there is none."""
        ...

    def heads_after(self, seq: int, limit: int) -> Sequence[HeadRow]:
        """Rows with a higher seq, ascending, at most `limit`."""
        ...

    def unconfirmed(self, limit: int) -> Sequence[HeadRow]:
        """Rows in any state but confirmed, ascending by seq, at most `limit`; asked at every step."""
        ...

    def mark_sent(self, token: int, seq: int, attempt: Attempt) -> None:
        """Planned or sent → sent, with the newest attempt. Called *before* the transaction leaves."""
        ...

    def mark_anchored(self, token: int, seq: int, place: ChainPlace) -> None:
        """Any state → anchored at `place`; so a head that was mined again elsewhere gets its new place."""
        ...

    def mark_confirmed(self, token: int, seq: int) -> None:
        """Anchored → confirmed."""
        ...

    def back_to_planned(self, token: int, seq: int) -> None:
        """Any state → planned: the chain no longer shows the head. Clears the place, keeps the attempt."""
        ...


@dataclass(frozen=True, slots=True)
class Block:
    """A block by number and hash."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class ChainLog:
    """What the registry says about the log as of one block.

    `head_hash` is that of its last head, 32 zero bytes if `seq` is 0. `operator` is the account that may
    anchor.
    """

    operator: str
    seq: int
    head_hash: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Fees:
    """What a transaction has to offer now, in wei per gas: the next block's base fee and a usual tip."""

    base: int
    priority: int


class Registry(Protocol):
    """The anchor registry on one chain, for one log, with one account that pays.

    Every method raises only ChainError. Reading says what *one endpoint* sees at this moment: the worker
    decides what to believe. Nothing is retried inside, so that a call ends within the endpoint's time limit.
    """

    @property
    def chain_id(self) -> int:
        """The pinned chain id, part of every head hash."""
        ...

    @property
    def contract(self) -> bytes:
        """The pinned address of the registry, 20 bytes, part of every head hash."""
        ...

    @property
    def log_id(self) -> bytes:
        """The log that this registry object serves."""
        ...

    @property
    def account(self) -> str:
        """The account that pays and anchors."""
        ...

    def check_identity(self) -> None:
        """Raise `CHAIN_ID_MISMATCH`, `GENESIS_MISMATCH` or `CODE_MISMATCH` unless all is as pinned."""
        ...

    def latest(self) -> Block:
        """The chain's newest block."""
        ...

    def finalized(self) -> Block | None:
        """The newest finalized block; None where the chain has no such notion (yet)."""
        ...

    def block_hash(self, number: int) -> bytes | None:
        """Hash of the block at that height, None if the chain is not that high."""
        ...

    def log_at(self, block: int) -> ChainLog:
        """The log as of that block. Raises `LOG_NOT_OPEN` if it was not opened."""
        ...

    def head_hash(self, seq: int, block: int) -> bytes | None:
        """Hash of head `seq` as of that block, None if there is none."""
        ...

    def place_of(self, seq: int, until: int) -> ChainPlace | None:
        """Block and transaction that anchored head `seq`, not after block `until`; None if not seen there."""
        ...

    def mined_nonce(self) -> int:
        """How many transactions of the account are mined: the nonce that replaces whatever waits."""
        ...

    def pending_nonce(self) -> int:
        """The same with those that wait in the endpoint's pool."""
        ...

    def is_waiting(self, transaction: bytes) -> bool:
        """Whether the endpoint still knows this transaction and has not mined it."""
        ...

    def fees(self) -> Fees:
        """What to offer now."""
        ...

    def prepare_anchor(self, row: HeadRow, nonce: int, max_fee: int, priority_fee: int) -> SignedAnchor:
        """Estimate and sign the transaction for a head, send nothing; what would revert raises its code."""
        ...

    def send(self, signed: SignedAnchor) -> None:
        """Hand over a signed transaction; the same one again is no error."""
        ...


@dataclass(frozen=True, slots=True)
class SignedAnchor:
    """A signed transaction: its hash is known before it is sent, so the row can name it first."""

    transaction: bytes
    raw: bytes
    nonce: int
    max_fee: int
    priority_fee: int
