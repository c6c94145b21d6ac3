"""More than there is, over all records: lots, certificates, hours."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.checks.capacity import check_capacity, months_of
from protocol.checks.overdrafts import check_overdrawn
from protocol.checks.overuse import check_certificates
from tests.support.graphs import Chain

KILOS = st.integers(1, 200)
PAPER = hashlib.sha256(b"certificate").digest()
CITED = {"filiera:certificates": [{"id": "urn:uuid:1", "digest": PAPER.hex()}]}


@given(KILOS, st.lists(KILOS, min_size=1, max_size=6))
def test_a_lot_is_overdrawn_exactly_when_more_leaves_than_came(had: int, uses: list[int]) -> None:
    chain = Chain()
    chain.step("anna", {}, {"wool": f"{had} KGM"}, act="lot-declared")
    for number, used in enumerate(uses):
        chain.step("anna", {"wool": f"{used} KGM"}, {f"yarn {number}": f"{used} KGM"}, process="spinning")
    found = [each.code for each in check_overdrawn(chain.steps)]
    assert found == (["LOT_OVERDRAWN"] if sum(uses) > had else [])


def test_grams_and_kilos_are_one_account() -> None:
    chain = Chain()
    chain.step("anna", {}, {"wool": "1 KGM"}, act="lot-declared")
    chain.step("anna", {"wool": "1000 GRM"}, {"yarn": "1 KGM"}, process="spinning")
    assert list(check_overdrawn(chain.steps)) == []
    chain.step("anna", {"wool": "1 GRM"}, {"more": "1 GRM"}, process="spinning")
    assert [each.code for each in check_overdrawn(chain.steps)] == ["LOT_OVERDRAWN"]


def test_what_another_holder_has_is_no_cover() -> None:
    chain = Chain()
    chain.step("anna", {}, {"wool": "100 KGM"}, act="lot-declared")
    chain.step("bice", {}, {"wool": "10 KGM"}, act="lot-declared")
    chain.step("bice", {"wool": "20 KGM"}, {"yarn": "20 KGM"}, process="spinning")
    assert [each.values["had"] for each in check_overdrawn(chain.steps)] == [Decimal(10)]


def certified(quantity: str, *declared: int) -> set[str]:
    chain = Chain()
    chain.subjects[PAPER] = {
        "type": "Certificate", "id": "urn:filiera:certificate:a", "number": "C-1", "version": 1,
        "quantity": {"quantity": quantity, "uom": "KGM"},
    }  # fmt: skip
    for number, amount in enumerate(declared):
        chain.step("anna", {}, {f"wool {number}": f"{amount} KGM"}, act="lot-declared", **CITED)
    chain.step("anna", {"wool 0": "1 KGM"}, {"yarn": "1 KGM"}, process="spinning", **CITED)
    chain.step("anna", {}, {"yarn": "1 KGM"}, act="shipment", recipient="bice", **CITED)
    return {found.code for found in check_certificates(chain.steps, chain.subjects)}


@given(st.integers(1, 400), st.lists(KILOS, min_size=1, max_size=5))
def test_a_certificate_is_used_up_once_for_all_that_comes_under_it(
    quantity: int, declared: list[int]
) -> None:
    wanted = {"CERTIFICATE_OVERDRAWN"} if sum(declared) > quantity else set()
    assert certified(str(quantity), *declared) == wanted


def test_a_certificate_written_down_twice_is_one_certificate() -> None:
    chain = Chain()
    for number in (1, 2):
        paper = hashlib.sha256(f"copy {number}".encode()).digest()
        quantity = {"quantity": "100", "uom": "KGM"}
        chain.subjects[paper] = {
            "type": "Certificate", "id": f"urn:filiera:certificate:{number}", "issuer": "Ente", "number": "C-1",
            "version": 1, "quantity": quantity,
        }  # fmt: skip
        cited = {"filiera:certificates": [{"id": f"urn:uuid:{number}", "digest": paper.hex()}]}
        chain.step("anna", {}, {f"wool {number}": "60 KGM"}, act="lot-declared", **cited)
    found = list(check_certificates(chain.steps, chain.subjects))
    assert {each.code for each in found} == {"CERTIFICATE_OVERDRAWN"}
    assert {each.place for each in found} == {step.digest.hex() for step in chain.steps}


@pytest.mark.parametrize(
    ("hours", "code"), [("75", None), ("74", "CAPACITY_EXCEEDED"), ("7", "PASS_THROUGH")]
)
def test_hours_are_held_against_pieces_of_all_products(hours: str, code: str | None) -> None:
    chain = Chain()
    mill = chain.place("workshop")
    for product in ("coats", "jackets"):
        chain.step("anna", {"parts": "50 C62"}, {product: "50 C62"}, process="sewing", facility=mill)
    work = {"facility": mill, "month": "2026-03", "people": {"max": "4"}, "hours": {"max": hours}}
    chain.say("anna", "work-declaration", **{"filiera:work": work})
    months = months_of([*chain.steps, *chain.statements], chain.subjects)
    assert [found.code for found in check_capacity(months)] == ([code] if code else [])


def test_hours_that_are_not_shown_accuse_nobody() -> None:
    chain = Chain()
    chain.step(
        "anna",
        {"parts": "5000 C62"},
        {"coats": "5000 C62"},
        process="sewing",
        facility=chain.place("workshop"),
    )
    assert list(check_capacity(months_of(chain.steps, chain.subjects))) == []
