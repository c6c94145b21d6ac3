"""Names of the sample and what they stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.demo.coat import offline
from client.demo.coat.references import References, fill
from client.demo.coat.sample import load
from protocol.identifiers import parse_item, parse_lot, parse_reference

PARTICIPANTS = {"brand": "ab" * 32}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


def references(seed: str = "1") -> References:
    return References(load(), lambda label: offline.seeded(seed, label)[:16], PARTICIPANTS)


@given(JSON)
def test_what_names_nothing_stays_as_it_is(value):
    def never(kind, name):
        raise AssertionError((kind, name))

    if "$" not in repr(value):
        assert fill(value, never) == value


@given(st.lists(st.text(min_size=1, max_size=12), min_size=2, max_size=8, unique=True))
def test_one_name_one_reference_and_other_names_others(names):
    known = references()
    given_out = [known.own("lot", name) for name in names]
    assert [known.own("lot", name) for name in names] == given_out
    assert len(set(given_out)) == len(names)
    assert all(parse_lot(lot) for lot in given_out)


def test_references_are_what_the_format_asks_for():
    known = references()
    assert parse_reference(known.of("participant", "brand")).kind == "participant"
    assert parse_reference(known.of("party", "persiceto")).kind == "party"
    assert known.of("product", "coat") == "https://id.gs1.org/01/09527700002628"
    assert parse_reference(known.of("product", "cloth")).kind == "product"
    assert parse_lot(known.lot("greige#2", "")).state == 2
    assert known.lot("greige#2", "").removesuffix("#2") == known.lot("greige", "")
    assert known.lot("coats-argelato", "/3") == "https://id.gs1.org/01/09527700002628/10/CR26-ARG-3"
    assert parse_item(known.new_item("1")).is_gs1


def test_a_kind_that_there_is_not_is_a_defect_of_the_data():
    with pytest.raises(KeyError):
        references().of("colour", "green")
