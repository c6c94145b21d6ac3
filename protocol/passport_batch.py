"""Many item passports under one root: the list that is signed for, and the place of each passport in it (README §11).

The list (*manifest*) is one raw block of at most 1 MiB: passport id ‖ passport digest, 64 bytes an item, in leaf order.
Its SHA-256 is on the ledger beside the root, so its CID follows from the ledger alone, and any holder of the list can
prove every item in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from protocol.errors import LogError, PassportError
from protocol.hashing import node_hash, sha256
from protocol.merkle import inclusion_from_nodes, root_from_nodes, verify_inclusion
from protocol.passport import batch_leaf

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ENTRY_BYTES: Final = 64
MAX_ITEMS: Final = 1024 * 1024 // ENTRY_BYTES
"""Items in one batch: the manifest is one block."""
_ID_BYTES = 32
_MAX_PROOF = 64


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """Where a passport stands in its batch: the contract's `Item`, and how many items the batch has."""

    root: bytes
    count: int
    passport: bytes
    digest: bytes
    index: int
    proof: tuple[bytes, ...]

    def verify(self) -> None:
        """Raise PassportError `PASSPORT_BATCH_PROOF` unless the proof leads to the root."""
        try:
            leaf = batch_leaf(self.passport, self.digest)
            verify_inclusion(leaf, self.index, self.count, self.proof, self.root)
        except LogError as error:
            raise PassportError("PASSPORT_BATCH_PROOF", "/batch", reason=error.code) from error

    def item(self) -> dict[str, Any]:
        """The contract's `Item`, as the arguments of `setItemStatus` name it; hex without 0x."""
        return {
            "batchRoot": self.root.hex(),
            "passportId": self.passport.hex(),
            "digest": self.digest.hex(),
            "index": self.index,
            "proof": [each.hex() for each in self.proof],
        }

    def to_json(self) -> dict[str, Any]:
        """`item()` with the batch's count."""
        return self.item() | {"count": self.count}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> BatchPlace:
        """Read what `to_json` wrote; PassportError `PASSPORT_BATCH_PROOF` for anything else. Proves nothing yet."""
        try:
            proof = [_hash(each) for each in value["proof"]]
            hashes = [_hash(value[name]) for name in ("batchRoot", "passportId", "digest")]
            index, count = value["index"], value["count"]
        except (KeyError, TypeError, ValueError) as error:
            raise PassportError("PASSPORT_BATCH_PROOF", "/batch", reason="form") from error
        if type(index) is not int or type(count) is not int or len(proof) > _MAX_PROOF:
            raise PassportError("PASSPORT_BATCH_PROOF", "/batch", reason="form")
        return cls(hashes[0], count, hashes[1], hashes[2], index, tuple(proof))


class Batch:
    """A batch as its manifest gives it: root, items, and the place of each."""

    def __init__(self, items: Iterable[tuple[bytes, bytes]]) -> None:
        """Take (passport id, passport digest) in leaf order; PassportError `PASSPORT_BATCH_FORM`."""
        self.items = tuple(items)
        if not 0 < len(self.items) <= MAX_ITEMS:
            raise PassportError("PASSPORT_BATCH_FORM", "/manifest", reason="count")
        self._index = {passport: at for at, (passport, _) in enumerate(self.items)}
        if len(self._index) != len(self.items):
            raise PassportError("PASSPORT_BATCH_FORM", "/manifest", reason="twice")
        self._levels = [[batch_leaf(*item) for item in self.items]]
        while len(below := self._levels[-1]) > 1:
            pairs = zip(below[::2], below[1::2], strict=False)
            self._levels.append([node_hash(left, right) for left, right in pairs])
        self.root = root_from_nodes(self._node, len(self.items))

    @classmethod
    def parse(cls, manifest: bytes) -> Batch:
        """Read a manifest; PassportError `PASSPORT_BATCH_FORM`."""
        if len(manifest) % ENTRY_BYTES or len(manifest) > MAX_ITEMS * ENTRY_BYTES:
            raise PassportError("PASSPORT_BATCH_FORM", "/manifest", reason="length")
        starts = range(0, len(manifest), ENTRY_BYTES)
        return cls(
            (manifest[at : at + _ID_BYTES], manifest[at + _ID_BYTES : at + ENTRY_BYTES]) for at in starts
        )

    @property
    def manifest(self) -> bytes:
        """The block whose SHA-256 is on the ledger."""
        return b"".join(passport + digest for passport, digest in self.items)

    def args(self, issuer: str) -> dict[str, Any]:
        """The arguments of the act `issueBatch`."""
        return {
            "issuer": issuer,
            "root": self.root.hex(),
            "count": len(self.items),
            "manifest": sha256(self.manifest).hex(),
        }

    def place(self, passport: bytes) -> BatchPlace:
        """Where a passport stands; PassportError `PASSPORT_BATCH_PROOF` if it is not in the batch."""
        at = self._index.get(passport)
        if at is None:
            raise PassportError("PASSPORT_BATCH_PROOF", "/batch", reason="absent")
        proof = inclusion_from_nodes(self._node, at, len(self.items))
        return BatchPlace(self.root, len(self.items), passport, self.items[at][1], at, tuple(proof))

    def _node(self, level: int, index: int) -> bytes:
        return self._levels[level][index]


def _hash(text: str) -> bytes:
    value = bytes.fromhex(text)
    if len(value) != _ID_BYTES or value.hex() != text:
        raise ValueError(text)
    return value
