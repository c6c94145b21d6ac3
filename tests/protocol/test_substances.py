"""CAS and EC numbers: those of the registries hold, and no single wrong digit or swap of neighbours does in a CAS."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import FormatError
from protocol.substances import parse_cas, parse_ec


@pytest.mark.parametrize(
    "number", ["50-00-0", "7732-18-5", "117-81-7", "68-12-2", "872-50-4", "335-67-1", "9003-05-8"]
)
def test_numbers_of_the_registry_hold(number):
    assert parse_cas(number) == number


@pytest.mark.parametrize(
    "number", ["200-001-8", "231-791-2", "204-211-0", "200-679-5", "212-828-1", "206-397-9"]
)
def test_numbers_of_the_inventory_hold(number):
    assert parse_ec(number) == number


@pytest.mark.parametrize(
    "number", ["", "50-0-0", "050-00-0", "50-00-0 ", "50–00–0", "12345678-00-0", "٥٠-00-0", "50-00-0\n"]
)
def test_other_forms_are_refused(number):
    with pytest.raises(FormatError) as caught:
        parse_cas(number)
    assert caught.value.code == "CAS_FORM"
    with pytest.raises(FormatError) as caught:
        parse_ec(number)
    assert caught.value.code == "EC_FORM"


def test_the_right_digit_is_said():
    with pytest.raises(FormatError) as caught:
        parse_cas("50-00-1")
    assert (caught.value.code, caught.value.values["right"]) == ("CAS_CHECK_DIGIT", 0)
    with pytest.raises(FormatError) as caught:
        parse_ec("200-001-9")
    assert (caught.value.code, caught.value.values["right"]) == ("EC_CHECK_DIGIT", 8)


@given(st.from_regex(r"[1-9][0-9]{1,6}-[0-9]{2}", fullmatch=True))
def test_just_one_check_digit_of_ten_holds(stem):
    held = 0
    for digit in range(10):
        try:
            parse_cas(f"{stem}-{digit}")
            held += 1
        except FormatError:
            pass
    assert held == 1
