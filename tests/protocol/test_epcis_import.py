"""An importer turns EPCIS events into bodies of ours, adding what EPCIS leaves out."""

from __future__ import annotations

import json
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.accounts import next_entry
from protocol.epcis import validate_epcis
from protocol.epcis_import import Additions, Imported, canonical_identifier, import_event
from protocol.errors import FilieraError, FormatError
from protocol.events import check_event
from protocol.goods import references_of
from protocol.quantities import parse_quantity
from protocol.templates import credential_template
from tests.protocol.test_epcis import EVENT
from tests.support.shared import data

FRESH = "urn:uuid:00000000-0000-4000-8000-00000000000a"
LOT = "https://id.gs1.org/01/09521234000013/10/A"
REF = {"id": "urn:uuid:00000000-0000-4000-8000-000000000001", "digest": "2" * 64}


def imported(event: dict[str, Any], additions: Additions | None = None) -> Imported:
    return import_event(event, additions or Additions(), participant="a" * 64, event_id=FRESH, record_seq=0)


def with_account(subject: dict[str, Any]) -> dict[str, Any]:
    """What the signer adds: entries that fit, whatever was there before."""
    entries = []
    for move in references_of(subject).all:
        if move.is_item or move.effect == "observed":
            continue
        gain = move.effect in ("produced", "received")
        last = None if gain else next_entry(move.lot, move.quantity, move.unit)
        entry = next_entry(move.lot, move.quantity, move.unit)
        if last is not None:
            entry |= {"lotSeq": 1, "before": last["after"], "after": "0", "previous": "3" * 64}
        entries.append(entry)
    return subject | ({"filiera:account": entries} if entries else {})


def ready(result: Imported) -> dict[str, Any]:
    claims = credential_template(with_account(result.subject))
    check_event(claims)
    return claims


def test_a_shipment_becomes_ours_and_passes():
    result = imported(EVENT)
    assert result.act == "shipment"
    subject = ready(result)["credentialSubject"]
    assert subject["eventTime"] == "2026-03-02T08:15:00Z"
    assert subject["quantityList"] == [{"epcClass": LOT, "quantity": "12.5", "uom": "KGM"}]


def test_a_receipt_needs_what_it_answers():
    event = EVENT | {"bizStep": "receiving", "disposition": "in_progress"}
    with pytest.raises(FormatError, match="filiera:answers"):
        ready(imported(event))
    assert ready(imported(event, Additions(terms={"filiera:answers": REF})))


@pytest.mark.parametrize(
    "text",
    ["urn:epc:class:lgtin:9521234.000001.A", "https://brand.example/x/01/9521234000013/10/A", LOT],
)
def test_every_spelling_of_a_lot_becomes_one(text):
    assert canonical_identifier(text) == LOT


def test_a_serial_with_its_lot_is_the_serial():
    assert canonical_identifier("https://x.example/01/9521234000013/10/A/21/S1") == LOT.replace(
        "10/A", "21/S1"
    )


