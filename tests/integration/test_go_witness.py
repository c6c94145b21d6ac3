"""Our witness as others' programs know witnesses: Go's `note`, and the C2SP packages of transparency-dev."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from protocol import merkle
from protocol.checkpoint import Checkpoint, format_vkey, sign_note, split_note
from protocol.cosignature import CHECKPOINT, cosign, cosigners, format_cosigner
from protocol.hashing import sha256
from protocol.keys import private_key_from_secret
from tests.support.go import build
from tests.support.simulator import LOG_KEY, ORIGIN, TRUST
from tests.support.witnesses import ToldChain
from verifier.witness.cosigner import Cosigner
from verifier.witness.server import new_server
from verifier.witness.state import StateFile

pytestmark = pytest.mark.system
SEED = b"\x09" * 32
NAME, KEY = "witness.example/w1", private_key_from_secret("EdDSA", SEED)
COSIGNER = format_cosigner(NAME, KEY.public)
LOG = format_vkey(ORIGIN, LOG_KEY.public)
LEAVES = [sha256(bytes([number])) for number in range(30)]
TIME = 1_800_000_000


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(Path(__file__).parent / "go_witness", tmp_path_factory.mktemp("go"))


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    state = StateFile.create(tmp_path / "state", NAME, KEY.public.raw.hex())
    witness = Cosigner(KEY, TRUST, state, ToldChain(), lambda: TIME)
    with new_server(witness, "127.0.0.1", 0, "{}\n") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def ask(program: Path, op: str, **asked: Any) -> str:
    asked = {"op": op, "log": LOG, "cosigners": [COSIGNER], **asked}
    answer = subprocess.run([program], input=json.dumps(asked), capture_output=True, text=True, check=False)
    return answer.stdout


def note(size: int, leaves: list[bytes] = LEAVES) -> str:
    return sign_note(Checkpoint(ORIGIN, size, merkle.root(leaves[:size])), LOG_KEY)


def proof(old: int, size: int) -> list[str]:
    found = merkle.consistency_proof(LEAVES[:size], old) if old else []
    return [base64.b64encode(each).decode() for each in found]


def test_others_verify_what_our_witness_signs(program: Path) -> None:
    signed = note(12)
    body, _ = split_note(signed)
    line = cosign(body, TIME, NAME, KEY)
    assert ask(program, "open", note=signed + line) == f"ok {NAME} {TIME}\n"
    later = line.replace(line[-20:], "A" * 17 + "==\n")
    assert ask(program, "open", note=signed + later).startswith("refused")


def test_our_verifier_takes_what_others_sign(program: Path) -> None:
    hashed = COSIGNER.split("+")[1]
    secret = f"PRIVATE+KEY+{NAME}+{hashed}+{base64.b64encode(bytes([4]) + SEED).decode()}"
    signed = ask(program, "sign", note=note(12), secret=secret)
    found = cosigners(signed, {NAME: KEY.public.raw}, CHECKPOINT)
    assert set(found) == {NAME}
    assert found[NAME] > 1_700_000_000


def test_anothers_client_is_served_and_refused_as_the_specification_says(program: Path, url: str) -> None:
    def update(old: int, size: int, **changes: Any) -> str:
        asked = {"url": url, "old": old, "proof": proof(old, size), "note": note(size)} | changes
        return ask(program, "update", **asked)

    assert update(0, 10) == f"ok {NAME} {TIME}\n"
    assert update(10, 30) == f"ok {NAME} {TIME}\n"
    assert update(30, 30, proof=[]) == f"ok {NAME} {TIME}\n"
    assert update(0, 10) == "stale 30\n"
    forked = [sha256(b"forked"), *LEAVES[1:]]
    assert "root" in update(30, 30, proof=[], note=note(30, forked))
    unknown = sign_note(Checkpoint("other.example", 31, LEAVES[0]), LOG_KEY)
    assert update(30, 30, proof=[], note=unknown).startswith("refused")
    assert update(30, 30, proof=proof(10, 30)).startswith("refused")
