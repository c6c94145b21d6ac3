"""The strict reader: the short way agrees with the reference, and nothing but our errors leaves it."""

from __future__ import annotations

import json
from decimal import Decimal

import orjson
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from protocol.errors import FilieraError, FormatError
from protocol.limits import FOREIGN_LIMITS, MAX_INTEGER, Limits
from protocol.strict_json import dump_json, parse_json, parse_object, read_strictly

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
INTEGERS = st.integers(-MAX_INTEGER, MAX_INTEGER)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
# Texts near JSON: pieces of it, in any order, often almost right.
PIECES = st.sampled_from(
    [
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        '"a"',
        '"b"',
        '"',
        "\\",
        "\\u0000",
        "\\ud800",
        "\\u0061",
        "é",
        "\ufeff",
        "0",
        "1",
        "-0",
        "-1",
        "01",
        "1.5",
        "1e2",
        "NaN",
        "Infinity",
        "true",
        "null",
        " ",
        "\n",
        "\t",
        "\x00",
        "\x0b",
        str(MAX_INTEGER),
        str(MAX_INTEGER + 1),
        "18446744073709551616",
        "9" * 400,
    ]
)
NEAR_JSON = st.lists(PIECES, max_size=14).map(lambda pieces: "".join(pieces).encode("utf-8", "surrogatepass"))


def outcome(read, data, limits):
    try:
        return read(data, limits)
    except FilieraError as error:
        return error.code


@given(VALUES)
def test_every_value_is_read_both_ways_in_every_spelling(value):
    for data in (
        orjson.dumps(value),
        json.dumps(value).encode(),
        json.dumps(value, ensure_ascii=False, indent=1).encode(),
    ):
        assert parse_json(data) == read_strictly(data) == value


@given(NEAR_JSON | st.binary(max_size=30))
@example(b'{"a":1,"a":1}')
@example(b'["\\u0000"]')
@example(b"-0")
@example(b'{"a":1,"b":{"a":1,"b":2,"b":2}}')
def test_short_way_agrees_with_the_reference(data):
    small = Limits(max_bytes=500, max_depth=3, max_items=6, max_string=4)
    for limits in (Limits(), small):
        fast, slow = outcome(parse_json, data, limits), outcome(read_strictly, data, limits)
        assert fast == slow
        assert type(fast) is type(slow)


@given(NEAR_JSON | st.binary(max_size=30))
def test_what_is_read_is_what_the_standard_reader_reads(data):
    for limits in (Limits(), FOREIGN_LIMITS):
        try:
            value = parse_json(data, limits)
        except FormatError:
            continue
        assert value == json.loads(data, parse_float=Decimal)


@given(VALUES)
def test_limits_count_as_a_walk_counts(value):
    depth, items = measure(value)
    data = json.dumps(value).encode()
    assert parse_json(data, Limits(max_depth=depth, max_items=items)) == value
    if depth:
        assert outcome(parse_json, data, Limits(max_depth=depth - 1)) == "JSON_TOO_DEEP"
    assert outcome(parse_json, data, Limits(max_items=items - 1)) == "JSON_TOO_MANY_ITEMS"


def measure(value):
    if not isinstance(value, dict | list):
        return 0, 1
    inner = [measure(entry) for entry in (value.values() if isinstance(value, dict) else value)]
    return 1 + max((depth for depth, _ in inner), default=0), 1 + sum(items for _, items in inner)


def test_strings_are_counted_in_characters_not_bytes():
    data = json.dumps("🧵" * 5).encode()
    assert parse_json(data, Limits(max_string=5)) == "🧵" * 5
    assert outcome(parse_json, data, Limits(max_string=4)) == "JSON_STRING_TOO_LONG"


@pytest.mark.parametrize("opening", [b"[", b'{"":', b'[{"a":'])
def test_nesting_without_end_is_refused_before_anything_recurses(opening):
    assert outcome(parse_json, opening * 30_000, Limits()) == "JSON_TOO_DEEP"


def test_string_without_end_costs_no_more_than_its_length():
    # A pattern that backtracks would need hours for this.
    assert outcome(parse_json, b'"' + b'\\"a' * 60_000, Limits()) == "JSON_MALFORMED"


def test_object_is_asked_for():
    assert parse_object(b'{"a":1}') == {"a": 1}
    with pytest.raises(FormatError, match="JSON_NOT_OBJECT"):
        parse_object(b"[]")


def test_foreign_numbers_keep_every_digit():
    assert parse_json(b"[0.1,1e2,-0]", FOREIGN_LIMITS) == [Decimal("0.1"), Decimal("1e2"), 0]


ASCII = st.text(st.characters(max_codepoint=127, exclude_characters="\0"), max_size=8)


@given(
    st.recursive(
        INTEGERS | TEXT | st.none(), lambda e: st.lists(e) | st.dictionaries(ASCII, e), max_leaves=15
    )
)
def test_writer_is_rfc8785_and_its_bytes_take_the_short_way(value):
    data = dump_json(value)
    assert data == rfc8785.dumps(value)
    assert parse_json(data) == value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.5, "JSON_NUMBER_REFUSED"),
        ({"a": [float("nan")]}, "JSON_NUMBER_REFUSED"),
        (Decimal("1.5"), "JSON_NUMBER_REFUSED"),
        (b"bytes", "JSON_NUMBER_REFUSED"),
        (MAX_INTEGER + 1, "JSON_INTEGER_RANGE"),
        ("\ud800", "JSON_SURROGATE"),
        ("a\0", "JSON_NUL"),
        ({"è": 1}, "JSON_NAME_REFUSED"),
        ({1: 1}, "JSON_NAME_REFUSED"),
    ],
)
def test_writer_refuses_what_signed_bytes_never_hold(value, code):
    with pytest.raises(FormatError) as refusal:
        dump_json(value)
    assert refusal.value.code == code


def test_writer_refuses_nesting_beyond_the_library():
    value: list[object] = []
    for _ in range(2_000):
        value = [value]
    with pytest.raises(FormatError, match="JSON_TOO_DEEP"):
        dump_json(value)
