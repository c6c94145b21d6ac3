"""The vectors of tests/vectors/log are those of the script, and hold when they are read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from protocol import heads, merkle
from protocol.checkpoint import parse_checkpoint
from protocol.errors import LogError
from protocol.keys import PublicKey
from protocol.receipt import parse_receipt
from protocol.tiles import TilePath, parse_entry_bundle, parse_tile_path
from scripts.make_vectors import log as maker

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "log"


def cases(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("name", sorted(maker.build()))
def test_vectors_are_those_of_the_script(name: str) -> None:
    assert maker.render(maker.build()[name]) == (VECTORS / f"{name}.json").read_text("utf-8")


def test_trees() -> None:
    for case in cases("trees"):
        leaves = [bytes.fromhex(leaf) for leaf in case["leaves"]]
        root, size = bytes.fromhex(case["root"]), len(leaves)
        for index, proof in enumerate(case["inclusion"]):
            merkle.verify_inclusion(leaves[index], index, size, [bytes.fromhex(each) for each in proof], root)
        for size1, proof in enumerate(case["consistency"], 1):
            old = merkle.root(leaves[:size1])
            merkle.verify_consistency(size1, old, size, root, [bytes.fromhex(each) for each in proof])


def test_tiles() -> None:
    for case in cases("tiles"):
        if "code" in case:
            with pytest.raises(LogError, match=case["code"]):
                parse_tile_path(case["path"])
        elif "path" in case:
            assert parse_tile_path(case["path"]) == TilePath(case["level"], case["index"], case["width"])
        else:
            found = parse_entry_bundle(bytes.fromhex(case["bundle"]))
            assert [each.hex() for each in found] == case["digests"]


def test_checkpoints() -> None:
    for case in cases("checkpoints"):
        if "code" in case:
            with pytest.raises(LogError, match=case["code"]):
                parse_checkpoint(case["note"], case["vkey"])
        else:
            found = parse_checkpoint(case["note"], case["vkey"])
            assert (found.origin, found.size, found.root.hex()) == (
                case["origin"],
                case["size"],
                case["root"],
            )


def test_heads_follow_one_another() -> None:
    prev = bytes(32)
    for case in cases("heads"):
        manifest = heads.parse_manifest(bytes.fromhex(case["manifestBlock"]))
        affected = heads.parse_affected(bytes.fromhex(case["affectedBlock"]), manifest)
        assert [each.hex() for each in affected] == case["affected"]
        assert prev.hex() == case["prev"]
        prev = bytes.fromhex(case["headHash"])


def test_receipts() -> None:
    for case in cases("receipts"):
        found = parse_receipt(case["token"], PublicKey.from_did(case["key"]))
        assert found.record.hex() == case["record"]
