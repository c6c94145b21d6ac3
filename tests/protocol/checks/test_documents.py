"""Papers shown twice, and facts told twice; what honest makers do is not asked about."""

from __future__ import annotations

import dataclasses

import pytest

from protocol.checks.documents import check_documents, check_duplicates
from tests.support.graphs import Chain


def paper(kind: str, content: str = "a") -> dict[str, object]:
    return {"filiera:documents": [{"kind": kind, "sha256": content * 64}]}


def number(kind: str, text: str) -> dict[str, object]:
    return {"bizTransactionList": [{"type": kind, "bizTransaction": text}]}


def delivered(
    first: dict[str, object],
    second: dict[str, object],
    *,
    lots: tuple[str, str] = ("wool", "silk"),
    day: str = "2026-03-20",
    to: str = "bice",
) -> set[str]:
    chain = Chain()
    chain.step("anna", {}, {lots[0]: "10 KGM"}, act="shipment", recipient="bice", **first)
    chain.step("anna", {}, {lots[1]: "10 KGM"}, act="shipment", day=day, recipient=to, **second)
    return {found.code for found in check_documents(chain.steps, chain.subjects)}


@pytest.mark.parametrize("kind", ["ddt", "transport-document", "cmr"])
def test_one_delivery_note_for_two_deliveries_is_asked_about(kind: str) -> None:
    assert delivered(paper(kind), paper(kind)) == {"DOCUMENT_REUSED"}
    assert delivered(paper(kind), paper(kind, "b")) == set()


def test_one_delivery_may_be_several_records() -> None:
    assert delivered(paper("ddt"), paper("ddt"), day="2026-03-02") == set()
    assert delivered(paper("ddt"), paper("ddt"), day="2026-03-02", to="carla") == {"DOCUMENT_REUSED"}


def test_the_states_of_one_lot_are_one_lot() -> None:
    assert delivered(paper("ddt"), paper("ddt"), lots=("wool", "wool#2")) == set()


def test_an_invoice_of_the_month_is_custom_and_of_two_months_is_not() -> None:
    assert delivered(paper("invoice"), paper("invoice")) == set()
    assert delivered(paper("invoice"), paper("invoice"), day="2026-04-02") == {"DOCUMENT_REUSED"}


def test_a_number_is_its_makers() -> None:
    assert delivered(number("desadv", "DDT 1"), number("desadv", "DDT 1")) == {"DOCUMENT_REUSED"}
    assert delivered(number("desadv", "DDT 1"), number("desadv", "DDT 2")) == set()
    chain = Chain()
    for maker, lot in (("anna", "wool"), ("bice", "silk")):
        chain.step(maker, {}, {lot: "1 KGM"}, act="shipment", **number("desadv", "DDT 1"))
    assert list(check_documents(chain.steps, chain.subjects)) == []


def test_a_certificate_may_stand_under_everything() -> None:
    assert delivered(paper("certificate"), paper("certificate")) == set()


def test_a_report_of_another_lot_is_borrowed() -> None:
    chain = Chain()
    test = {"filiera:test": {"laboratory": "Lab", "reportNumber": "RP 1", "method": "m", "results": []}}
    chain.say("lab", "lab-test", ("wool",), **test)
    chain.say("lab", "lab-test", ("wool", "silk"), **test)
    assert list(check_documents(chain.statements, chain.subjects)) == []
    chain.say("lab", "lab-test", ("linen",), **test)
    assert {found.code for found in check_documents(chain.statements, chain.subjects)} == {"DOCUMENT_REUSED"}


def told_twice(**claims: object) -> tuple[Chain, list[object]]:
    chain = Chain()
    for day in ("2026-03-02", "2026-03-09"):
        chain.step("anna", {}, {"wool": "10 KGM"}, act="shipment", recipient="bice", day=day, **claims)
    return chain, [found.code for found in check_duplicates(chain.steps, chain.subjects)]


def test_another_day_does_not_make_another_fact_of_one_paper() -> None:
    assert told_twice(**number("desadv", "DDT 1"))[1] == ["PROBABLE_DUPLICATE"]


def test_without_a_paper_another_day_is_another_fact() -> None:
    assert told_twice(eventTime="2026-03-02T08:00:00Z")[1] == []
    assert told_twice()[1] == []


def test_two_withheld_amounts_may_differ() -> None:
    chain, _ = told_twice(**number("desadv", "DDT 1"))
    hidden = [
        dataclasses.replace(
            step,
            goods=dataclasses.replace(
                step.goods, sent=tuple(move._replace(quantity=None) for move in step.goods.sent)
            ),
        )
        for step in chain.steps
    ]
    assert list(check_duplicates(hidden, chain.subjects)) == []
