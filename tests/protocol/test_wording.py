"""Figures as people read them, in Italian and English, without a rounding."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.wording import write_decimal, write_share


@pytest.mark.parametrize(
    ("value", "italian", "english"),
    [
        ("0", "0", "0"),
        ("1234.50", "1234,5", "1234.5"),
        ("12345.678", "12.345,678", "12,345.678"),
        ("1E+7", "10.000.000", "10,000,000"),
        ("-0.05", "-0,05", "-0.05"),
        ("-1234567", "-1.234.567", "-1,234,567"),
    ],
)
def test_marks_are_those_of_the_language(value: str, italian: str, english: str) -> None:
    assert write_decimal(Decimal(value), "it") == italian
    assert write_decimal(Decimal(value), "en") == english


def test_a_share_is_per_cent() -> None:
    assert write_share(Decimal("0.7285"), "it") == "72,85 %"
    assert write_share(Decimal("1.0000"), "en") == "100 %"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_no_digit_is_lost(value: Decimal) -> None:
    assert Decimal(write_decimal(value, "en").replace(",", "")) == value
