"""Decimal strings: one spelling a value, exact arithmetic, no floats."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import FormatError
from protocol.quantities import (
    convert,
    format_decimal,
    parse_decimal,
    parse_quantity,
    parse_unit,
    round_decimal,
    suggestion,
    units,
)

WRITABLE = st.decimals(min_value=0, max_value=Decimal(999999999999999), places=6)


@given(WRITABLE)
def test_every_value_has_one_text_that_reads_back(value):
    text = format_decimal(value)
    assert parse_decimal(text) == value
    assert format_decimal(parse_decimal(text)) == text


@given(st.text(max_size=24))
def test_any_other_text_is_refused(text):
    try:
        value = parse_decimal(text)
    except FormatError:
        return
    assert format_decimal(value) == text


@pytest.mark.parametrize(
    ("text", "right"),
    [("120.40", "120.4"), ("0120", "120"), ("1,5", "1.5"), ("+3", "3"), ("2.", "–"), (" 7 ", "7"), ("1e3", "–"), (1.5, "–"),
     ("-1", "–"), ("0.0", "0"), (".5", "–"), ("1.234.5", "–"), ("9" * 65, "–"), (None, "–"), (True, "–")],
)  # fmt: skip
def test_refusal_suggests_the_right_spelling(text, right):
    with pytest.raises(FormatError) as refusal:
        parse_decimal(text, "/q")
    assert (refusal.value.values["canonical"], refusal.value.place) == (right, "/q")
    assert suggestion(text) == right


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-1", "1E-7", "1E15", "0.1234567"])
def test_what_cannot_be_written_is_not_rounded(value):
    with pytest.raises(FormatError, match="QUANTITY_FORM"):
        format_decimal(Decimal(value))


def test_negative_zero_and_exponents_are_written_plainly():
    assert format_decimal(Decimal("-0")) == "0"
    assert format_decimal(Decimal("1E+2")) == "100"
    assert format_decimal(round_decimal(Decimal(1) / 3)) == "0.333333"


def test_units_convert_exactly_within_a_dimension_only():
    assert convert(parse_quantity("2.5", "TNE"), "KGM") == Decimal("2500.0")
    assert convert(parse_quantity("3", "DZN"), "PR") == Decimal(18)
    assert parse_quantity("1", "YRD").base == Decimal("0.9144")
    assert str(parse_quantity("1.5", "KGM")) == "1.5 kg"
    with pytest.raises(FormatError, match="UNIT_DIMENSION"):
        convert(parse_quantity("1", "MTR"), "KGM")


@pytest.mark.parametrize("code", ["kg", "", None, "kgm", "KGM "])
def test_unknown_unit_is_refused(code):
    with pytest.raises(FormatError, match="UNIT_UNKNOWN"):
        parse_unit(code)


def test_every_dimension_has_its_base_unit():
    bases = {unit.dimension for unit in units().values() if unit.factor == 1}
    assert bases == {unit.dimension for unit in units().values()}
