"""A whole order on a real chain: serials reserved, garments born, passports under one root, one recalled, one revised."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from client import passports
from client.journal import Journal
from client.node_client import NodeClient
from client.signing import Maker as Signer
from protocol.bundle import parse_bundle
from tests.support.makers import Maker
from tests.support.node_process import NodeProcess
from tests.support.passports import BATCH, GTIN, MODEL, body

pytestmark = pytest.mark.chain
ROOT = Path(__file__).resolve().parents[2]
ORDER = "urn:filiera:order:" + "a" * 26


def born(brand: Maker, process: NodeProcess, items: list[str]) -> None:
    """A lot of coats in stock, each of them born as an item."""
    total = len(items)
    listed = [{"epcClass": BATCH, "quantity": str(total), "uom": "C62"}]
    first = {"lot": BATCH, "lotSeq": 0, "before": "0", "after": str(total), "uom": "C62"}
    last = brand.sign(brand.subject("opening-stock", quantityList=listed, **{"filiera:account": [first]}))
    records = [last]
    for at, item in enumerate(items):
        entry = {
            "lot": BATCH,
            "lotSeq": at + 1,
            "before": str(total - at),
            "after": str(total - at - 1),
            "uom": "C62",
        }
        account = [entry | {"previous": last.digest.hex()}]
        goods = {"epcList": [item], "quantityList": None, "filiera:lot": BATCH, "filiera:account": account}
        last = brand.sign(brand.subject("garment-born", **goods))
        records.append(last)
    for record in records:
        answer = process.post(record)
        assert answer.status_code == 201, answer.text
    process.proof(last)


def verify(process: NodeProcess, target: str, *more: str) -> tuple[int, set[str], str]:
    """Exit status, codes, and what was verified."""
    arguments = [target, "--trust", str(process.folder / "trust.json"), "--json", *more]
    command = [sys.executable, "-c", "from verifier.cli import verify; verify()", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    found = {each["code"] for each in report["findings"] if each["severity"] != "notice"}
    return done.returncode, found, report["target"]


def test_an_order_under_one_signature(node, tmp_path):
    brand = Maker("brand", ("brand", "supplier"))
    assert node.admit(brand).status_code == 200
    signer = Signer(brand.key, brand.id.hex(), Journal.open(tmp_path / "brand.journal"))
    chain = ("--chain", node.deployed.chain.url)
    with NodeClient(node.url) as client:
        model = passports.issue(client, signer, passports.compose(client, body(brand, "model", MODEL)))
        items = passports.reserve(client, signer, GTIN, ORDER, 5)
        assert client.serials(ORDER) == sorted(items)
        label = items[0].replace("https://id.gs1.org", node.url)
        scanned = node.client.get(label, headers={"accept": "text/html"})
        assert (scanned.status_code, "In produzione" in scanned.text) == (404, True)

        born(brand, node, items)
        links = {"model": model.reference}
        facts = body(brand, "batch", BATCH, lot=BATCH, **links)
        links["batch"] = passports.issue(client, signer, passports.compose(client, facts)).reference
        bodies = [passports.compose(client, body(brand, "item", item, item=item, **links)) for item in items]
        issued = [passports.issue(client, signer, each, register=False) for each in bodies]
        for each in issued:
            node.wait(lambda found=each: node.client.get(f"/events/{found.digest}/proof").status_code == 200)
        assert verify(node, label, *chain)[:2] == (2, {"PASSPORT_NOT_ON_CHAIN"})

        before = client.nonce("passports", signer.participant)
        root = passports.register_batch(client, signer, issued)
        assert passports.register_batch(client, signer, issued[::-1]) == root
        assert client.nonce("passports", signer.participant) == before + 1, "one signature, one payment"
        for item in items:
            assert client.passport(item)["onChain"] == {"status": "active", "version": 1}
        assert verify(node, label, *chain) == (0, set(), items[0])
        assert verify(node, items[1], "--node", node.url, *chain)[:2] == (0, set())

        passports.set_status(client, signer, items[1], "suspended")
        assert client.passport(items[1])["state"] == "suspended"
        assert verify(node, items[1], "--node", node.url, *chain)[:2] == (1, {"PASSPORT_SUSPENDED"})
        assert verify(node, items[2], "--node", node.url, *chain)[:2] == (0, set())

        later = bodies[2] | {"version": 2, "replaces": issued[2].reference, "description": "Bottoni cambiati"}
        second = passports.issue(client, signer, later)
        node.wait(lambda: node.client.get(f"/events/{second.digest}/proof").status_code == 200)
        found = client.passport(items[2])
        assert (found["version"], found["state"], "batch" in found) == (2, "active", False)
        assert verify(node, items[2], "--node", node.url, *chain)[:2] == (0, set())
        third = passports.issue(client, signer, later | {"version": 3, "replaces": second.reference})
        assert client.passport(items[2])["onChain"] == {"status": "active", "version": 2}
        assert client.passport(items[2])["digest"] == third.digest


def test_a_bundle_carries_the_place_and_a_swapped_place_is_found(node, tmp_path):
    brand = Maker("brand", ("brand", "supplier"))
    assert node.admit(brand).status_code == 200
    signer = Signer(brand.key, brand.id.hex(), Journal.open(tmp_path / "brand.journal"))
    items = [f"{MODEL}/21/S{at}" for at in range(3)]
    with NodeClient(node.url) as client:
        born(brand, node, items)
        links = {
            "model": passports.issue(
                client, signer, passports.compose(client, body(brand, "model", MODEL))
            ).reference
        }
        facts = passports.compose(client, body(brand, "batch", BATCH, lot=BATCH, **links))
        links["batch"] = passports.issue(client, signer, facts).reference
        bodies = [passports.compose(client, body(brand, "item", item, item=item, **links)) for item in items]
        issued = [passports.issue(client, signer, each, register=False) for each in bodies]
        passports.register_batch(client, signer, issued)
        for each in issued:
            node.wait(lambda found=each: node.client.get(f"/events/{found.digest}/proof").status_code == 200)
        first, other = client.custody(items[0]), client.custody(items[1])
    file = tmp_path / "capo.filiera"
    file.write_bytes(first)
    chain = ("--chain", node.deployed.chain.url)
    assert verify(node, str(file), *chain)[:2] == (0, set())
    place, foreign = parse_bundle(first).batches[0], parse_bundle(other).batches[0]
    swapped = first
    for mine, theirs in ((place.passport, foreign.passport), (place.digest, foreign.digest)):
        swapped = swapped.replace(mine.hex().encode(), theirs.hex().encode())
    file.write_bytes(swapped)
    command = [sys.executable, "-c", "from verifier.cli import verify; verify()", str(file), "--lang", "en"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "PASSPORT_BATCH_PROOF" in done.stderr
