"""The brand's desk: a passport composed from the evidence, signed once, shown as of a date, and what the words refuse."""

from __future__ import annotations

import json

import pytest

from client import passports
from client.errors import ClientError, NodeError
from client.node_client import NodeClient
from protocol.bundle import parse_bundle
from protocol.custody import build_graph, making
from protocol.errors import FilieraError
from protocol.hashing import graph_digest
from protocol.records import parse_record
from protocol.steps import read_step
from protocol.vocabulary import vocabulary
from tests.client.desk import furnish
from tests.support.makers import Maker
from tests.support.passports import BATCH, ITEM, MODEL, body
from tests.support.serving import serving

BRAND = Maker("brand", ("brand", "supplier"))


@pytest.fixture
def url(tmp_path):
    folder = tmp_path / "node"
    folder.mkdir()
    with serving(folder, BRAND) as address:
        yield address


@pytest.fixture
def node(url):
    with NodeClient(url) as client:
        yield client


@pytest.fixture
def maker(desk):
    return furnish(desk.folder, BRAND.key, BRAND.id.hex())


@pytest.fixture
def coat(node):
    """Two coats in stock, one born as an item."""
    brand = BRAND.twin()
    goods = [{"epcClass": BATCH, "quantity": "2", "uom": "C62"}]
    first = {"lot": BATCH, "lotSeq": 0, "before": "0", "after": "2", "uom": "C62"}
    stock = brand.sign(brand.subject("opening-stock", quantityList=goods, **{"filiera:account": [first]}))
    entry = {
        "lot": BATCH,
        "lotSeq": 1,
        "before": "2",
        "after": "1",
        "uom": "C62",
        "previous": stock.digest.hex(),
    }
    subject = {"epcList": [ITEM], "quantityList": None, "filiera:lot": BATCH, "filiera:account": [entry]}
    born = brand.sign(brand.subject("garment-born", **subject))
    for record in (stock, born):
        node.submit(record.token)
    return born


def issue_all(node, maker) -> list[passports.Issued]:
    model = passports.issue(node, maker, passports.compose(node, body(BRAND, "model", MODEL)), register=False)
    links = {"model": model.reference}
    facts = passports.compose(node, body(BRAND, "batch", BATCH, lot=BATCH, **links))
    batch = passports.issue(node, maker, facts, register=False)
    links["batch"] = batch.reference
    facts = passports.compose(node, body(BRAND, "item", ITEM, item=ITEM, **links))
    return [model, batch, passports.issue(node, maker, facts, register=False)]


def test_what_is_signed_is_the_graph_that_the_evidence_gives(node, maker, coat):
    issued = issue_all(node, maker)
    bundle = parse_bundle(node.custody(ITEM))
    records = [parse_record(record.token) for record in bundle.records]
    graph = build_graph(read_step(each) for each in records if each.kind == "FilieraEvent")
    made = making(graph, ITEM)
    found = node.passport(ITEM)["passport"]
    assert found["graphDigest"] == graph_digest(step.digest for step in made).hex()
    assert found["records"] == len(made) == 2
    assert coat.digest in {step.digest for step in made}
    assert found["catalogueVersion"]
    assert issued[2].digest == node.passport(ITEM)["digest"]


def test_each_level_has_its_fields_and_says_what_asks_for_them(node, coat):
    facts = {"care": ["wash-30"], "commodityCode": "62021100", "description": "Lana"}
    links = {"model": {"id": "urn:uuid:" + "0" * 8 + "-0000-4000-8000-" + "0" * 12, "digest": "0" * 64}}
    model = passports.compose(node, body(BRAND, "model", MODEL, **facts))
    item = passports.compose(
        node, body(BRAND, "item", ITEM, item=ITEM, batch=links["model"], **links, **facts)
    )
    assert {"care", "commodityCode", "description"} <= set(model)
    assert "care" not in item
    assert "commodityCode" not in item
    fields = vocabulary("passport")["fields"]
    for composed in (model, item):
        asked = {entry["field"]: entry for entry in composed["requirements"]}
        assert set(asked) == set(composed) & set(fields)
        assert all(len(entry["on"]) == 10 and entry["source"] and entry["status"] for entry in asked.values())


