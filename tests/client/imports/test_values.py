"""What a cell says: Italian numbers and dates, units, compositions; two readings are refused, not chosen."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.errors import ClientError
from client.imports import values
from protocol.errors import FilieraError, FormatError
from protocol.quantities import format_decimal


@pytest.mark.parametrize(
    ("given_", "meant"),
    [("1200,5", "1200.5"), ("1200.5", "1200.5"), ("1.200,50", "1200.5"), ("1 200,5", "1200.5"), ("1'200'000", "1200000"),
     ("1.234.567", "1234567"), ("1,234.5", "1234.5"), ("0,125", "0.125"), ("12", "12"), ("007", "7"), (12, "12"), (12.50, "12.5"),
     (0.1 + 0.2, "0.3"), ("1,2340", "1.234")],
)  # fmt: skip
def test_numbers_as_offices_write_them(given_, meant):
    assert values.decimal(given_, "A1") == meant


@pytest.mark.parametrize("text", ["1.234", "1,234", "12.500", "999.999"])
def test_a_number_with_two_readings_is_refused_with_both(text):
    with pytest.raises(ClientError, match="NUMBER_AMBIGUOUS") as refused:
        values.decimal(text, "C7")
    assert refused.value.place == "C7"
    assert values.decimal(str(refused.value.values["whole"]), "") == text.replace(".", "").replace(",", "")
    assert values.decimal(str(refused.value.values["fraction"]), "") == format_decimal(
        Decimal(text.replace(",", "."))
    )


@pytest.mark.parametrize(
    "given_",
    [
        "-1",
        "1e5",
        "NaN",
        "inf",
        "12 kg",
        "",
        "1,2,3",
        "1.2.3",
        "½",
        "١٢",
        True,
        -3,
        1e300,
        float("nan"),
        "0,1234567",
    ],
)
def test_what_is_no_quantity_is_refused(given_):
    with pytest.raises(ClientError):
        values.decimal(given_, "C7")


@given(st.decimals(min_value=0, max_value=10**9, places=3))
def test_a_number_in_italian_reads_back_as_itself(number):
    italian = f"{number:f}".rstrip("0").rstrip(".").replace(".", ",") or "0"
    try:
        assert Decimal(values.decimal(italian, "")) == number
    except ClientError as refused:
        assert refused.code == "NUMBER_AMBIGUOUS"  # noqa: PT017


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.booleans(), st.dates(), st.times()))
def test_only_our_errors_leave(cell):
    for read in (
        values.decimal,
        values.day,
        values.clock,
        values.unit,
        values.materials,
        values.yes,
        values.country,
    ):
        try:
            read(cell, "A1")
        except FilieraError as refused:
            assert refused.place == "A1"  # noqa: PT017


@pytest.mark.parametrize(
    ("given_", "meant"),
    [("2/3/2026", "2026-03-02"), ("02.03.2026", "2026-03-02"), ("2026-03-02", "2026-03-02"), (date(2026, 3, 2), "2026-03-02"),
     (datetime(2026, 3, 2, 23, 59), "2026-03-02")],  # noqa: DTZ001
)  # fmt: skip
def test_dates(given_, meant):
    assert values.day(given_, "") == meant


@pytest.mark.parametrize("given_", ["30/02/2026", "02/03/26", "3 marzo", 46083, "2026-13-01", ""])
def test_what_is_no_date_is_refused(given_):
    with pytest.raises(ClientError, match="ROW_DATE"):
        values.day(given_, "A2")


def test_times():
    assert values.clock("8.15", "") == values.clock("08:15", "") == time(8, 15)
    with pytest.raises(ClientError, match="ROW_TIME"):
        values.clock("25:00", "")


@pytest.mark.parametrize(
    ("given_", "code"),
    [("kg", "KGM"), ("Kg.", "KGM"), ("KGM", "KGM"), ("chilogrammo", "KGM"), ("mt", "MTR"), ("METRI", "MTR"), ("mq", "MTK"),
     ("m²", "MTK"), ("pz", "C62"), ("Pezzi", "C62"), ("capi", "C62"), ("paia", "PR"), ("l", "LTR")],
)  # fmt: skip
def test_units(given_, code):
    assert values.unit(given_, "") == code


def test_an_unknown_unit_is_refused_and_the_known_ones_are_listed():
    with pytest.raises(FormatError, match="UNIT_UNKNOWN") as refused:
        values.unit("spanne", "D4")
    assert "kg" in str(refused.value.values["known"])


@pytest.mark.parametrize(
    ("text", "meant"),
    [("lana", [("wool", "1")]), ("100% cotone", [("cotton", "1")]), ("lana 80%; poliammide 20%", [("wool", "0.8"), ("polyamide", "0.2")]),
     ("62,5% lana, 37,5% seta", [("wool", "0.625"), ("silk", "0.375")]), ("50 % WO + 50 % PA", [("wool", "0.5"), ("polyamide", "0.5")]),
     ("lana vergine", [("virgin-wool", "1")])],
)  # fmt: skip
def test_compositions(text, meant):
    assert [(entry["fibre"], entry["share"]) for entry in values.materials(text, "")] == meant


def test_recycled_is_said_in_words():
    assert values.materials("70% lana riciclata; 30% poliestere (riciclato)", "") == [
        {"fibre": "wool", "share": "0.7", "recycled": "1"},
        {"fibre": "polyester", "share": "0.3", "recycled": "1"},
    ]


@pytest.mark.parametrize(
    "text", ["unobtanium", "80% lana; poliammide", "80% lana 20%", "", "%", "lana 80% seta"]
)
def test_a_composition_that_is_not_understood_is_refused(text):
    with pytest.raises(ClientError, match="ROW_MATERIAL"):
        values.materials(text, "E2")


@pytest.mark.parametrize(
    ("text", "meant"), [("Sì", True), ("si", True), ("NO", False), ("x", True), (False, False)]
)
def test_yes_and_no(text, meant):
    assert values.yes(text, "") is meant


def test_words_are_found_by_code_and_in_both_languages():
    assert {values.word(text, "processes", "") for text in ("weaving", "Tessitura", "tessitura ")} == {
        "weaving"
    }
    assert values.word("cut parts", "stages", "") == "cut-parts"
    with pytest.raises(ClientError, match="ROW_WORD"):
        values.word("magia", "processes", "B2")
