"""The page's worker asks a real chain, and finds what `filiera verify` finds: goods, passports, batches, endpoints that lie."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from client import passports
from client.journal import Journal
from client.node_client import NodeClient
from client.signing import Maker as Signer
from protocol.bundle import parse_bundle
from protocol.checks.credentials import read_memberships, read_records
from tests.support.chain import deployed, session_chain  # noqa: F401 - fixtures
from tests.support.liar import Liar
from tests.support.makers import Maker
from tests.support.node_process import NodeProcess
from tests.support.passports import BATCH, MODEL, body
from tests.web.alike import told
from tests.web.peers import Peer
from verifier.endpoints import read_endpoints
from verifier.report import to_json
from verifier.trust import parse_trust
from verifier.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.chain
ITEMS = [f"{MODEL}/21/S{at}" for at in range(3)]


@pytest.fixture(scope="module")
def core() -> Iterator[Peer]:
    with Peer("tests/web/peer.mjs") as peer:
        yield peer


@pytest.fixture
def node(tmp_path, deployed):  # noqa: F811 - a fixture
    process = NodeProcess(tmp_path, deployed)
    process.start()
    yield process
    process.kill()
    process.client.close()


def born(brand: Maker, process: NodeProcess) -> None:
    """A lot of coats in stock, each of them born as an item."""
    account = {"lot": BATCH, "lotSeq": 0, "before": "0", "after": "3", "uom": "C62"}
    listed = [{"epcClass": BATCH, "quantity": "3", "uom": "C62"}]
    records = [
        brand.sign(brand.subject("opening-stock", quantityList=listed, **{"filiera:account": [account]}))
    ]
    for at, item in enumerate(ITEMS):
        account = {
            **account,
            "lotSeq": at + 1,
            "before": str(3 - at),
            "after": str(2 - at),
            "previous": records[-1].digest.hex(),
        }
        goods = {
            "epcList": [item],
            "quantityList": None,
            "filiera:lot": BATCH,
            "filiera:account": [account],
        }
        records.append(brand.sign(brand.subject("garment-born", **goods)))
    for record in records:
        assert process.post(record).status_code == 201
    process.proof(records[-1])


def test_both_ask_a_real_chain_alike(core: Peer, node: NodeProcess, tmp_path: Path):
    brand = Maker("brand", ("brand", "supplier"))
    assert node.admit(brand).status_code == 200
    signer = Signer(brand.key, brand.id.hex(), Journal.open(tmp_path / "brand.journal"))
    trust = json.dumps(node.deployed.deployment.trust())
    url = node.deployed.chain.url
    with NodeClient(node.url) as client:
        born(brand, node)
        model = passports.issue(client, signer, passports.compose(client, body(brand, "model", MODEL)))
        links = {"model": model.reference}
        facts = passports.compose(client, body(brand, "batch", BATCH, lot=BATCH, **links))
        links["batch"] = passports.issue(client, signer, facts).reference
        bodies = [passports.compose(client, body(brand, "item", item, item=item, **links)) for item in ITEMS]
        issued = [passports.issue(client, signer, each, register=False) for each in bodies]
        for each in issued:
            node.wait(lambda found=each: is_anchored(node, found.digest))
        assert codes(agreed(core, client.custody(ITEMS[0]), trust, url)) == {"PASSPORT_NOT_ON_CHAIN"}
        passports.register_batch(client, signer, issued)
        passports.set_status(client, signer, ITEMS[1], "suspended")
        assert codes(agreed(core, client.custody(ITEMS[0]), trust, url, url)) == set()
        assert codes(agreed(core, client.custody(ITEMS[1]), trust, url)) == {"PASSPORT_SUSPENDED"}
        assert codes(agreed(core, client.custody(BATCH), trust, url)) == set()
        evidence = client.custody(ITEMS[0])
    pinned = node.deployed.deployment
    with Liar(url, pinned) as liar:
        assert codes(agreed(core, evidence, trust, liar.url)) == {"BUNDLE_CHAIN_MISMATCH"}
        said = asked(core, evidence, trust, url, liar.url)
        assert (said["verdict"], codes(said)) == (
            "unreachable",
            {"CHAIN_ENDPOINTS_DISAGREE", "CHAIN_NOT_ASKED"},
        )
    with Liar(url, pinned, height=10**6) as liar:
        assert "CHAIN_ENDPOINT_BEHIND" in codes(asked(core, evidence, trust, url, liar.url))
    away = "http://127.0.0.1:9"
    said = asked(core, evidence, trust, away)
    assert (said["verdict"], codes(said)) == ("unreachable", {"CHAIN_NOT_ASKED", "CHAIN_UNREACHABLE"})
    assert asked(core, evidence, trust, away, url)["confirmation"]["endpoints"] == [url]


def is_anchored(node: NodeProcess, digest: str) -> bool:
    return node.client.get(f"/events/{digest}/proof").status_code == 200


def asked(core: Peer, evidence: bytes, trust: str, *chains: str) -> dict[str, Any]:
    """The worker's report."""
    encoded = base64.b64encode(evidence).decode()
    question = {"op": "asked_bundle", "bundle": encoded, "trust": trust, "chains": chains}
    return core.ask(json.dumps(question).encode())


def agreed(core: Peer, evidence: bytes, trust: str, *chains: str) -> dict[str, Any]:
    """The report that both give."""
    bundle, pinned = parse_bundle(evidence), parse_trust(trust.encode())
    records, unsound = read_records(bundle.records)
    members, _ = read_memberships(bundle.memberships)
    view, _ = read_endpoints(chains, pinned, bundle, records, members)
    here = to_json(verify(bundle, records, unsound, pinned, view), "en")
    there = asked(core, evidence, trust, *chains)
    assert told(there) == told(here)
    assert there["confirmation"]["by"] == "chain"
    return there


def codes(report: dict[str, Any]) -> set[str]:
    return {found["code"] for found in report["findings"] if found["severity"] != "notice"}
