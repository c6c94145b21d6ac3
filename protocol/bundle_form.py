"""The JSON form of a bundle, both ways, name by name. Unknown names are refused: nothing rides along unread."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeVar

from protocol import base64url
from protocol.bundle_model import (
    Bundle,
    BundleAffected,
    BundleChain,
    BundleConsistency,
    BundleHead,
    BundleKey,
    BundleRecord,
)
from protocol.errors import FilieraError, FormatError
from protocol.passport_batch import BatchPlace
from protocol.snapshot import Evidence, SnapshotEntry
from protocol.strict_json import dump_json

if TYPE_CHECKING:
    from collections.abc import Callable

_HEX32 = re.compile(r"[0-9a-f]{64}")
_CHAIN_HASH = re.compile(r"0x[0-9a-f]{64}")
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")  # one spelling, or equal evidence would have unequal bytes
_MAX_PROOF = 64  # a tree of 2^63 leaves has no longer inclusion proof
_MAX_CONSISTENCY = 128

_Item = TypeVar("_Item")


def bundle_to_json(bundle: Bundle, version: str) -> dict[str, Any]:
    """Return the JSON value of a bundle; absent things have no name."""
    chain = bundle.chain
    return {
        "format": version,
        "target": bundle.target,
        "records": [_record_to_json(record) for record in bundle.records],
        "heads": [_head_to_json(head) for head in bundle.heads],
        "consistency": [
            {
                "log": proof.log.hex(),
                "first": proof.first,
                "second": proof.second,
                "proof": _hexes(proof.proof),
            }
            for proof in bundle.consistency
        ],
        "affected": [
            {
                "log": entry.log.hex(),
                "seq": entry.seq,
                "manifest": base64url.encode(entry.manifest),
                "list": base64url.encode(entry.affected),
            }
            for entry in bundle.affected
        ],
        "keys": [_key_to_json(key) for key in bundle.keys],
        "chain": {
            "chainId": chain.chain_id,
            "genesis": chain.genesis,
            "participants": chain.participants,
            "anchors": chain.anchors,
            "passports": chain.passports,
        },
        "memberships": list(bundle.memberships),
        **({"batches": [place.to_json() for place in bundle.batches]} if bundle.batches else {}),
        **({"snapshot": _snapshot_to_json(bundle.snapshot)} if bundle.snapshot else {}),
    }


def bundle_from_json(value: dict[str, Any]) -> Bundle:
    """Return the bundle of a JSON value whose format was recognised; FormatError with the place otherwise."""
    top = _Fields(value, "")
    bundle = Bundle(
        target=top.text("target", r"\S{1,512}"),
        records=top.items("records", _record_from_json),
        heads=top.items("heads", _head_from_json),
        consistency=top.items("consistency", _consistency_from_json),
        affected=top.items("affected", _affected_from_json),
        keys=top.items("keys", _key_from_json),
        chain=_chain_from_json(top.inner("chain")),
        memberships=tuple(top.texts("memberships")),
        batches=top.items("batches", _place_from_json) if top.has("batches") else (),
        snapshot=_snapshot_from_json(top.inner("snapshot")) if top.has("snapshot") else None,
    )
    top.end("format")
    return bundle


def _record_to_json(record: BundleRecord) -> dict[str, Any]:
    if record.log is None:
        return {"token": record.token, "state": "received"}
    return {
        "token": record.token,
        "log": record.log.hex(),
        "index": record.index,
        "head": record.head,
        "proof": _hexes(record.proof),
    }


def _record_from_json(fields: _Fields) -> BundleRecord:
    token = fields.text("token", r"[A-Za-z0-9_.~-]{1,262144}")
    if fields.has("state"):
        fields.text("state", "received")
        return BundleRecord(token)
    proof = fields.hashes("proof", _MAX_PROOF)
    return BundleRecord(token, fields.hash("log"), fields.number("index"), fields.number("head", 1), proof)


def _head_to_json(head: BundleHead) -> dict[str, Any]:
    value = {
        "log": head.log.hex(),
        "origin": head.origin,
        "seq": head.seq,
        "prev": head.prev.hex(),
        "root": head.root.hex(),
        "size": head.size,
        "manifest": head.manifest.hex(),
        "block": head.block,
        "transaction": head.transaction,
    }
    return value | ({"checkpoint": head.checkpoint} if head.checkpoint else {})


def _head_from_json(fields: _Fields) -> BundleHead:
    return BundleHead(
        log=fields.hash("log"),
        origin=fields.text("origin", r"[^\s+]{1,255}"),
        seq=fields.number("seq", 1),
        prev=fields.hash("prev"),
        root=fields.hash("root"),
        size=fields.number("size", 1),
        manifest=fields.hash("manifest"),
        block=fields.number("block"),
        transaction=fields.text("transaction", _CHAIN_HASH.pattern),
        checkpoint=fields.text("checkpoint", r"(?s).{1,8192}") if fields.has("checkpoint") else "",
    )


def _consistency_from_json(fields: _Fields) -> BundleConsistency:
    log, first, second = fields.hash("log"), fields.number("first", 1), fields.number("second", 2)
    return BundleConsistency(log, first, second, fields.hashes("proof", _MAX_CONSISTENCY))


def _affected_from_json(fields: _Fields) -> BundleAffected:
    manifest, listed = fields.binary("manifest"), fields.binary("list")
    return BundleAffected(fields.hash("log"), fields.number("seq", 1), manifest, listed)


def _key_to_json(key: BundleKey) -> dict[str, Any]:
    value: dict[str, Any] = {
        "participant": key.participant.hex(),
        "keyHash": key.key_hash.hex(),
        "fromBlock": key.from_block,
    }
    ends = {"toBlock": key.to_block, "disputedFrom": key.disputed_from}
    return value | {name: block for name, block in ends.items() if block is not None}


def _key_from_json(fields: _Fields) -> BundleKey:
    return BundleKey(
        fields.hash("participant"),
        fields.hash("keyHash"),
        fields.number("fromBlock"),
        fields.number("toBlock") if fields.has("toBlock") else None,
        fields.number("disputedFrom", 1) if fields.has("disputedFrom") else None,
    )


def _place_from_json(fields: _Fields) -> BatchPlace:
    """A place proves itself: one that does not lead to its root has no business here."""
    place = BatchPlace(
        fields.hash("batchRoot"),
        fields.number("count", 1),
        fields.hash("passportId"),
        fields.hash("digest"),
        fields.number("index"),
        fields.hashes("proof", _MAX_PROOF),
    )
    place.verify()
    return place


def _snapshot_to_json(snapshot: Evidence) -> dict[str, Any]:
    """A fact is written as the array that it is: its canonical bytes are those of this very text."""
    entries = [
        {"index": each.index, "fact": json.loads(each.entry), "proof": _hexes(each.proof)}
        for each in snapshot.entries
    ]
    return {"note": snapshot.note, "entries": entries}


def _snapshot_from_json(fields: _Fields) -> Evidence:
    evidence = Evidence(fields.text("note", r"(?s).{1,16384}"), fields.items("entries", _fact_from_json))
    fields.end()
    return evidence


def _fact_from_json(fields: _Fields) -> SnapshotEntry:
    index, proof = fields.number("index"), fields.hashes("proof", _MAX_PROOF)
    return SnapshotEntry(index, dump_json(fields.array("fact")), proof)


def _chain_from_json(fields: _Fields) -> BundleChain:
    address = _ADDRESS.pattern
    chain = BundleChain(
        fields.number("chainId", 1),
        fields.text("genesis", _CHAIN_HASH.pattern),
        fields.text("participants", address),
        fields.text("anchors", address),
        fields.text("passports", address),
    )
    fields.end()
    return chain


def _hexes(values: tuple[bytes, ...]) -> list[str]:
    return [value.hex() for value in values]


class _Fields:
    """Reads the names of one object; each reader refuses what has not the written form and remembers what was read."""

    def __init__(self, value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise FormatError("BUNDLE_FORM", place, expected="object")
        self._value = value
        self._place = place
        self._read: set[str] = set()

    def has(self, name: str) -> bool:
        return name in self._value

    def text(self, name: str, pattern: str) -> str:
        value = self._take(name)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise self._wrong(name, "text")
        return value

    def number(self, name: str, least: int = 0) -> int:
        value = self._take(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self._wrong(name, "integer")
        return value

    def hash(self, name: str) -> bytes:
        return bytes.fromhex(self.text(name, _HEX32.pattern))

    def hashes(self, name: str, most: int) -> tuple[bytes, ...]:
        values = self.texts(name)
        if len(values) > most or not all(_HEX32.fullmatch(value) for value in values):
            raise self._wrong(name, "hashes")
        return tuple(bytes.fromhex(value) for value in values)

    def binary(self, name: str) -> bytes:
        try:
            return base64url.decode(self.text(name, r"[A-Za-z0-9_-]*"))
        except FilieraError as error:
            raise self._wrong(name, "base64url") from error

    def array(self, name: str) -> list[Any]:
        """Any JSON array; its bytes are what counts."""
        value = self._take(name)
        if not isinstance(value, list):
            raise self._wrong(name, "list")
        return value

    def texts(self, name: str) -> list[str]:
        values = self._take(name)
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self._wrong(name, "list of texts")
        return values

    def items(self, name: str, read: Callable[[_Fields], _Item]) -> tuple[_Item, ...]:
        values = self._take(name)
        if not isinstance(values, list):
            raise self._wrong(name, "list")
        found = []
        for number, value in enumerate(values):
            fields = _Fields(value, f"{self._place}/{name}/{number}")
            found.append(read(fields))
            fields.end()
        return tuple(found)

    def inner(self, name: str) -> _Fields:
        return _Fields(self._take(name), f"{self._place}/{name}")

    def end(self, *known: str) -> None:
        """Refuse names that nobody has read."""
        for name in sorted(self._value.keys() - self._read - set(known)):
            raise FormatError("BUNDLE_FORM", f"{self._place}/{name}", expected="no such name")

    def _take(self, name: str) -> Any:
        self._read.add(name)
        if name not in self._value:
            raise self._wrong(name, "a value")
        return self._value[name]

    def _wrong(self, name: str, expected: str) -> FormatError:
        return FormatError("BUNDLE_FORM", f"{self._place}/{name}", expected=expected)
