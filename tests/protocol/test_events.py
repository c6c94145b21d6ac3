"""One event by itself: what passes, and the one thing that is wrong in each that does not."""

from __future__ import annotations

import json
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codes import all_codes
from protocol.errors import CustodyError, FilieraError, FormatError
from protocol.events import check_event, ensure_not_future, event_advice, holder_of, local_day, references
from protocol.templates import credential_template, event_template
from scripts.make_vectors import events as maker

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "events"
GOOD = json.loads((VECTORS / "good.json").read_text("utf-8"))
BAD = json.loads((VECTORS / "bad.json").read_text("utf-8"))
LOT = "urn:filiera:lot:" + "a" * 26


@dataclass
class Partial:
    """A record of which some disclosures are missing."""

    claims: dict[str, Any]
    withheld: frozenset[str]


def shipment(**changes: object) -> dict[str, Any]:
    return credential_template(event_template("shipment") | changes)


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case["name"])
def test_good_event_passes(case):
    check_event(case["claims"])


@pytest.mark.parametrize("case", BAD, ids=lambda case: case["name"])
def test_bad_event_gets_its_code_and_place(case):
    with pytest.raises(FilieraError) as refusal:
        check_event(case["claims"])
    assert (refusal.value.code, refusal.value.place) == (case["code"], case["place"])
    assert case["code"] in all_codes()


def test_vectors_are_those_of_the_script():
    assert maker.good_cases() == GOOD
    assert maker.bad_cases() == BAD


def test_remedy_of_a_quantity_names_the_right_spelling():
    claims = shipment()
    claims["credentialSubject"]["quantityList"][0]["quantity"] = "120.40"
    with pytest.raises(FormatError) as refusal:
        check_event(claims)
    assert refusal.value.values["canonical"] == "120.4"
    assert refusal.value.place == "/credentialSubject/quantityList/0/quantity"


def test_checking_leaves_the_claims_alone():
    claims = shipment()
    before = deepcopy(claims)
    check_event(claims)
    assert claims == before


def test_references_of_a_process_name_inputs_outputs_and_scrap_with_a_lot():
    subject = event_template("process")
    subject["filiera:scrap"][0]["epcClass"] = "urn:filiera:lot:" + "s" * 26
    subject["filiera:account"].append(
        {"lot": "urn:filiera:lot:" + "s" * 26, "lotSeq": 0, "before": "0", "after": "9.6", "uom": "KGM"}
    )
    claims = credential_template(subject)
    check_event(claims)
    found = references(claims)
    assert [(move.lot, move.quantity) for move in found.consumed] == [(LOT, Decimal(120))]
    assert [move.quantity for move in found.produced] == [Decimal("110.4"), Decimal("9.6")]
    assert found.names("consumed") == (LOT,)
    assert not found.corrects


def test_garments_take_their_pieces_out_of_the_lot():
    subject = event_template("garment-born")
    items = [f"urn:filiera:item:{letter * 26}" for letter in "xyz"]
    subject |= {"epcList": items}
    subject["filiera:account"][0] |= {"before": "10", "after": "7"}
    check_event(credential_template(subject))
    found = references(credential_template(subject))
    assert [(move.lot, move.quantity, move.unit) for move in found.consumed] == [(LOT, Decimal(3), "C62")]
    assert [move.lot for move in found.produced] == items
    assert all(move.is_item for move in found.produced)


def test_a_correction_moves_nothing_and_turns_its_account_round():
    claims = next(case["claims"] for case in GOOD if case["name"] == "correction")
    found = references(claims)
    assert found.corrects
    assert found.names("observed") == (LOT,)
    assert found.sent == found.consumed == ()
    claims["credentialSubject"]["filiera:account"][0]["after"] = "59"
    with pytest.raises(CustodyError, match="ACCOUNT_ARITHMETIC"):
        check_event(claims)


def test_the_holder_is_the_signer_or_the_party_acted_for():
    subject = event_template("shipment")
    assert holder_of(credential_template(subject)) == "urn:filiera:participant:" + "0" * 64
    party = "urn:filiera:party:" + "p" * 26
    subject["filiera:onBehalfOf"] = {"party": party, "basis": {"kind": "contract"}}
    claims = credential_template(subject)
    check_event(claims)
    assert holder_of(claims) == party
    del subject["filiera:onBehalfOf"]["party"]
    assert holder_of(claims) is None


