"""What the chain said, as the checks need it. Filled in by whoever can ask a chain; nothing here asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ChainHead:
    """A head as the AnchorRegistry holds it; `block` and `time` (Unix seconds; 0: not said) say when."""

    root: bytes
    head_hash: bytes
    manifest: bytes
    size: int
    block: int
    time: int = 0


@dataclass(frozen=True, slots=True)
class ChainKey:
    """A registered key: valid in blocks `from_block <= b < to_block`; `disputed_from` 0 if never disputed.

    `origin`, a number of the contract: 0 added at admission (or not said), 1 by an own key, 2 coordinator, 3 recovery.
    """

    capabilities: int
    from_block: int
    to_block: int
    disputed_from: int
    origin: int = 0


@dataclass(frozen=True)
class ChainView:
    """Answers of one chain, all as of `latest`. What was asked and is not there is absent from the mapping."""

    chain_id: int
    genesis: str
    latest: int
    code_hashes: Mapping[str, str]
    log_keys: Mapping[bytes, bytes]
    log_seqs: Mapping[bytes, int]
    heads: Mapping[tuple[bytes, int], ChainHead]
    keys: Mapping[tuple[bytes, bytes], ChainKey]
    coordinators: frozenset[bytes] = frozenset()
    # (participant, block) → roles as bits, 0 if it was not active then.
    roles: Mapping[tuple[bytes, int], int] = field(default_factory=dict)
    # (issuer, passport id) → record digest and status as a number of the contract.
    passports: Mapping[tuple[bytes, bytes], tuple[bytes, int]] = field(default_factory=dict)
    # Transaction hash → block in which it succeeded.
    transactions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pinned:
    """A contract as a verifier pins it: address and code hash, hex with 0x, lower case."""

    address: str
    code_hash: str


@dataclass(frozen=True)
class Trust:
    """What a verifier takes on trust (the trust file): chain, contracts, logs' keys, and how deep a head has to be."""

    chain_id: int
    genesis: str
    contracts: Mapping[str, Pinned]
    log_keys: Mapping[str, bytes]
    confirmations: int = 0
    # Witnesses by name with their Ed25519 keys, and how many of them have to agree; 0: none is asked for.
    witnesses: Mapping[str, bytes] = field(default_factory=dict)
    witness_quorum: int = 0
    # Whose audits of a whole log count (protocol/audit.py): did:key → name.
    auditors: Mapping[str, str] = field(default_factory=dict)
    # Coordinators' keys (did:key), and how many of them have to sign that the ledger moved (protocol/bridge.py).
    coordinators: frozenset[str] = frozenset()
    coordinator_quorum: int = 0


@dataclass(frozen=True, slots=True)
class AsOf:
    """When a view is of the past: its block, and the time (seconds since 1970) from which `witnesses` vouch for it."""

    block: int
    time: int
    witnesses: tuple[str, ...]

    @property
    def instant(self) -> str:
        """The time as README §1 writes instants; the bare seconds beyond the year 9999."""
        try:
            return datetime.fromtimestamp(self.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (OverflowError, ValueError, OSError):
            return str(self.time)