def test_a_lot_among_items_needs_a_quantity_and_is_reported():
    event = {key: value for key, value in EVENT.items() if key != "quantityList"} | {
        "epcList": [LOT, LOT.replace("10", "21")]
    }
    with pytest.raises(FormatError, match="EPCIS_QUANTITY_NEEDED at /epcList/0"):
        imported(event)
    result = imported(event, Additions({LOT: parse_quantity("40", "MTR")}))
    assert result.subject["quantityList"] == [{"epcClass": LOT, "quantity": "40", "uom": "MTR"}]
    assert result.subject["epcList"] == [LOT.replace("10", "21")]
    assert [notice.code for notice in result.notices] == ["EPCIS_CLASS_AS_ITEM"]
    ready(result)


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"quantityList": [{"epcClass": LOT}]}, "EPCIS_QUANTITY_NEEDED", "/quantityList/0"),
        ({"quantityList": [{"epcClass": LOT, "quantity": 1}]}, "EPCIS_QUANTITY_UNIT", "/quantityList/0"),
        ({"quantityList": [{"epcClass": LOT, "quantity": 1, "uom": "XX"}]}, "UNIT_UNKNOWN", "/quantityList/0/uom"),
        (
            {"quantityList": [{"epcClass": LOT, "quantity": Decimal("1e-9"), "uom": "KGM"}]},
            "QUANTITY_FORM", "/quantityList/0/quantity",
        ),
        (
            {"quantityList": [{"epcClass": "https://id.gs1.org/01/09521234000013", "quantity": 1, "uom": "KGM"}]},
            "IDENTIFIER_KIND", "/quantityList/0/epcClass",
        ),
        ({"readPoint": {"id": "https://maps.example/here"}}, "DIGITAL_LINK_FORM", "/readPoint/id"),
        ({"sourceList": [{"type": "owning_party", "source": "urn:x:1"}]}, "IDENTIFIER_FORM", "/sourceList/0/source"),
        ({"bizStep": "walking"}, "EPCIS_WORD", "/bizStep"),
        ({"bizStep": "storing"}, "EPCIS_NOT_IMPORTABLE", "/bizStep"),
        ({"bizStep": "inspecting", "disposition": "active"}, "EPCIS_NOT_IMPORTABLE", "/bizStep"),
        ({"errorDeclaration": {"declarationTime": "2026-03-02T09:15:00Z"}}, "EPCIS_NOT_IMPORTABLE", "/errorDeclaration"),
    ],
)  # fmt: skip
def test_refusal_names_field_and_cause(change, code, place):
    with pytest.raises(FilieraError) as refusal:
        imported(EVENT | change)
    assert (refusal.value.code, refusal.value.place) == (code, place)


def test_the_own_id_is_kept_only_if_it_is_one():
    kept = "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"
    assert imported(EVENT | {"eventID": kept}).subject["eventID"] == kept
    result = imported(EVENT | {"eventID": "urn:uuid:fj0e8400-0000"})
    assert result.subject["eventID"] == FRESH
    assert "fj0e8400" in result.subject["filiera:description"]
    assert [notice.code for notice in result.notices] == ["EPCIS_ID_REPLACED"]


@given(
    st.data(),
    st.text(max_size=9)
    | st.integers()
    | st.lists(st.text(max_size=5))
    | st.dictionaries(st.text(max_size=3), st.none()),
)
def test_only_our_errors_leave(draws, junk):
    event = deepcopy(EVENT)
    event[draws.draw(st.sampled_from([*EVENT, "epcList", "eutex:hasSubstancesOfConcern", "eventID"]))] = junk
    try:
        imported(event)
    except FilieraError:
        return


@pytest.mark.shared
def test_public_textile_events_are_imported_or_refused_with_a_reason():
    kilos = parse_quantity("10", "KGM")
    terms = {
        "process": {"filiera:processType": "spinning"},
        "garment-born": {"filiera:lot": LOT},
        "chemical-declaration": {"disposition": "conformant"},
    }
    outcome: dict[str, list[str]] = {}
    for path in sorted(data("epcis").glob("*.jsonld")):
        for _, event in validate_epcis(json.loads(path.read_text("utf-8"), parse_float=Decimal)).events:
            lots = [
                text
                for value in event.values()
                if isinstance(value, list)
                for text in value
                if isinstance(text, str)
            ]
            kind = "process" if event["type"] == "TransformationEvent" else "garment-born"
            kind = "chemical-declaration" if "chemical" in path.name else kind
            added = terms[kind] if event.get("bizStep") != "shipping" else {}
            additions = Additions(dict.fromkeys(lots, kilos), added)
            try:
                ready(imported(dict(event), additions))
                said = "imported"
            except FormatError as error:
                said = f"{error.code} at {error.place}"
            outcome.setdefault(path.stem, []).append(said)
    assert outcome == {
        "commissioning": ["imported"],
        "declaration-environmental-footprint": ["imported"],
        "fjordline-aurora-lifecycle": ["imported"] * 6,
        # EPCIS does not say which of our acts an inspection is: the importer must.
        "observation-carbon-footprint": ["EPCIS_NOT_IMPORTABLE at /bizStep"],
        "observation-chemical": ["imported"],
        "observation-durability": ["EPCIS_NOT_IMPORTABLE at /bizStep"],
        "transformation-garment": ["imported"],
        "transformation-spinning": ["imported"],
        "transformation-weaving": ["imported"],
    }
