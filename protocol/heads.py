"""Heads of the log: what is anchored on the ledger, and the public manifest behind it (README §8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.errors import LogError
from protocol.hashing import leaf_hash, sha256
from protocol.merkle import root

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

HEAD_TAG = b"anchor-head/1"
MAX_MANIFEST_BYTES = 1 << 20
_SHUFFLE_TAG = b"filiera-shuffle/1"
_MANIFEST_TAG = b"filiera-manifest/1\n"
_AFFECTED_TAG = b"filiera-affected/1\n"
_WORD = 32
# CIDv1, raw codec, sha2-256 of 32 bytes: a block's address follows from its digest alone.
_RAW_CID = bytes.fromhex("01551220")
_CID_BYTES = len(_RAW_CID) + _WORD
_ITEM_BYTES = _WORD + _CID_BYTES


@dataclass(frozen=True, slots=True)
class Head:
    """One anchored state of a log; `seq` from 1, `prev` the hash of the head before (zero for the first)."""

    log_id: bytes
    seq: int
    prev: bytes
    root: bytes
    size: int
    manifest: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a head added, and the list of affected records as of it; `records` sorted by digest."""

    affected_root: bytes
    affected_sha256: bytes
    records: tuple[bytes, ...]


def head_hash(head: Head, chain_id: int, contract: bytes) -> bytes:
    """Hash of a head, bound to one chain and one 20-byte contract address.

    SHA-256(abi.encode("anchor-head/1", chainId, contract, logId, seq, prev, root, size, manifest)).
    """
    words = (
        _number(9 * _WORD),  # where the string stands: behind nine words
        _number(chain_id),
        contract.rjust(_WORD, b"\0"),
        head.log_id,
        _number(head.seq),
        head.prev,
        head.root,
        _number(head.size),
        head.manifest,
        _number(len(HEAD_TAG)),
        HEAD_TAG.ljust(_WORD, b"\0"),
    )
    return sha256(b"".join(words))


def order_leaves(prev: bytes, digests: Iterable[bytes]) -> list[bytes]:
    """The order of a head's records in the tree: fixed by their digests, so arrival leaves no trace."""
    return sorted(digests, key=lambda digest: sha256(_SHUFFLE_TAG + prev + digest))


def affected_block(affected: Iterable[bytes]) -> bytes:
    """The block that lists all affected records so far."""
    return _AFFECTED_TAG + b"".join(sorted(set(affected)))


def manifest_block(records: Sequence[bytes], affected: Collection[bytes]) -> bytes:
    """The public block of a head that adds `records` (distinct digests, any order)."""
    listed = sorted(set(affected))
    items = b"".join(digest + _RAW_CID + digest for digest in sorted(records))
    block = b"".join(
        (
            _MANIFEST_TAG,
            root([leaf_hash(digest) for digest in listed]),
            _RAW_CID + sha256(affected_block(listed)),
            len(records).to_bytes(4, "big"),
            items,
        )
    )
    if len(block) > MAX_MANIFEST_BYTES:
        raise LogError("MANIFEST_MALFORMED", reason="size")
    return block


def parse_manifest(block: bytes) -> Manifest:
    """Read a manifest; LogError MANIFEST_MALFORMED unless it is the one encoding of what it says."""
    start = len(_MANIFEST_TAG)
    items = start + _WORD + _CID_BYTES + 4
    count = int.from_bytes(block[items - 4 : items], "big")
    if len(block) > MAX_MANIFEST_BYTES or len(block) != items + count * _ITEM_BYTES:
        raise LogError("MANIFEST_MALFORMED", reason="size")
    cid = block[start + _WORD : items - 4]
    entries = [block[at : at + _ITEM_BYTES] for at in range(items, len(block), _ITEM_BYTES)]
    records = tuple(entry[:_WORD] for entry in entries)
    if not block.startswith(_MANIFEST_TAG) or not cid.startswith(_RAW_CID):
        raise LogError("MANIFEST_MALFORMED", reason="header")
    if any(entry[_WORD:] != _RAW_CID + entry[:_WORD] for entry in entries):
        raise LogError("MANIFEST_MALFORMED", reason="cid")
    if list(records) != sorted(set(records)):
        raise LogError("MANIFEST_MALFORMED", reason="order")
    return Manifest(block[start : start + _WORD], cid[len(_RAW_CID) :], records)


def parse_affected(block: bytes, manifest: Manifest) -> tuple[bytes, ...]:
    """The affected records of the list that `manifest` names; LogError AFFECTED_MALFORMED or AFFECTED_MISMATCH."""
    body = block.removeprefix(_AFFECTED_TAG)
    digests = tuple(body[at : at + _WORD] for at in range(0, len(body), _WORD))
    if len(body) == len(block) or len(body) % _WORD or list(digests) != sorted(set(digests)):
        raise LogError("AFFECTED_MALFORMED")
    if (
        sha256(block) != manifest.affected_sha256
        or root([leaf_hash(each) for each in digests]) != manifest.affected_root
    ):
        raise LogError("AFFECTED_MISMATCH")
    return digests


def _number(value: int) -> bytes:
    return value.to_bytes(_WORD, "big")
