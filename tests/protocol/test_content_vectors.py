"""The vectors of tests/vectors/content are those of the script, and hold when they are read back."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from aleph_cid import CidHasher

from protocol.car import read_car
from protocol.cid import format_cid, parse_cid
from protocol.errors import DocumentError
from protocol.unixfs import read_file
from scripts.make_vectors import content as maker

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "content"
BUILT = maker.build()


def cases(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("name", sorted(BUILT))
def test_vectors_are_those_of_the_script(name: str) -> None:
    assert maker.render(BUILT[name]) == (VECTORS / f"{name}.json").read_text("utf-8")


@pytest.mark.parametrize("case", cases("files"), ids=lambda case: str(case["size"]))
def test_files_have_the_address_of_another_implementation(case: dict[str, Any]) -> None:
    hasher = CidHasher.for_ipfs_v1_raw_leaves()
    hasher.update(bytes.fromhex(case["byte"]) * case["size"])
    assert hasher.finalize() == case["cid"]


@pytest.mark.parametrize("case", cases("cids"), ids=lambda case: case["name"])
def test_spellings(case: dict[str, Any]) -> None:
    if case["cid"] is not None:
        assert parse_cid(case["text"]).hex() == case["cid"]
        return
    with pytest.raises(DocumentError, match="CID_MALFORMED"):
        parse_cid(case["text"])


@pytest.mark.parametrize("case", cases("blocks"), ids=lambda case: case["name"])
def test_blocks(case: dict[str, Any]) -> None:
    blocks = {parse_cid(cid): bytes.fromhex(block) for cid, block in case["blocks"].items()}
    read = read_file(parse_cid(case["cid"]), blocks.__getitem__)
    if case["code"] is None:
        assert b"".join(read).hex() == case["data"]
        return
    with pytest.raises(DocumentError, match=case["code"]):
        list(read)


@pytest.mark.parametrize("case", cases("archives"))
def test_archives(case: dict[str, Any]) -> None:
    roots, blocks = read_car(io.BytesIO(bytes.fromhex(case["car"])).read)
    assert [format_cid(root) for root in roots] == [case["root"]]
    assert b"".join(read_file(roots[0], dict(blocks).__getitem__)).hex() == case["data"]
