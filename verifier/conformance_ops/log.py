"""Conformance questions about the log: Merkle proofs and checkpoints, answered by the product's own functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol import merkle
from protocol.checkpoint import parse_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def inclusion(question: Mapping[str, Any]) -> dict[str, Any]:
    """`merkle.inclusion`: `leaf_index`, `tree_size`, `leaf_hash`, `proof[]`, `root` → `valid`."""
    leaf, root = bytes.fromhex(question["leaf_hash"]), bytes.fromhex(question["root"])
    proof = _hashes(question["proof"])
    merkle.verify_inclusion(leaf, question["leaf_index"], question["tree_size"], proof, root)
    return {"valid": True}


def consistency(question: Mapping[str, Any]) -> dict[str, Any]:
    """`merkle.consistency`: `size1`, `size2`, `root1`, `root2`, `proof[]` → `valid`."""
    root1, root2 = bytes.fromhex(question["root1"]), bytes.fromhex(question["root2"])
    proof = _hashes(question["proof"])
    merkle.verify_consistency(question["size1"], root1, question["size2"], root2, proof)
    return {"valid": True}


def root(question: Mapping[str, Any]) -> dict[str, Any]:
    """`merkle.root`: `leaves[]` (leaf hashes) → `root`."""
    return {"root": merkle.root(_hashes(question["leaves"])).hex()}


def prove(question: Mapping[str, Any]) -> dict[str, Any]:
    """`merkle.prove`: `leaves[]`, `leaf_index` → `proof[]`."""
    proof = merkle.inclusion_proof(_hashes(question["leaves"]), question["leaf_index"])
    return {"proof": [each.hex() for each in proof]}


def prove_consistency(question: Mapping[str, Any]) -> dict[str, Any]:
    """`merkle.prove_consistency`: `leaves[]`, `size1` → `proof[]`."""
    proof = merkle.consistency_proof(_hashes(question["leaves"]), question["size1"])
    return {"proof": [each.hex() for each in proof]}


def checkpoint(question: Mapping[str, Any]) -> dict[str, Any]:
    """`checkpoint.parse`: `text`, `vkey` → `origin`, `size`, `root`, `valid`."""
    found = parse_checkpoint(question["text"], question["vkey"])
    return {"origin": found.origin, "size": found.size, "root": found.root.hex(), "valid": True}


def _hashes(texts: list[str] | None) -> list[bytes]:
    return [bytes.fromhex(each) for each in texts or []]


OPS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "merkle.inclusion": inclusion,
    "merkle.consistency": consistency,
    "merkle.root": root,
    "merkle.prove": prove,
    "merkle.prove_consistency": prove_consistency,
    "checkpoint.parse": checkpoint,
}
