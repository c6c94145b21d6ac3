"""Names of lots, items, places and people: one spelling each."""

from __future__ import annotations

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from protocol.errors import FilieraError, FormatError
from protocol.gs1 import GS1_STEM, build_digital_link
from protocol.identifiers import (
    facility_reference,
    item_reference,
    lot_reference,
    next_state,
    own_reference,
    parse_facility,
    parse_item,
    parse_lot,
    parse_participant,
    parse_reference,
    participant_urn,
    same_goods,
)

GTIN = "09521234000013"


@given(st.binary(min_size=16, max_size=16))
def test_random_bytes_become_distinct_references(random):
    assert parse_lot(lot_reference(random)).kind == "lot"
    assert parse_item(item_reference(random)).kind == "item"
    assert parse_facility(facility_reference(random)).kind == "facility"
    assert len(lot_reference(random).rpartition(":")[2]) == 26


@given(st.binary(min_size=16, max_size=16), st.integers(1, 30))
def test_states_count_up_and_stay_the_same_goods(random, times):
    first = state = lot_reference(random)
    for _ in range(times):
        state = next_state(state)
    assert parse_lot(state).state == times + 1
    assert state == f"{first}#{times + 1}"
    assert same_goods(first, state)


@given(st.text(alphabet=[chr(c) for c in range(0x21, 0x7F)], min_size=1, max_size=20))
def test_gs1_lots_have_one_spelling(lot):
    try:
        uri = build_digital_link(GS1_STEM, [("01", GTIN), ("10", lot)])
    except FormatError:
        reject()
    reference = parse_lot(uri)
    assert (reference.base, reference.is_gs1) == (uri, True)
    assert parse_lot(f"{uri}#7").state == 7


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "IDENTIFIER_FORM"),
        ("urn:filiera:lot:" + "a" * 25, "IDENTIFIER_FORM"),
        ("urn:filiera:lot:" + "A" * 26, "IDENTIFIER_FORM"),
        ("urn:filiera:lot:" + "1" * 26, "IDENTIFIER_FORM"),
        ("urn:filiera:lot:" + "a" * 26 + "\n", "IDENTIFIER_FORM"),
        ("urn:filiera:lot:" + "a" * 26 + "#1", "IDENTIFIER_STATE"),
        ("urn:filiera:lot:" + "a" * 26 + "#02", "IDENTIFIER_FORM"),
        ("urn:filiera:item:" + "a" * 26 + "#2", "IDENTIFIER_STATE"),
        (f"https://id.gs1.org/01/{GTIN}/10/A#1", "IDENTIFIER_STATE"),
        (f"https://id.gs1.org/01/{GTIN}/21/A#2", "IDENTIFIER_STATE"),
        (f"https://ID.gs1.org/01/{GTIN}/10/A", "IDENTIFIER_FORM"),
        (f"http://id.gs1.org/01/{GTIN}/10/A", "IDENTIFIER_FORM"),
        (f"https://id.gs1.org/01/{GTIN[1:]}/10/A", "IDENTIFIER_FORM"),
        (f"https://id.gs1.org/01/{GTIN}/10/%41", "IDENTIFIER_FORM"),
        (f"https://id.gs1.org/01/{GTIN}/10/A%2fB", "IDENTIFIER_FORM"),
        (f"https://id.gs1.org/01/{GTIN}/10/A?17=261231", "IDENTIFIER_FORM"),
        (f"https://id.gs1.org/01/{GTIN}/10/A/21/B", "IDENTIFIER_FORM"),
        ("https://id.gs1.org/01/09521234000014/10/A", "CHECK_DIGIT_WRONG"),
        (f"https://id.gs1.org.attacker.example/01/{GTIN}/10/A", "IDENTIFIER_FORM"),
    ],
)
def test_second_spellings_are_refused(text, code):
    with pytest.raises(FilieraError) as refusal:
        parse_reference(text)
    assert refusal.value.code == code


def test_a_name_of_another_kind_is_refused():
    with pytest.raises(FormatError, match="IDENTIFIER_KIND at /x"):
        parse_lot("urn:filiera:item:" + "a" * 26, "/x")
    with pytest.raises(FormatError, match="IDENTIFIER_FORM"):
        parse_lot(5)  # type: ignore[arg-type]
    with pytest.raises(FormatError, match="IDENTIFIER_FORM"):
        own_reference("lot", b"short")
    with pytest.raises(FormatError, match="IDENTIFIER_FORM"):
        own_reference("king", bytes(16))


def test_participants_are_hex_inside_a_urn():
    urn = participant_urn(bytes(32))
    assert parse_participant(urn) == "0" * 64
    assert participant_urn("0" * 64) == urn
    with pytest.raises(FormatError, match="IDENTIFIER_FORM"):
        participant_urn("0" * 63)


@given(st.text(max_size=60))
def test_only_our_errors_leave(text):
    for parse in (parse_reference, parse_lot, parse_item, parse_facility, parse_participant):
        try:
            parse(text)
        except FilieraError:
            continue
