"""EPCIS documents of others: every finding has a code and a place, nothing crashes."""

from __future__ import annotations

import json
from contextlib import suppress
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.cbv import short_word, word_iri
from protocol.codes import all_codes
from protocol.epcis import events_of, parse_epcis_time, validate_epcis
from protocol.epcis_hash import event_hashes
from protocol.errors import FilieraError, FormatError
from tests.support.shared import data, vectors

EVENT: dict[str, Any] = {
    "type": "ObjectEvent",
    "eventTime": "2026-03-02T09:15:00+01:00",
    "eventTimeZoneOffset": "+01:00",
    "action": "OBSERVE",
    "bizStep": "shipping",
    "disposition": "in_transit",
    "quantityList": [
        {"epcClass": "https://id.gs1.org/01/09521234000013/10/A", "quantity": Decimal("12.5"), "uom": "KGM"}
    ],
    "readPoint": {"id": "https://id.gs1.org/414/9521234000020"},
    "sourceList": [{"type": "possessing_party", "source": "https://id.gs1.org/417/9521234000006"}],
    "destinationList": [{"type": "possessing_party", "destination": "https://id.gs1.org/417/9521234000136"}],
    "bizTransactionList": [{"type": "desadv", "bizTransaction": "https://erp.example/27"}],
}


def document(*events: object, **changes: object) -> dict[str, Any]:
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-02T10:00:00Z",
        "epcisBody": {"eventList": list(events)},
    } | changes


def codes(value: object) -> set[tuple[str, str]]:
    return {(finding.code, finding.place) for finding in validate_epcis(value).findings if finding.refuses}


def test_a_good_document_and_a_bare_event_pass():
    assert validate_epcis(document(EVENT)).valid
    assert validate_epcis(EVENT).valid
    assert validate_epcis(document(EVENT)).codes == ()
    assert [place for place, _ in events_of(document(EVENT, EVENT))][1] == "/epcisBody/eventList/1"


def test_all_findings_are_reported_not_the_first_only():
    bad = EVENT | {"action": "LOOK", "bizStep": "walking", "colour": "red"}
    assert codes(bad) == {
        ("EPCIS_VALUE", "/action"), ("EPCIS_WORD", "/bizStep"), ("EPCIS_FIELD_UNKNOWN", "/colour"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": "MakeEvent"}, "EPCIS_EVENT_TYPE"),
        ({"type": None}, "EPCIS_DOCUMENT"),
        ({"eventTime": "2026-03-02"}, "EPCIS_TIME"),
        ({"eventTime": "2026-02-30T10:00:00Z"}, "EPCIS_TIME"),
        ({"eventTime": "0001-01-01T00:00:00+14:00"}, "EPCIS_TIME"),
        ({"eventTimeZoneOffset": "+15:00"}, "EPCIS_TIME"),
        ({"disposition": "https://ref.gs1.org/cbv/Disp-lost"}, "EPCIS_WORD"),
        ({"epcList": ["no uri"]}, "EPCIS_IDENTIFIER"),
        ({"epcList": ["urn:x:1", "urn:x:1"]}, "LOT_TWICE"),
        ({"epcList": "urn:x:1"}, "EPCIS_VALUE"),
        ({"quantityList": [{"quantity": 1}]}, "EPCIS_FIELD_MISSING"),
        ({"quantityList": [{"epcClass": "urn:x:1", "quantity": "1"}]}, "EPCIS_VALUE"),
        ({"quantityList": [{"epcClass": "urn:x:1", "quantity": True}]}, "EPCIS_VALUE"),
        ({"quantityList": [{"epcClass": "urn:x:1", "quantity": -1}]}, "EPCIS_VALUE"),
        ({"quantityList": [{"epcClass": "urn:x:1", "quantity": float("nan")}]}, "EPCIS_VALUE"),
        ({"quantityList": [{"epcClass": "urn:x:1", "quantity": 1, "uom": "kg"}]}, "EPCIS_VALUE"),
        ({"readPoint": "urn:x:1"}, "EPCIS_IDENTIFIER"),
        ({"sourceList": [{"source": "urn:x:1"}]}, "EPCIS_FIELD_MISSING"),
        ({"sourceList": {}}, "EPCIS_VALUE"),
        ({"bizTransactionList": [{"type": "letter", "bizTransaction": "urn:x:1"}]}, "EPCIS_WORD"),
        ({"errorDeclaration": {}}, "EPCIS_FIELD_MISSING"),
        ({"errorDeclaration": {"declarationTime": "now", "reason": "oops"}}, "EPCIS_TIME"),
        ({"persistentDisposition": {"set": ["lost"]}}, "EPCIS_WORD"),
        ({"ilmd": {"ex:a": 1}}, "EPCIS_VALUE"),
        ({"ilmd": 1}, "EPCIS_VALUE"),
        ({"certificationInfo": 5}, "EPCIS_IDENTIFIER"),
    ],
)
def test_bad_field_gets_its_code(change, code):
    assert code in {found for found, _ in codes(EVENT | change)}


@pytest.mark.parametrize("name", ["eventTime", "eventTimeZoneOffset", "action", "quantityList"])
def test_missing_field_is_named(name):
    event = {key: value for key, value in EVENT.items() if key != name}
    assert codes(event) == {("EPCIS_FIELD_MISSING", "")}