def test_goods_that_nobody_made_have_no_passport(node, maker):
    with pytest.raises(NodeError) as refusal:
        passports.compose(node, body(BRAND, "batch", BATCH, lot=BATCH))
    assert refusal.value.problem_code == "LOT_UNKNOWN"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id": MODEL[:-1] + "9"}, "CHECK_DIGIT_WRONG"),
        ({"id": ITEM}, "PASSPORT_IDENTIFIER"),
        ({"care": ["wash-me"]}, "PASSPORT_CARE"),
        ({"version": 2}, "PASSPORT_VERSION"),
        (
            {"components": [{"component": "shell", "materials": [{"fibre": "wool", "share": "0.9"}]}]},
            "MATERIAL_SHARES",
        ),
        ({"components": [{"component": "shell", "massShare": "0.9"}]}, "PASSPORT_SHARES"),
        (
            {"components": [{"component": "shell", "materials": [{"fibre": "kryptonite", "share": "1"}]}]},
            None,
        ),
        ({"graphDigest": 7}, None),
        ({"sustainable": True}, None),
    ],
)
def test_what_would_be_refused_is_refused_before_it_leaves_the_desk(node, maker, changes, code):
    with pytest.raises(FilieraError) as refusal:
        passports.send(node, maker, body(BRAND, "model", MODEL) | changes)
    assert not isinstance(refusal.value, NodeError)
    assert code in {None, refusal.value.code}
    with pytest.raises(NodeError):
        node.passport(MODEL)


def test_evidence_that_was_altered_on_its_way_is_not_signed_for(node, maker, coat, monkeypatch):
    genuine = node.custody(ITEM)
    jwt = coat.jwt
    altered = genuine.replace(jwt.encode(), (jwt[:-4] + ("A" if jwt[-4] != "A" else "B") + jwt[-3:]).encode())
    monkeypatch.setattr(node, "custody", lambda _: altered)
    with pytest.raises((ClientError, FilieraError)):
        passports.compose(node, body(BRAND, "item", ITEM, item=ITEM))


def test_without_a_ledger_a_registration_is_refused_and_the_passport_stays_received(node, maker):
    made = passports.compose(node, body(BRAND, "model", MODEL))
    with pytest.raises(NodeError) as refusal:
        passports.issue(node, maker, made)
    assert refusal.value.problem_code
    assert node.passport(MODEL)["state"] == "received"


def test_the_command_shows_what_would_be_signed_and_signs_nothing(desk, url, node, maker):
    file = desk.write("modello.json", body(BRAND, "model", MODEL, care=["wash-30"]))
    said = desk.filiera("passport", "issue", file, "--node", url, "--dry-run")
    assert said.status == 0, said.all
    (shown,) = json.loads(said.out)
    assert shown["id"] == MODEL
    assert shown["requirements"]
    with pytest.raises(NodeError):
        node.passport(MODEL)


def test_show_and_status_speak_of_a_passport(desk, url, node, maker, coat):
    issue_all(node, maker)
    shown = json.loads(desk.filiera("passport", "show", ITEM, "--node", url).out)
    assert (shown["id"], shown["state"], shown["versions"]) == (ITEM, "received", [1])
    status = json.loads(desk.filiera("passport", "status", ITEM, "--node", url).out)
    assert status == {"id": ITEM, "state": "received", "onChain": {"status": "none", "version": 0}}
    early = desk.filiera("passport", "show", ITEM, "--node", url, "--at", "2020-01-01T00:00:00Z")
    assert early.status != 0


def test_words_in_italian_for_what_is_wrong(desk, url, maker):
    unknown = desk.filiera("passport", "show", MODEL, "--node", url)
    assert (unknown.status != 0, "PASSPORT_UNKNOWN" in unknown.err or "Nessun passaporto" in unknown.err) == (
        True,
        True,
    )
    for name, value in (("lista.json", [1]), ("rotto.json", b"{"), ("doppio.json", b'{"id": 1, "id": 2}')):
        said = desk.filiera("passport", "issue", desk.write(name, value), "--node", url, "--dry-run")
        assert said.status != 0
        assert said.err.strip()
    assert desk.filiera("passport", "status", MODEL, "--node", url, "--set", "verde").status != 0
