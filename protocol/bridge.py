"""The bridge: what a consortium's coordinators sign when its ledger moves to another chain (`filiera-bridge/1`).

One text line for each coordinator, all over the same claims: the former chain with its contracts, the last head that
each of its logs came to, and the chain where it goes on. Whoever pins the new chain can then judge evidence of the
former one as it was, and refuse what would have come after the end (docs/ledger.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from protocol.checks.log import hash_of
from protocol.checks.view import Pinned
from protocol.compact import parse_compact, sign_compact, verify_compact
from protocol.errors import AuthorityError, FilieraError, FormatError
from protocol.keys import PublicKey
from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from protocol.bundle_model import Bundle
    from protocol.checks.view import Trust
    from protocol.keys import PrivateKey
    from protocol.strict_json import JsonObject

FORMAT: Final = "filiera-bridge/1"
TYP: Final = "filiera-bridge+jwt"
CHECK: Final = "chain"
CONTRACTS: Final = ("participants", "anchors", "passports")
MAX_SIGNATURES: Final = 16
_NAMES: Final = frozenset(("format", "from", "to", "last"))
_HASH, _ADDRESS = re.compile(r"[0-9a-f]{64}"), re.compile(r"0x[0-9a-f]{40}")
_ORIGIN = re.compile(r"[^\s+]{1,255}")


@dataclass(frozen=True)
class Place:
    """A chain and the contracts on it."""

    chain_id: int
    genesis: str
    contracts: Mapping[str, Pinned]

    def claims(self) -> JsonObject:
        """As it is signed."""
        pinned = {
            name: {"address": at.address, "codeHash": at.code_hash} for name, at in self.contracts.items()
        }
        return {"chainId": self.chain_id, "genesis": self.genesis, **pinned}


@dataclass(frozen=True)
class LastHead:
    """Where a log ended: its key, and its last head's number and hash."""

    origin: str
    log_key: bytes
    seq: int
    head_hash: bytes

    def claims(self) -> JsonObject:
        """As it is signed."""
        hashes = {"logKey": self.log_key.hex(), "headHash": self.head_hash.hex()}
        return {"origin": self.origin, "seq": self.seq, **hashes}


@dataclass(frozen=True)
class Bridge:
    """What was signed, and by whom (did:key)."""

    former: Place
    following: Place
    last: tuple[LastHead, ...]
    signers: frozenset[str] = frozenset()

    def claims(self) -> JsonObject:
        """The payload that every coordinator signs."""
        return {
            "format": FORMAT,
            "from": self.former.claims(),
            "to": self.following.claims(),
            "last": [head.claims() for head in sorted(self.last, key=lambda head: head.origin)],
        }


def sign_bridge(bridge: Bridge, keys: Iterable[PrivateKey]) -> str:
    """The file's text: a line for each key."""
    return "".join(f"{sign_compact(bridge.claims(), key, TYP)}\n" for key in keys)


def parse_bridge(text: str) -> Bridge:
    """Read a bridge and check every signature; whether the signers are the coordinators, `former_trust` says.

    FormatError BRIDGE_MALFORMED, BRIDGE_DIFFERS if two lines sign different things; SignatureInvalid.
    """
    lines = text.split()
    if not 0 < len(lines) <= MAX_SIGNATURES:
        raise FormatError("BRIDGE_MALFORMED", "")
    signers, stated = set(), []
    for number, line in enumerate(lines):
        try:
            key = PublicKey.from_kid(str(parse_compact(line).header.get("kid")))
            stated.append(verify_compact(line, key, TYP))
        except FormatError as error:
            raise FormatError("BRIDGE_MALFORMED", f"/{number}") from error
        signers.add(key.did)
    if any(claims != stated[0] for claims in stated):
        raise FormatError("BRIDGE_DIFFERS", "")
    return replace(_read(stated[0]), signers=frozenset(signers))


def former_trust(bridge: Bridge, trust: Trust) -> Trust:
    """What to trust about the former chain, for who pins the following one.

    AuthorityError BRIDGE_OTHER_CHAIN if it leads elsewhere, BRIDGE_NOT_BY_COORDINATORS if too few of the pinned
    coordinators signed. Witnesses and auditors stay those that are pinned.
    """
    if (trust.chain_id, trust.genesis) != (bridge.following.chain_id, bridge.following.genesis) or dict(
        trust.contracts
    ) != dict(bridge.following.contracts):
        raise AuthorityError("BRIDGE_OTHER_CHAIN", str(bridge.following.chain_id))
    signed = len(bridge.signers & trust.coordinators)
    if signed < max(1, trust.coordinator_quorum):
        raise AuthorityError(
            "BRIDGE_NOT_BY_COORDINATORS", signed=signed, wanted=max(1, trust.coordinator_quorum)
        )
    keys = {head.origin: head.log_key for head in bridge.last}
    former = bridge.former
    return replace(
        trust, chain_id=former.chain_id, genesis=former.genesis, contracts=former.contracts, log_keys=keys
    )


def check_bridged(bundle: Bundle, bridge: Bridge) -> Iterator[Finding]:
    """Evidence of the former chain ends where the coordinators said that it ended."""
    ends = {head.origin: head for head in bridge.last}
    contract = bytes.fromhex(bridge.former.contracts["anchors"].address[2:])
    for head in bundle.heads:
        end, place = ends.get(head.origin), f"{head.origin}#{head.seq}"
        if end is None or head.seq > end.seq:
            yield finding(CHECK, "HEAD_AFTER_BRIDGE", place, seq=head.seq, last=end.seq if end else 0)
        elif head.seq == end.seq and hash_of(head, bridge.former.chain_id, contract) != end.head_hash:
            yield finding(CHECK, "HEAD_NOT_ON_CHAIN", place, seq=head.seq)
    yield finding(CHECK, "CHAIN_BRIDGED", str(bridge.former.chain_id), following=bridge.following.chain_id)


def _read(claims: Mapping[str, Any]) -> Bridge:
    try:
        if claims.keys() != _NAMES or claims["format"] != FORMAT:
            raise FormatError("BRIDGE_MALFORMED", "/format")
        last = tuple(_last(entry) for entry in claims["last"])
        if len({head.origin for head in last}) != len(last) or not last:
            raise FormatError("BRIDGE_MALFORMED", "/last")
        return Bridge(_place(claims["from"]), _place(claims["to"]), last)
    except (AttributeError, KeyError, TypeError, ValueError, FilieraError) as error:
        raise FormatError("BRIDGE_MALFORMED", str(getattr(error, "place", ""))) from error


def _place(entry: Mapping[str, Any]) -> Place:
    if entry.keys() != {"chainId", "genesis", *CONTRACTS}:
        raise ValueError(entry)
    contracts = {
        name: Pinned(
            _match(_ADDRESS, entry[name]["address"]), "0x" + _match(_HASH, entry[name]["codeHash"][2:])
        )
        for name in CONTRACTS
    }
    return Place(_number(entry["chainId"]), "0x" + _match(_HASH, entry["genesis"][2:]), contracts)


def _last(entry: Mapping[str, Any]) -> LastHead:
    if entry.keys() != {"origin", "logKey", "seq", "headHash"}:
        raise ValueError(entry)
    key = PublicKey("EdDSA", bytes.fromhex(_match(_HASH, entry["logKey"]))).raw
    hashed = bytes.fromhex(_match(_HASH, entry["headHash"]))
    return LastHead(_match(_ORIGIN, entry["origin"]), key, _number(entry["seq"]), hashed)


def _number(value: object) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(value)
    return value


def _match(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(value)
    return value