@pytest.mark.parametrize(
    ("event", "valid"),
    [
        ({"type": "TransformationEvent", "inputEPCList": ["urn:x:1"], "outputEPCList": ["urn:x:2"]}, True),
        ({"type": "TransformationEvent", "inputEPCList": ["urn:x:1"]}, False),
        ({"type": "TransformationEvent", "inputEPCList": ["urn:x:1"], "transformationID": "urn:t:1"}, True),
        ({"type": "TransformationEvent", "inputEPCList": ["urn:x:1"], "outputEPCList": ["urn:x:2"], "action": "ADD"}, False),
        ({"type": "AggregationEvent", "action": "ADD", "parentID": "urn:x:1", "childEPCs": ["urn:x:2"]}, True),
        ({"type": "AggregationEvent", "action": "ADD", "childEPCs": ["urn:x:2"]}, False),
        ({"type": "AggregationEvent", "action": "DELETE", "parentID": "urn:x:1"}, True),
        ({"type": "AssociationEvent", "action": "ADD", "parentID": "urn:x:1"}, False),
        ({"type": "TransactionEvent", "action": "ADD", "epcList": ["urn:x:1"]}, False),
        ({"type": "ObjectEvent", "action": "OBSERVE", "epcList": []}, True),
        ({"type": "ObjectEvent", "action": "ADD", "epcList": ["urn:x:1"], "ilmd": {"ex:a": 1}}, True),
    ],
)  # fmt: skip
def test_each_type_has_its_goods(event, valid):
    common = {"eventTime": "2026-03-02T09:15:00Z", "eventTimeZoneOffset": "+00:00"}
    assert validate_epcis(common | event).valid is valid


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "EPCIS_DOCUMENT"),
        ([EVENT], "EPCIS_DOCUMENT"),
        ({}, "EPCIS_DOCUMENT"),
        (document(EVENT, epcisBody={}), "EPCIS_DOCUMENT"),
        (document(EVENT, epcisBody={"eventList": {}}), "EPCIS_DOCUMENT"),
        (document(EVENT, schemaVersion="1.2"), "EPCIS_VERSION"),
        (document(EVENT, schemaVersion=2.0), "EPCIS_VERSION"),
        (document(EVENT, creationDate="today"), "EPCIS_TIME"),
        (document(EVENT, colour="red"), "EPCIS_FIELD_UNKNOWN"),
        (document("event"), "EPCIS_EVENT_TYPE"),
        ({"type": "EPCISDocument", "epcisBody": {"eventList": []}}, "EPCIS_FIELD_MISSING"),
    ],
)
def test_bad_document_gets_its_code(value, code):
    report = validate_epcis(value)
    assert not report.valid
    assert code in report.codes


def test_comments_are_reported_and_ignored_and_extensions_pass():
    event = EVENT | {"_comment": ["draft"], "eutex:carbon": 5}
    report = validate_epcis(document(event))
    assert report.valid
    assert report.codes == ("EPCIS_COMMENT_IGNORED",)


@pytest.mark.parametrize(
    "spelling",
    [
        "shipping",
        "urn:epcglobal:cbv:bizstep:shipping",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "cbv:BizStep-shipping",
    ],
)
def test_a_word_has_three_spellings_and_one_meaning(spelling):
    assert short_word("bizStep", spelling) == "shipping"
    assert word_iri("bizStep", spelling) == "https://ref.gs1.org/cbv/BizStep-shipping"
    assert validate_epcis(EVENT | {"bizStep": spelling}).valid


def test_a_foreign_word_is_a_uri():
    assert short_word("bizStep", "https://erp.example/steps/steaming") == "https://erp.example/steps/steaming"
    for text in ("steaming", "", None, 5, "urn:epcglobal:cbv:bizstep:steaming"):
        with pytest.raises(FormatError, match="EPCIS_WORD"):
            short_word("bizStep", text)


def test_times_keep_their_instant():
    assert (
        parse_epcis_time("2026-03-02T09:15:00.1234567891+01:00").isoformat()
        == "2026-03-02T08:15:00.123456+00:00"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*EVENT, "x:y", "id"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.data(), JSON)
def test_nothing_crashes_whatever_stands_anywhere(draws, junk):
    event = deepcopy(EVENT)
    event[draws.draw(st.sampled_from([*EVENT, "sensorElementList", "ilmd", "x:y", "errorDeclaration"]))] = (
        junk
    )
    for value in (event, document(event), junk):
        report = validate_epcis(value)
        assert set(report.codes) <= set(all_codes())
        with suppress(FilieraError):
            event_hashes(value)


@pytest.mark.shared
def test_public_textile_events_are_read():
    for path in sorted(data("epcis").glob("*.jsonld")):
        report = validate_epcis(json.loads(path.read_text("utf-8"), parse_float=Decimal))
        assert report.valid, (path.name, report.findings)
        assert report.codes == ("EPCIS_COMMENT_IGNORED",)


@pytest.mark.shared
def test_public_hash_documents_are_read():
    for path in sorted(vectors("epcis-event-hash").glob("*.jsonld")):
        assert validate_epcis(json.loads(path.read_text("utf-8"))).valid, path.name
