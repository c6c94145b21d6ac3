"""What the papers of the sample say, and what the records say: the same."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from typing import ClassVar

import pytest

from client.demo.coat import papers
from client.demo.coat.sample import load
from protocol.cid import cid_of_bytes
from protocol.errors import DocumentError
from tests.client.demo.judging import Told, tell

LISTED = json.loads((files("client.demo") / "sample" / "papers.json").read_text("utf-8"))
PAPERS = {paper["file"]: paper for paper in LISTED["papers"]}
TRANSPORT = {paper["file"]: paper for paper in LISTED["transport"]}


@pytest.fixture(scope="module")
def told() -> Told:
    return tell()


def documents(value):
    """Every document in a subject, wherever it stands."""
    if isinstance(value, dict):
        if {"cid", "sha256"} <= value.keys():
            yield value
        for member in value.values():
            yield from documents(member)
    elif isinstance(value, list):
        for member in value:
            yield from documents(member)


def rows(name: str) -> dict[str, str]:
    return dict(PAPERS[name]["rows"])


def test_every_paper_is_named_and_named_as_it_is(told: Told):
    by_digest = {hashlib.sha256(paper.bytes).hexdigest(): paper for paper in load().papers.values()}
    named = set()
    for record in told.records:
        for document in documents(record.subject):
            paper = by_digest[document["sha256"]]
            named.add(paper.name)
            assert document == paper.document
    assert named == set(load().papers) == PAPERS.keys() | TRANSPORT.keys()


def test_papers_are_what_their_names_say():
    for paper in load().papers.values():
        start = b"%PDF-" if paper.media_type == "application/pdf" else b"<?xml"
        assert paper.bytes.startswith(start)


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("ddt-0114-tessuto.xml", "cloth-out"),
        ("ddt-0231-kit.xml", "kits-to-workshop"),
        ("ddt-0232-kit.xml", "kits-to-persiceto"),
        ("ddt-0087-capi.xml", "coats-3-out"),
    ],
)
def test_a_transport_document_is_its_shipment(told: Told, name: str, step: str):
    paper, subject = TRANSPORT[name], told.by_name[step].subject
    (goods,) = subject["quantityList"]
    assert (goods["quantity"], goods["uom"]) == (paper["quantity"], paper["unit"])
    assert subject["filiera:day"] == paper["date"]
    (number,) = subject["bizTransactionList"]
    assert number["bizTransaction"] == f"DDT {paper['number']}/2026"
    names = {entry["id"]: entry["name"] for entry in (*load().companies, *load().absent)}
    parties = {told.telling.references.party(company): said for company, said in names.items()}
    assert parties[subject["sourceList"][0]["source"]] == paper["from"]
    assert parties[subject["destinationList"][0]["destination"]].startswith(paper["to"])


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("certificato-riciclato-2025.pdf", "certificate-2025"),
        ("certificato-riciclato-2026.pdf", "certificate-2026"),
    ],
)
def test_a_certificate_is_its_paper(told: Told, name: str, record: str):
    subject = told.by_name[record].subject
    assert subject["number"] == PAPERS[name]["number"]
    assert subject["issuer"] == PAPERS[name]["issuer"]
    assert (subject["validFrom"], subject["validUntil"]) == (
        rows(name)["Valido dal"],
        rows(name)["Valido al"],
    )
    assert subject["holder"] == told.telling.references.party("recovery")


@pytest.mark.parametrize(
    ("name", "step"), [("durc-confezioni.pdf", "contributions"), ("durc-laboratorio.pdf", "contributions-2")]
)
def test_contributions_are_those_of_the_paper(told: Told, name: str, step: str):
    social = told.by_name[step].subject["filiera:social"]
    assert social["number"] == PAPERS[name]["number"]
    assert social["validity"] == {"from": PAPERS[name]["date"], "to": rows(name)["Valido fino al"]}
    assert social["outcome"] == rows(name)["Esito"].lower()


def test_the_audit_is_that_of_the_paper(told: Told):
    social = told.by_name["audit"].subject["filiera:social"]
    paper = PAPERS["verifica-sociale-sa8000.pdf"]
    assert social["number"] == paper["number"]
    assert social["validity"] == {
        "from": paper["date"],
        "to": rows("verifica-sociale-sa8000.pdf")["Valido fino al"],
    }


def test_the_test_and_the_footprint_are_those_of_the_papers(told: Told):
    test, report = told.by_name["tested"].subject, PAPERS["rapporto-prova-tessuto.pdf"]
    assert test["filiera:test"]["reportNumber"] == report["number"]
    assert test["filiera:day"] == report["date"]
    assert (
        "lotto " + told.by_name["dyed"].subject["filiera:lotCode"]
        in rows("rapporto-prova-tessuto.pdf")["Campione"]
    )
    said, study = told.by_name["footprint"].subject["filiera:footprint"], rows("impronta-tessuto.pdf")
    assert said["methodVersion"] == study["Metodo"]
    assert said["primaryDataShare"] == study["Quota di dati primari"].replace(",", ".")
    values = {each["category"]: each["value"].replace(".", ",") for each in said["categories"]}
    assert study["Cambiamento climatico"].startswith(values["climate-change"])
    assert study["Uso d'acqua"].startswith(values["water-use"])
    parameters = told.by_name["finished"].subject["filiera:parameters"]
    assert f"altezza {parameters['width']} cm, {parameters['grammage']} g/m2" in study["Riferimento"]


def test_dyes_are_those_of_the_safety_data_sheets(told: Told):
    sheet, softener = rows("sds-verde-bosco.pdf"), rows("sds-ammorbidente.pdf")
    for step, text in (
        ("sheet-dye", " ".join(sheet.values())),
        ("sheet-softener", " ".join(softener.values())),
    ):
        subject = told.by_name[step].subject
        assert all(substance["cas"] in text for substance in subject["filiera:substances"])
        assert f"livello {subject['filiera:mrslLevel']}" in text


def test_the_sewing_order_is_that_of_the_paper(told: Told):
    subject, paper = told.by_name["order-sewing"].subject, PAPERS["ordine-lavorazione-confezione.pdf"]
    grid = ", ".join(f"{entry['size']}: {entry['quantity']}" for entry in subject["grid"])
    assert grid == rows("ordine-lavorazione-confezione.pdf")["Taglie"]
    assert (subject["number"], subject["validFrom"]) == (paper["number"], paper["date"])
    assert subject["dueOn"] in rows("ordine-lavorazione-confezione.pdf")["Consegna"]
    assert subject["maySubcontract"] is False


class FakeNode:
    """Takes papers as the node does; `wrong` makes it answer with another media type."""

    taken: ClassVar[dict[str, tuple[str, str]]] = {}
    wrong = False

    def __init__(self, _url: str) -> None:
        self.key = ""

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def sign_in(self, key):
        self.key = key

    def send_document(self, content, query, headers):
        data = b"".join(content)
        self.taken[query["name"]] = (self.key, query["tier"])
        media_type = "text/plain" if self.wrong else headers["Content-Type"]
        return {
            "cid": cid_of_bytes(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "mediaType": media_type,
        }


class FakeStage:
    def node_of(self, _company):
        return type("Node", (), {"url": "http://node.example"})

    def maker(self, company):
        return type("Maker", (), {"key": company})


@pytest.fixture
def node(monkeypatch):
    monkeypatch.setattr(FakeNode, "taken", {})
    monkeypatch.setattr(FakeNode, "wrong", False)
    monkeypatch.setattr(papers, "NodeClient", FakeNode)
    return FakeNode


def test_each_company_brings_its_papers_and_shows_to_all_what_is_for_all(node):
    assert papers.bring(FakeStage(), load()) == len(PAPERS) + len(TRANSPORT)  # type: ignore[arg-type]
    assert node.taken.keys() == load().papers.keys()
    assert node.taken["rapporto-prova-tessuto.pdf"] == ("laboratory", "public")
    assert node.taken["certificato-riciclato-2026.pdf"] == ("certifier", "public")
    assert node.taken["durc-confezioni.pdf"] == ("workshop", "legitimate")
    assert node.taken["ddt-0232-kit.xml"] == ("brand", "legitimate")


def test_a_node_that_calls_a_paper_something_else_is_not_believed(node):
    node.wrong = True
    with pytest.raises(DocumentError, match="DOCUMENT_ANSWER_WRONG"):
        papers.bring(FakeStage(), load())  # type: ignore[arg-type]
