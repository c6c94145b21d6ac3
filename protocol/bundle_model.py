"""What a bundle holds (README §12): records, their places in logs, the heads above them, and where to ask the chain.

Every hash is 32 `bytes` here and 64 hex characters in the file. What is *evidence* and what is only *information* is
kept apart: keys, blocks, transactions and addresses are what the source saw; a verifier online asks the chain for them,
and pins the addresses itself. Nothing in a bundle is trusted because it is in the bundle.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocol.passport_batch import BatchPlace
    from protocol.snapshot import Evidence


@dataclass(frozen=True)
class BundleRecord:
    """A token with its place in a log; without `head` it is not yet in an anchored head (state *received*).

    `index` is the leaf's index from 0, `head` the seq of the *first* head that includes it, `proof` the RFC 9162
    inclusion proof against that head's root.
    """

    token: str
    log: bytes | None = None
    index: int | None = None
    head: int | None = None
    proof: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class BundleHead:
    """A head as README §8 hashes it, its block and transaction as the source saw them, and its checkpoint if known.

    The head before each used head is in the bundle too: its size proves that a record is not in an earlier head.
    """

    log: bytes
    origin: str
    seq: int
    prev: bytes
    root: bytes
    size: int
    manifest: bytes
    block: int
    transaction: str
    checkpoint: str = ""


@dataclass(frozen=True)
class BundleConsistency:
    """RFC 9162 proof that the tree of head `second` extends the tree of head `first` (seqs of one log)."""

    log: bytes
    first: int
    second: int
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class BundleAffected:
    """Manifest of head `seq` and the affected list that it names, as bytes (README §8)."""

    log: bytes
    seq: int
    manifest: bytes
    affected: bytes


@dataclass(frozen=True, order=True)
class BundleKey:
    """A key's window in blocks as the source saw it; `to_block` and `disputed_from` None: open, not disputed."""

    participant: bytes
    key_hash: bytes
    from_block: int
    to_block: int | None = None
    disputed_from: int | None = None


@dataclass(frozen=True)
class BundleChain:
    """Where the source says the registries are. Information: the verifier's pinned trust decides."""

    chain_id: int
    genesis: str
    participants: str
    anchors: str
    passports: str


@dataclass(frozen=True)
class Bundle:
    """One file of evidence about `target` (a lot or item); sorted, so that equal evidence gives equal bytes."""

    target: str
    records: tuple[BundleRecord, ...]
    heads: tuple[BundleHead, ...]
    consistency: tuple[BundleConsistency, ...]
    affected: tuple[BundleAffected, ...]
    keys: tuple[BundleKey, ...]
    chain: BundleChain
    memberships: tuple[str, ...] = ()
    # Where the target's passport stands in a batch that its issuer has registered; none if it stands by itself.
    batches: tuple[BatchPlace, ...] = ()
    # What witnesses say of the chain, for whoever cannot ask it (README §16).
    snapshot: Evidence | None = None
    _heads: dict[tuple[bytes, int], BundleHead] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        self._heads.update({(head.log, head.seq): head for head in self.heads})

    def head(self, log: bytes, seq: int) -> BundleHead | None:
        """Return the head `seq` of the log, None if the bundle has none."""
        return self._heads.get((log, seq))

    def newest(self) -> tuple[BundleHead, ...]:
        """Return the newest head of every log, ordered by log id."""
        last = {head.log: head for head in sorted(self.heads, key=lambda head: head.seq)}
        return tuple(last[log] for log in sorted(last))


class LogSource(Protocol):
    """What `build_bundle` asks of whoever keeps the logs. All answers are checked later by the verifier."""

    def head_covering(self, log: bytes, index: int) -> BundleHead | None:
        """Return the first anchored head whose size is above `index`, None while there is none."""

    def head_at(self, log: bytes, seq: int) -> BundleHead:
        """Return the head `seq`, which exists."""

    def newest_head(self, log: bytes) -> BundleHead:
        """Return the last anchored head with its checkpoint; asked only if `head_covering` gave a head."""

    def inclusion(self, log: bytes, index: int, size: int) -> Sequence[bytes]:
        """Return the inclusion proof of the leaf in the tree of `size` leaves."""

    def consistency(self, log: bytes, size1: int, size2: int) -> Sequence[bytes]:
        """Return the consistency proof between the trees of `size1` < `size2` leaves."""

    def affected(self, log: bytes, seq: int) -> BundleAffected | None:
        """Return the manifest of the head and its affected list, None if this source has lost them."""
