"""What the chain said, as the checks need it. Filled in by whoever can ask a chain; nothing here asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ChainHead:
    """A head as the AnchorRegistry holds it; `block` is where it was anchored."""

    root: bytes
    head_hash: bytes
    manifest: bytes
    size: int
    block: int


@dataclass(frozen=True, slots=True)
class ChainKey:
    """A registered key: valid in blocks `from_block <= b < to_block`; `disputed_from` 0 if never disputed."""

    capabilities: int
    from_block: int
    to_block: int
    disputed_from: int


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
