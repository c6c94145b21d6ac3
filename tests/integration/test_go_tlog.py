"""Our log as the authors of the formats read it: Go's `note` and `tlog` on checkpoints, proofs and tiles."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from protocol import merkle
from protocol.checkpoint import Checkpoint, format_vkey, sign_note
from protocol.hashing import leaf_hash, node_hash, sha256
from protocol.keys import private_key_from_secret
from protocol.tiles import TILE_WIDTH, TilePath, format_tile_path
from tests.support.go import build

pytestmark = pytest.mark.system
KEY = private_key_from_secret("EdDSA", b"\x07" * 32)
ORIGIN = "log.example/filiera"
SIZE = 300


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(Path(__file__).parent / "go_tlog", tmp_path_factory.mktemp("go"))


def question(size: int = SIZE) -> dict[str, Any]:
    digests = [sha256(index.to_bytes(4, "big")) for index in range(size)]
    leaves = [leaf_hash(digest) for digest in digests]
    upper = leaves[:TILE_WIDTH]
    while len(upper) > 1:
        upper = [node_hash(upper[at], upper[at + 1]) for at in range(0, len(upper), 2)]
    tiles = {
        TilePath(0, 0, None): b"".join(leaves[:TILE_WIDTH]),
        TilePath(0, 1, size - TILE_WIDTH): b"".join(leaves[TILE_WIDTH:]),
        TilePath(1, 0, 1): upper[0],
    }
    return {
        "note": sign_note(Checkpoint(ORIGIN, size, merkle.root(leaves)), KEY),
        "vkey": format_vkey(ORIGIN, KEY.public),
        "digests": [digest.hex() for digest in digests],
        "inclusion": [[each.hex() for each in merkle.inclusion_proof(leaves, at)] for at in range(size)],
        "consistency": [
            [each.hex() for each in merkle.consistency_proof(leaves, before)] for before in range(1, size)
        ],
        "tiles": [{"path": format_tile_path(path), "data": data.hex()} for path, data in tiles.items()],
    }


def ask(program: Path, asked: dict[str, Any]) -> str:
    answer = subprocess.run([program], input=json.dumps(asked), capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def test_go_accepts_checkpoint_proofs_and_tiles(program: Path) -> None:
    assert ask(program, question()) == f"ok {SIZE}"


@pytest.mark.parametrize("part", ["inclusion", "consistency", "tiles", "digests"])
def test_go_refuses_what_was_altered(program: Path, part: str) -> None:
    asked = question()
    if part == "tiles":
        asked["tiles"][0]["data"] = "00" + asked["tiles"][0]["data"][2:]
    elif part == "digests":
        asked["digests"][3] = sha256(b"another").hex()
    else:
        asked[part][7][0] = sha256(b"another").hex()
    assert ask(program, asked).startswith("refused")
