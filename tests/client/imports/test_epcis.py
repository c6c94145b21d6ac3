"""EPCIS documents: with what the importer adds they are signed, without it each event says what it lacks."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from protocol.events import check_event
from protocol.records import verify_record
from tests.client.desk import furnish, journal_of
from tests.support.shared import data

SPINNING_MILL = "https://id.gs1.org/414/9527700000020"


@pytest.fixture(autouse=True)
def key(desk):
    return furnish(desk.folder)


def sample(desk, name):
    return desk.write(name, (files("client.demo") / "sample" / "textile" / name).read_bytes())


def signed(desk):
    return [verify_record(record.token) for record in journal_of(desk.folder).signed.values()]


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """The sample's events are of the autumn of 2026."""
    monkeypatch.setattr("client.imports.plan.FUTURE", timedelta(days=36500))


def test_a_company_imports_the_events_of_its_own_facility(desk):
    document, added = sample(desk, "events.json"), sample(desk, "quantities.json")
    arguments = (
        "import",
        "epcis",
        document,
        "--quantities",
        added,
        "--facility",
        SPINNING_MILL,
        "--show",
        "*",
    )
    dry = desk.filiera(*arguments, "--dry-run")
    assert (dry.status, "Da firmare: 5" in dry.out) == (0, True), dry.err
    assert "EPCIS_CLASS_AS_ITEM" in dry.out
    assert not journal_of(desk.folder).signed


def whole(desk):
    """The first three events of the sample, which are the mill's own: two lots and a spinning."""
    events = json.loads(sample(desk, "events.json").read_text("utf-8"))
    events["epcisBody"]["eventList"] = events["epcisBody"]["eventList"][:3]
    return desk.write("tre.json", events)


def test_what_is_added_makes_the_events_whole(desk):
    arguments = ("import", "epcis", whole(desk), "--quantities", sample(desk, "quantities.json"))
    said = desk.filiera(*arguments)
    assert said.status == 0, said.err
    records = signed(desk)
    assert [record.subject["filiera:act"] for record in records] == [
        "lot-declared",
        "lot-declared",
        "process",
    ]
    for record in records:
        check_event(record.claims)
        assert record.subject["eventID"] == record.id
    again = desk.filiera(*arguments)
    assert "Firmati 0" in again.out
    assert len(signed(desk)) == 3


def test_without_quantities_each_event_says_what_it_lacks_and_nothing_is_signed(desk):
    said = desk.filiera("import", "epcis", whole(desk))
    assert said.status == 1
    assert said.err.count("EPCIS_QUANTITY_NEEDED") == 3
    assert "/epcisBody/eventList/0/quantityList/0" in said.err
    assert not signed(desk)


def test_quantities_may_come_as_a_small_table(desk):
    events = json.loads(whole(desk).read_text("utf-8"))
    events["epcisBody"]["eventList"] = events["epcisBody"]["eventList"][:1]
    lot = events["epcisBody"]["eventList"][0]["quantityList"][0]["epcClass"]
    table = desk.write("quantita.csv", f"Lotto;Quantità;Unità\n{lot};320,5;kg\n".encode())
    said = desk.filiera("import", "epcis", desk.write("uno.json", events), "--quantities", table)
    # the material of a raw lot is not in EPCIS: refused, with the field
    assert "SCHEMA_PROPERTY_MISSING" in said.err
    assert "filiera:material" in said.err or "filiera:stage" in said.err


def test_a_changed_event_is_not_signed_a_second_time(desk):
    arguments = ("--quantities", sample(desk, "quantities.json"))
    desk.filiera("import", "epcis", whole(desk), *arguments)
    events = json.loads(whole(desk).read_text("utf-8"))
    events["epcisBody"]["eventList"][0]["eventTime"] = "2026-09-01T06:11:00Z"
    said = desk.filiera("import", "epcis", desk.write("altro.json", events), *arguments)
    assert "ROW_SIGNED_OTHERWISE" in said.err
    assert len(signed(desk)) == 3


def test_one_event_id_for_two_events_is_refused(desk):
    events = json.loads(whole(desk).read_text("utf-8"))
    twin = events["epcisBody"]["eventList"][0] | {"eventTime": "2026-09-01T06:11:00Z"}
    events["epcisBody"]["eventList"].append(twin)
    said = desk.filiera(
        "import", "epcis", desk.write("doppio.json", events), "--quantities", sample(desk, "quantities.json")
    )
    assert "ROW_SIGNED_OTHERWISE" in said.err
    assert not signed(desk)


def test_a_facility_where_nothing_happened_is_said(desk):
    said = desk.filiera("import", "epcis", whole(desk), "--facility", "https://id.gs1.org/414/9527700000099")
    assert said.status == 3
    said = desk.filiera("import", "epcis", whole(desk), "--facility", "qui")
    assert said.status == 3


@pytest.mark.parametrize(
    "document",
    [b"", b"{", b"[]", b'"x"', b"{}", b'{"type":"EPCISDocument"}', b'{"type":"EPCISDocument","epcisBody":{"eventList":[]}}',
     b'{"type":"Nonsense"}', b"<?xml version='1.0'?><epcis/>", b"[" * 5000, b'{"type":"ObjectEvent"}'],
)  # fmt: skip
def test_what_is_no_epcis_document_is_refused(desk, document):
    said = desk.filiera("import", "epcis", desk.write("x.json", document))
    assert said.status in {1, 3}
    assert "CLIENT_DEFECT" not in said.err
    assert "→" in said.err
    assert not signed(desk)


@pytest.mark.parametrize(
    "added",
    [b"", b"[]", b'{"events":[]}', b'{"quantities":{"x":"12 kg"}}', b'{"quantities":{"x":{"quantity":"1,5","uom":"KGM"}}}',
     b'{"events":{"urn:uuid:8aa53dc1-5cda-4293-a25b-c1e5a7dffaf6":7}}'],
)  # fmt: skip
def test_additions_of_the_wrong_form_are_refused(desk, added):
    said = desk.filiera("import", "epcis", whole(desk), "--quantities", desk.write("q.json", added))
    assert said.status in {1, 3}
    assert "CLIENT_DEFECT" not in said.err
    assert not signed(desk)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["commissioning", "transformation-spinning", "transformation-weaving", "observation-chemical",
                                  "fjordline-aurora-lifecycle", "transformation-garment"])  # fmt: skip
def test_the_published_documents_are_imported_or_refused_with_field_and_cause(desk, name):
    path = data("epcis", f"{name}.jsonld")
    said = desk.filiera("import", "epcis", Path(path), "--dry-run")
    assert said.status in {0, 3}
    assert "CLIENT_DEFECT" not in said.err
    for line in said.err.splitlines():
        assert line.startswith(("riga /", "        →", "  →", "EPCIS")), line
