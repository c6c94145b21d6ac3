"""The Merkle tree of RFC 9162 §2.1: roots, proofs, and their checks.

Proofs are made either from all leaf hashes or from `node(level, index)`, the hash of the complete subtree over
leaves `index · 2^level …` (what tiles and the node's memory hold). Checks are the RFC's own iterative
algorithms; every one raises LogError and returns nothing. A proof from size 0 proves nothing, so it is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.errors import LogError
from protocol.hashing import node_hash, sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Node = Callable[[int, int], bytes]

HASH_BYTES = 32
# Sizes are uint64 on the ledger and in every proof.
MAX_SIZE = 2**63
EMPTY_ROOT = sha256(b"")


def root(leaves: Sequence[bytes]) -> bytes:
    """Root over leaf hashes; SHA-256("") for none."""
    return root_from_nodes(complete_subtrees(leaves), len(leaves))


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Audit path of leaf `index` in the tree over all `leaves`."""
    return inclusion_from_nodes(complete_subtrees(leaves), index, len(leaves))


def consistency_proof(leaves: Sequence[bytes], size1: int) -> list[bytes]:
    """Proof that the tree over the first `size1` leaves is a prefix of the tree over all."""
    return consistency_from_nodes(complete_subtrees(leaves), size1, len(leaves))


def root_from_nodes(node: Node, size: int) -> bytes:
    """Root of the first `size` leaves."""
    return _subtree(node, 0, size) if size else EMPTY_ROOT


def inclusion_from_nodes(node: Node, index: int, size: int) -> list[bytes]:
    """Audit path of leaf `index` in the tree of `size` (RFC 9162 §2.1.3.1), from the leaf up."""
    _check_index(index, size)
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_subtree(node, middle, end))
            end = middle
        else:
            path.append(_subtree(node, start, middle))
            start = middle
    return path[::-1]


def consistency_from_nodes(node: Node, size1: int, size2: int) -> list[bytes]:
    """Consistency proof between two sizes, 0 < size1 ≤ size2 (RFC 9162 §2.1.4.1)."""
    _check_sizes(size1, size2)
    path: list[bytes] = []
    start, end, known = 0, size2, True
    while end != size1:
        middle = start + _split(end - start)
        if size1 <= middle:
            path.append(_subtree(node, middle, end))
            end = middle
        else:
            path.append(_subtree(node, start, middle))
            start, known = middle, False
    # The old tree's own root needs no repeating; a subtree of it does.
    if not known:
        path.append(_subtree(node, start, end))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_: bytes) -> None:
    """Check that `leaf` (a leaf hash) stands at `index` in the tree of `size` with `root_` (§2.1.3.2).

    LogError PROOF_INDEX, PROOF_MALFORMED or PROOF_MISMATCH.
    """
    _check_index(index, size)
    _check_hashes((leaf, root_, *proof))
    at, last, hashed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise LogError("PROOF_MALFORMED")
        if at & 1 or at == last:
            hashed = node_hash(sibling, hashed)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hashed = node_hash(hashed, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise LogError("PROOF_MALFORMED")
    if hashed != root_:
        raise LogError("PROOF_MISMATCH", index=index, size=size)


def verify_consistency(size1: int, root1: bytes, size2: int, root2: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree (`size1`, `root1`) is a prefix of (`size2`, `root2`) (§2.1.4.2).

    LogError PROOF_SIZES (also from size 0), PROOF_MALFORMED or PROOF_MISMATCH.
    """
    _check_sizes(size1, size2)
    if size1 == size2:
        if proof:
            raise LogError("PROOF_MALFORMED")
        if root1 != root2:
            raise LogError("PROOF_MISMATCH", index=size1, size=size2)
        return
    if not proof:
        raise LogError("PROOF_MALFORMED")
    _check_hashes((root1, root2, *proof))
    old, new = _rebuild(size1, size2, root1, proof)
    if old != root1 or new != root2:
        raise LogError("PROOF_MISMATCH", index=size1, size=size2)


def _rebuild(size1: int, size2: int, root1: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The two roots that a proof between unequal sizes leads to."""
    path = list(proof) if size1 & (size1 - 1) else [root1, *proof]
    at, last = size1 - 1, size2 - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise LogError("PROOF_MALFORMED")
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise LogError("PROOF_MALFORMED")
    return old, new


def complete_subtrees(leaves: Sequence[bytes]) -> Node:
    """All complete subtrees over `leaves`, by level and index: the `node` of the functions above."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)])
    return lambda level, index: levels[level][index]


def _subtree(node: Node, start: int, end: int) -> bytes:
    """Hash of the leaves start … end; `start` is a multiple of the largest power of two that fits."""
    width = end - start
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return node(level, start >> level)
    middle = start + _split(width)
    return node_hash(_subtree(node, start, middle), _subtree(node, middle, end))


def _split(width: int) -> int:
    """Largest power of two below `width`, which is at least 2."""
    return 1 << ((width - 1).bit_length() - 1)


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size <= MAX_SIZE:
        raise LogError("PROOF_INDEX", index=index, size=size)


def _check_sizes(size1: int, size2: int) -> None:
    if not 0 < size1 <= size2 <= MAX_SIZE:
        raise LogError("PROOF_SIZES", size1=size1, size2=size2)


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(each) != HASH_BYTES for each in hashes):
        raise LogError("PROOF_MALFORMED")