def test_the_next_state_of_the_same_goods_is_no_self_consumption():
    subject = event_template("process", "ironing")
    subject["outputQuantityList"][0]["epcClass"] = LOT + "#2"
    subject["filiera:account"][1]["lot"] = LOT + "#2"
    check_event(credential_template(subject))


def test_advice_names_what_weaving_should_say():
    claims = credential_template(event_template("process", "weaving"))
    assert event_advice(claims) == ("filiera:parameters/grammage", "filiera:parameters/width")
    claims["credentialSubject"]["filiera:parameters"] = {"grammage": "240", "width": "148.5"}
    check_event(claims)
    assert event_advice(claims) == ()


@pytest.mark.parametrize("name", ["eventTime", "eventTimeZoneOffset", "readPoint"])
def test_withheld_is_not_missing(name):
    claims = shipment()
    del claims["credentialSubject"][name]
    check_event(Partial(claims, frozenset({"/credentialSubject"})))
    if name != "readPoint":
        with pytest.raises(FormatError, match="SCHEMA_PROPERTY_MISSING"):
            check_event(claims)


def test_what_may_not_be_hidden_is_missing_though_something_else_is_withheld():
    claims = shipment()
    del claims["credentialSubject"]["sourceList"]
    with pytest.raises(FormatError, match="SCHEMA_PROPERTY_MISSING"):
        check_event(Partial(claims, frozenset({"/credentialSubject"})))
    claims = shipment()
    del claims["credentialSubject"]["quantityList"][0]["epcClass"]
    with pytest.raises(FormatError, match="SCHEMA_PROPERTY_MISSING"):
        check_event(Partial(claims, frozenset({"/credentialSubject/quantityList/0"})))


def test_withheld_quantity_and_balances_are_not_judged():
    claims = shipment()
    subject = claims["credentialSubject"]
    del subject["quantityList"][0]["quantity"]
    for name in ("before", "after", "previous"):
        del subject["filiera:account"][0][name]
    places = {"/credentialSubject/quantityList/0", "/credentialSubject/filiera:account/0"}
    check_event(Partial(claims, frozenset(places)))
    with pytest.raises(FormatError):
        check_event(Partial(claims, frozenset({"/credentialSubject/quantityList/0"})))


def test_withholding_one_place_excuses_no_wrong_value_there():
    claims = shipment(bizStep="receiving")
    with pytest.raises(FormatError, match="ACT_BIZ_STEP"):
        check_event(Partial(claims, frozenset({"/credentialSubject"})))


def test_the_future_is_refused_by_time_and_where_hidden_by_day():
    claims, tolerance = shipment(), timedelta(minutes=5)
    moment = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
    ensure_not_future(claims, moment - tolerance, tolerance)
    with pytest.raises(FormatError, match="EVENT_IN_FUTURE"):
        ensure_not_future(claims, moment - timedelta(minutes=6), tolerance)
    del claims["credentialSubject"]["eventTime"]
    ensure_not_future(claims, datetime(2026, 3, 1, 10, 0, tzinfo=UTC), tolerance)
    with pytest.raises(FormatError, match="EVENT_IN_FUTURE"):
        ensure_not_future(claims, datetime(2026, 3, 1, 9, 0, tzinfo=UTC), tolerance)


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)), st.integers(-12 * 60, 14 * 60))  # noqa: DTZ001
def test_local_day_is_the_calendar_day_at_the_offset(moment, minutes):
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    text = moment.replace(microsecond=0).isoformat() + "Z"
    expected = (moment.replace(microsecond=0) + timedelta(minutes=minutes)).date().isoformat()
    assert local_day(text, f"{sign}{size // 60:02d}:{size % 60:02d}") == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2**53 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(GOOD), st.data(), JSON)
def test_only_our_errors_leave_whatever_stands_anywhere(case, data, junk):
    claims = deepcopy(case["claims"])
    node: Any = claims
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.booleans()):
            break
        node = node[key]
    node[key] = junk
    with suppress(FilieraError):
        check_event(claims)
        references(claims)
        holder_of(claims)
