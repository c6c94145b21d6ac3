"""After an erasure every proof holds as before; what was erased is withheld, for everybody and for ever."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from protocol.bundle import parse_bundle
from protocol.records import parse_record
from tests.support.makers import Maker, lot
from tests.support.node_process import NodeProcess

pytestmark = pytest.mark.chain
ROOT = Path(__file__).resolve().parents[2]
_VERIFY = "from verifier.cli import verify; verify()"


def verified(node: NodeProcess, file: Path) -> dict[str, str]:
    arguments = [
        str(file),
        "--trust",
        str(node.folder / "trust.json"),
        "--chain",
        node.deployed.chain.url,
        "--json",
    ]
    done = subprocess.run(
        [sys.executable, "-c", _VERIFY, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    return {name: report[name] for name in ("verdict", "exit", "graphDigest")} | {"codes": sorted(
        found["code"] for found in report["findings"] if found["code"] != "EVIDENCE_AS_OF_HEAD"
    )}  # fmt: skip


def test_a_verdict_is_the_same_after_an_erasure(node, tmp_path):
    anna = Maker("anna")
    assert node.admit(anna).status_code == 200
    wool = anna.declare("wool", hidden=("filiera:lotCode",), **{"filiera:stage": "raw-material"})
    yarn = anna.spin("wool", "yarn", quantity="120", made="110")
    for record in (wool, yarn):
        assert node.post(record).status_code == 201
        node.proof(record)
    before, after = tmp_path / "before.filiera", tmp_path / "after.filiera"
    before.write_bytes(node.client.get(f"/lots/{lot('yarn')}/custody").content)
    proof = node.proof(wool)

    named = {"reason": "data-subject-request", "records": [{"id": wool.id, "digest": wool.digest.hex()}]}
    erasure = anna.sign(anna.subject("erasure", **{"filiera:erasure": named}))
    assert node.post(erasure).status_code == 201
    node.proof(erasure)
    after.write_bytes(node.client.get(f"/lots/{lot('yarn')}/custody").content)

    assert node.proof(wool) == proof
    left = {record.digest: record for record in map(parse_record, tokens(after))}
    assert (left[wool.digest].disclosures, left[wool.digest].jwt) == ((), wool.jwt)
    assert verified(node, after) == verified(node, before)
    assert verified(node, after)["verdict"] == "verified"


def tokens(file: Path) -> list[str]:
    return [entry.token for entry in parse_bundle(file.read_bytes()).records]
