"""Entries of a lot account, one event at a time."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.accounts import Entry, check_account, next_entry, parse_entries
from protocol.errors import CustodyError, FilieraError, FormatError
from protocol.goods import references_of
from protocol.templates import event_template

LOT = "urn:filiera:lot:" + "a" * 26
AMOUNTS = st.decimals(min_value=Decimal("0.000001"), max_value=Decimal(10**9), places=6)
RECORD = b"\x11" * 32


def entry_of(data: dict) -> Entry:
    return parse_entries({"filiera:account": [data]})[0]


@given(st.lists(AMOUNTS, min_size=1, max_size=20), st.randoms())
def test_an_account_that_continues_never_falls_below_zero(amounts, random):
    last, balance = None, Decimal(0)
    for amount in amounts:
        movement = amount if random.random() < 0.6 else -amount
        if balance + movement < 0:
            with pytest.raises(CustodyError, match="ACCOUNT_OVERDRAWN"):
                next_entry(LOT, movement, "KGM", last, RECORD if last else None)
            continue
        data = next_entry(LOT, movement, "KGM", last, RECORD if last else None)
        last, balance = entry_of(data), balance + movement
        assert last.after == balance
    assert balance >= 0


@given(AMOUNTS)
def test_what_next_entry_writes_check_account_accepts(amount):
    subject = event_template("lot-declared")
    subject["quantityList"][0]["quantity"] = format(amount.normalize(), "f")
    subject["filiera:account"] = [next_entry(LOT, amount, "KGM")]
    check_account(subject, references_of(subject), needed=True)


def test_a_hidden_last_balance_cannot_be_continued():
    last = entry_of({"lot": LOT, "lotSeq": 3, "uom": "KGM"})
    with pytest.raises(FormatError, match="ACCOUNT_LINK_MISSING"):
        next_entry(LOT, Decimal(1), "KGM", last, RECORD)


def test_items_and_mere_observation_need_no_entry():
    for act in ("retail-sale", "sale", "chemical-declaration"):
        subject = event_template(act)
        assert "filiera:account" not in subject
        check_account(subject, references_of(subject), needed=act == "retail-sale")


def test_both_sides_of_a_double_spend_are_well_formed():
    # One event alone cannot show double use; two entries with one number can (README §5).
    one, other = event_template("shipment"), event_template("process")
    for subject in (one, other):
        check_account(subject, references_of(subject), needed=True)
    assert one["filiera:account"][0]["lotSeq"] == other["filiera:account"][0]["lotSeq"]


@given(AMOUNTS, AMOUNTS)
def test_a_wrong_sum_is_always_found(amount, off):
    subject = event_template("lot-declared")
    subject["quantityList"][0]["quantity"] = format(amount.normalize(), "f")
    subject["filiera:account"] = [next_entry(LOT, amount + off, "KGM")]
    with pytest.raises(FilieraError, match="ACCOUNT_ARITHMETIC"):
        check_account(subject, references_of(subject), needed=True)
