"""The tree against the published vectors, a second library and every proof of every small tree."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import merkle
from protocol.errors import LogError
from protocol.hashing import leaf_hash, node_hash, sha256
from tests.support.shared import vectors

if TYPE_CHECKING:
    from pathlib import Path

SIZES = st.integers(min_value=1, max_value=300)


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(sha256(index.to_bytes(4, "big"))) for index in range(count)]


def flipped(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data, "big") ^ (1 << bit)).to_bytes(len(data), "big")


def decoded(value: str | None) -> bytes:
    return base64.b64decode(value or "")


def judge(case: dict[str, Any], *, inclusion: bool) -> None:
    proof = [decoded(each) for each in case["proof"] or []]
    if inclusion:
        merkle.verify_inclusion(
            decoded(case["leafHash"]), case["leafIdx"], case["treeSize"], proof, decoded(case["root"])
        )
    else:
        merkle.verify_consistency(
            case["size1"], decoded(case["root1"]), case["size2"], decoded(case["root2"]), proof
        )


def published(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.json"))


@pytest.mark.shared
@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_every_published_proof_is_judged_as_its_authors_do(kind: str) -> None:
    files = published(vectors("merkle", kind))
    assert len(files) > 40
    for file in files:
        case = json.loads(file.read_text())
        try:
            judge(case, inclusion=kind == "inclusion")
        except LogError:
            assert case["wantErr"], file.name
        else:
            assert not case["wantErr"], file.name


@pytest.mark.parametrize("size", range(1, 40))
def test_every_leaf_of_every_small_tree_is_proven(size: int) -> None:
    tree = leaves(size)
    root = merkle.root(tree)
    for index in range(size):
        merkle.verify_inclusion(tree[index], index, size, merkle.inclusion_proof(tree, index), root)


@pytest.mark.parametrize("size", range(1, 40))
def test_every_small_tree_is_consistent_with_all_before_it(size: int) -> None:
    tree = leaves(size)
    for before in range(1, size + 1):
        proof = merkle.consistency_proof(tree, before)
        merkle.verify_consistency(before, merkle.root(tree[:before]), size, merkle.root(tree), proof)


@given(SIZES)
def test_a_second_library_gives_the_same_root(size: int) -> None:
    entries = [sha256(index.to_bytes(4, "big")) for index in range(size)]
    other = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in entries:
        other.append_entry(entry)
    assert merkle.root([leaf_hash(entry) for entry in entries]) == other.get_root()


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert merkle.root([]) == sha256(b"")


@given(SIZES, st.data())
def test_an_altered_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    tree = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(tree, index)
    parts = [tree[index], merkle.root(tree), *proof]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flipped(parts[which], data.draw(st.integers(0, 255)))
    leaf, root, *altered = parts
    with pytest.raises(LogError, match="PROOF_MISMATCH"):
        merkle.verify_inclusion(leaf, index, size, altered, root)


@given(SIZES, st.data())
def test_an_altered_consistency_proof_is_refused(size: int, data: st.DataObject) -> None:
    tree = leaves(size)
    before = data.draw(st.integers(1, size))
    proof = merkle.consistency_proof(tree, before)
    parts = [merkle.root(tree[:before]), merkle.root(tree), *proof]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flipped(parts[which], data.draw(st.integers(0, 255)))
    root1, root2, *altered = parts
    with pytest.raises(LogError, match="PROOF_MISMATCH"):
        merkle.verify_consistency(before, root1, size, root2, altered)


def test_a_rewritten_log_is_not_consistent() -> None:
    honest = leaves(20)
    rewritten = [*honest[:7], leaf_hash(sha256(b"another past")), *honest[8:], *leaves(25)[20:]]
    proof = merkle.consistency_proof(rewritten, 20)
    with pytest.raises(LogError, match="PROOF_MISMATCH"):
        merkle.verify_consistency(20, merkle.root(honest), 25, merkle.root(rewritten), proof)


def test_a_node_can_not_pass_as_a_leaf() -> None:
    left, right = leaves(2)
    with pytest.raises(LogError):
        merkle.verify_inclusion(leaf_hash(left + right), 0, 1, [], node_hash(left, right))


@pytest.mark.parametrize("size1", [0, 4])
def test_consistency_from_nothing_or_backwards_is_refused(size1: int) -> None:
    with pytest.raises(LogError, match="PROOF_SIZES"):
        merkle.verify_consistency(size1, merkle.EMPTY_ROOT, 3, merkle.root(leaves(3)), [])
