"""Passports on a real chain: issued, verified, recalled, and refused for another history."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from client import passports
from client.errors import ClientError
from client.journal import Journal
from client.node_client import NodeClient
from client.signing import Maker as Signer
from tests.support.makers import Maker
from tests.support.node_process import NodeProcess
from tests.support.passports import BATCH, ITEM, MODEL, body

pytestmark = pytest.mark.chain
ROOT = Path(__file__).resolve().parents[2]


def goods(brand: Maker, process: NodeProcess) -> None:
    """Two coats in stock, one of them born as an item."""
    listed = [{"epcClass": BATCH, "quantity": "2", "uom": "C62"}]
    first = {"lot": BATCH, "lotSeq": 0, "before": "0", "after": "2", "uom": "C62"}
    stock = brand.sign(brand.subject("opening-stock", quantityList=listed, **{"filiera:account": [first]}))
    entry = {
        "lot": BATCH,
        "lotSeq": 1,
        "before": "2",
        "after": "1",
        "uom": "C62",
        "previous": stock.digest.hex(),
    }
    born = brand.sign(
        brand.subject(
            "garment-born",
            epcList=[ITEM],
            quantityList=None,
            **{"filiera:lot": BATCH, "filiera:account": [entry]},
        )
    )
    for record in (stock, born):
        answer = process.post(record)
        assert answer.status_code == 201, answer.text
        process.proof(record)


def anchored(process: NodeProcess, digest: str) -> None:
    process.wait(lambda: process.client.get(f"/events/{digest}/proof").status_code == 200)


def verify(process: NodeProcess) -> tuple[int, set[str]]:
    """Exit status and codes of the item's verification."""
    arguments = [ITEM, "--node", process.url, "--trust", str(process.folder / "trust.json"), "--json"]
    arguments += ["--chain", process.deployed.chain.url]
    command = [sys.executable, "-c", "from verifier.cli import verify; verify()", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    findings = json.loads(done.stdout)["findings"] if done.stdout.startswith("{") else []
    assert done.stdout, done.stderr
    return done.returncode, {found["code"] for found in findings if found["severity"] != "notice"}


def test_passports_from_issue_to_recall(node, tmp_path):
    brand = Maker("brand", ("brand", "supplier"))
    assert node.admit(brand).status_code == 200
    goods(brand, node)
    signer = Signer(brand.key, brand.id.hex(), Journal.open(tmp_path / "brand.journal"))
    with NodeClient(node.url) as client:
        model = passports.issue(client, signer, passports.compose(client, body(brand, "model", MODEL)))
        links = {"model": model.reference}
        facts = body(brand, "batch", BATCH, lot=BATCH, **links)
        links["batch"] = passports.issue(client, signer, passports.compose(client, facts)).reference
        composed = passports.compose(client, body(brand, "item", ITEM, item=ITEM, **links))
        unregistered = passports.issue(client, signer, composed, register=False)
        anchored(node, unregistered.digest)
        assert verify(node) == (2, {"PASSPORT_NOT_ON_CHAIN"})
        args = {"passportId": passports.passport_id(ITEM).hex(), "digest": unregistered.digest}
        passports._act(client, signer, "issue", args)
        assert verify(node) == (0, set())
        shown = client.passport(ITEM)
        assert (shown["state"], shown["onChain"]["status"]) == ("active", "active")
        passports.set_status(client, signer, ITEM, "suspended")
        assert verify(node) == (1, {"PASSPORT_SUSPENDED"})
        passports.set_status(client, signer, ITEM, "active")
        other = composed | {"version": 2, "replaces": unregistered.reference, "graphDigest": "0" * 64}
        with pytest.raises(ClientError, match="graphDigest"):
            passports.issue(client, signer, other)
        assert client.passport(ITEM)["versions"] == [1]
