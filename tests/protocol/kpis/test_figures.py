"""Companies and criteria are counted as the lab means them: a group once, a criterion while it is in force, evidence."""

from __future__ import annotations

from typing import Any

import pytest

from protocol.kpis.deeds import Deed, Period, effective, evidence_acts
from protocol.kpis.figures import Figures, Said, compute, criteria_names, first_events
from protocol.kpis.published import opened, published
from protocol.vocabulary import vocabulary

YEAR = Period("2026-01-01", "2026-12-31")


def digest(name: object) -> bytes:
    return str(name).encode().rjust(32, b"\0")


def member(
    name: str, group: str | None = None, province: str = "BO", country: str = "IT"
) -> tuple[bytes, Any]:
    address = {"country": country, "province": province}
    return digest(f"member {name}"), {"id": name, "address": address} | (
        {"controlGroup": group} if group else {}
    )


def adoption(
    party: str, criterion: str, start: str = "2026-01-01", withdrawn: str | None = None
) -> tuple[str, bytes, Any]:
    subject = {"criterion": criterion, "from": start} | ({"withdrawn": withdrawn} if withdrawn else {})
    return party, digest(f"{party} {criterion} {start}"), subject


def deed(index: int, party: str, *criteria: str, day: str = "2026-05-01", **rest: Any) -> Deed:
    return Deed(index, digest(index), party, rest.pop("act", "process"), day, frozenset(criteria), **rest)


def figures(*deeds: Deed, period: Period = YEAR, **changes: Any) -> Figures:
    given: dict[str, Any] = {
        "firsts": first_events(period, deeds), "deeds": deeds, "represented": {}, "memberships": [], "adoptions": [],
        "admitted": {each.party for each in deeds},
    }  # fmt: skip
    return compute(period, Said(**given | changes))


def test_companies_of_one_group_count_once() -> None:
    members = [member("a", "gruppo"), member("b", "gruppo"), member("c"), member("e")]
    found = figures(
        deed(1, "a"), deed(2, "b"), deed(3, "c"), memberships=members, admitted={"a", "b", "c", "d"},
        represented={"workshop": digest(9)},
    )  # fmt: skip
    assert found.involved == {"c": digest(3).hex(), "gruppo": digest(1).hex()}
    assert set(found.admitted or ()) == {"gruppo", "c", "d"}
    assert set(found.invited or ()) == {"e"}
    assert found.represented == {"workshop": digest(9).hex()}


def test_without_a_ledger_nobody_knows_who_is_admitted() -> None:
    found = figures(deed(1, "a"), admitted=None)
    assert (found.admitted, found.invited) == (None, None)
    shown = published(YEAR, found, None)["companies"]
    assert (shown["admitted"], shown["involved"]["value"]) == ({"value": None, "list": {}}, 1)


def test_an_event_counts_in_its_period_unless_it_was_taken_back() -> None:
    wrong, right = deed(1, "a", day="2026-05-01"), deed(3, "a", day="2026-06-01")
    correction = deed(2, "a", corrects=wrong.digest)
    assert figures(wrong, right).involved == {"a": wrong.digest.hex()}
    assert figures(wrong, correction, right).involved == {"a": right.digest.hex()}
    assert figures(wrong, correction).involved == {}
    assert figures(wrong, deed(2, "b", corrects=wrong.digest)).involved == {"a": wrong.digest.hex()}
    assert figures(wrong, period=Period("2026-05-02", "2026-12-31")).involved == {}


def test_a_criterion_counts_from_the_day_of_adoption_until_withdrawn() -> None:
    words = [
        adoption("a", "circularity", "2026-02-01"),
        adoption("b", "circularity", "2026-03-01", "2026-06-01"),
    ]

    def adopters(start: str, end: str) -> list[str]:
        found = figures(period=Period(start, end), adoptions=words).criteria["circularity"]["adopted"]
        return list(found)

    assert adopters("2026-03-01", "2026-05-31") == ["a", "b"]
    assert adopters("2026-01-01", "2026-12-31") == ["a"]
    assert adopters("2025-01-01", "2025-12-31") == []


def test_the_newest_word_of_a_company_decides() -> None:
    words = [adoption("a", "social", "2026-02-01"), adoption("a", "social", "2026-04-01", "2026-05-01")]
    assert figures(adoptions=words).criteria["social"]["adopted"] == {}
    assert (
        figures(adoptions=words, period=Period("2026-01-01", "2026-03-31")).criteria["social"]["adopted"]
        != {}
    )


def states(found: Figures, criterion: str) -> list[list[str]]:
    return [list(found.criteria[criterion][state]) for state in ("adopted", "evidenced", "proven")]


def test_evidence_counts_for_whoever_adopted_the_criterion() -> None:
    said = deed(1, "dyer", "chemicals", act="chemical-declaration")
    assert states(figures(said), "chemicals") == [[], [], []]
    assert states(figures(said, adoptions=[adoption("dyer", "chemicals")]), "chemicals") == [
        ["dyer"],
        ["dyer"],
        [],
    ]
    assert states(figures(adoptions=[adoption("dyer", "chemicals")]), "chemicals") == [["dyer"], [], []]


def test_a_test_by_a_laboratory_proves_it_to_whoever_made_the_goods() -> None:
    made = deed(1, "dyer", "short-chain", made=frozenset({"cloth"}))
    test = deed(2, "lab", "chemicals", act="lab-test", about=frozenset({"cloth"}))
    words = [adoption("dyer", "chemicals"), adoption("lab", "chemicals"), adoption("weaver", "chemicals")]
    found = figures(made, test, adoptions=words, certifiers={"lab"})
    assert states(found, "chemicals") == [["dyer", "lab", "weaver"], ["dyer", "lab"], ["dyer"]]
    assert found.criteria["chemicals"]["proven"] == {"dyer": test.digest.hex()}
    # A certifier of the same group confirms nothing, and neither does a company that is no certifier.
    group = [member("dyer", "gruppo"), member("lab", "gruppo")]
    assert (
        states(figures(made, test, adoptions=words, certifiers={"lab"}, memberships=group), "chemicals")[2]
        == []
    )
    assert states(figures(made, test, adoptions=words), "chemicals") == [
        ["dyer", "lab", "weaver"],
        ["lab"],
        [],
    ]


def test_a_shipment_and_the_receipt_that_answers_it_prove_each_other() -> None:
    shipment = deed(1, "weaver", "short-chain", act="shipment")
    receipt = deed(2, "dyer", "short-chain", act="receipt", answers=shipment.digest)
    words = [adoption("weaver", "short-chain"), adoption("dyer", "short-chain")]
    assert states(figures(shipment, adoptions=words), "short-chain") == [["dyer", "weaver"], ["weaver"], []]
    assert states(figures(shipment, receipt, adoptions=words), "short-chain")[2] == ["dyer", "weaver"]
    own = [member("weaver", "gruppo"), member("dyer", "gruppo")]
    assert states(figures(shipment, receipt, adoptions=words, memberships=own), "short-chain") == [
        ["gruppo"],
        ["gruppo"],
        [],
    ]


def test_a_certificate_counts_while_it_is_valid_and_not_replaced() -> None:
    def paper(index: int, version: int, *criteria: str, until: str = "2026-12-31") -> Deed:
        return deed(
            index,
            "body",
            *criteria,
            act="Certificate",
            day="2026-01-01",
            until=until,
            holder="mill",
            version=("c", version),
        )

    words = {"adoptions": [adoption("mill", "circularity")], "certifiers": {"body"}}
    assert states(figures(paper(1, 1, "circularity"), **words), "circularity")[2] == ["mill"]
    withdrawn = figures(paper(1, 1, "circularity"), paper(2, 2), **words)
    assert states(withdrawn, "circularity")[2] == []
    late = figures(
        paper(1, 1, "circularity", until="2026-02-01"), period=Period("2026-02-02", "2026-12-31"), **words
    )
    assert states(late, "circularity")[2] == []
    assert figures(paper(1, 1, "circularity"), **words).involved == {}, "a certificate is no event"


def test_a_province_is_one_of_italy() -> None:
    found = figures(
        memberships=[member("a"), member("b", province="MO", country="US"), member("c", province="PO")]
    )
    assert found.home == {"a": "BO", "b": "other", "c": "PO"}


def test_what_is_published_of_a_place_is_a_number_without_a_list() -> None:
    members = [
        member(name, province=province)
        for province in ("BO", "MO")
        for name in (f"{province}{n}" for n in range(4))
    ]
    events = [deed(n, subject["id"]) for n, (_, subject) in enumerate(members)]
    shown = published(YEAR, figures(*events, memberships=members), None)
    assert {area: row["involved"] for area, row in shown["areas"].items()} == {"BO": 4, "MO": 4}
    assert len(shown["companies"]["involved"]["list"]) == 8
    one = published(YEAR, figures(*events, memberships=members), None, "MO")
    assert one["areas"] == {"MO": shown["areas"]["MO"]}
    assert one["areaOf"] == {"MO": "MO"}
    assert published(YEAR, figures(*events, memberships=members), None, "RE")["areas"] == {}
    assert len(opened(figures(*events, memberships=members))["BO"]["involved"]) == 4


def test_the_rules_are_about_criteria_and_acts_that_there_are() -> None:
    rules = vocabulary("indicators")["evidence"]
    assert set(rules) == set(criteria_names())
    assert evidence_acts() <= vocabulary("acts")["acts"].keys()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_log_gives_the_order(order: tuple[int, ...]) -> None:
    given = [deed(1, "a"), deed(2, "a"), deed(3, "a", corrects=digest(1))]
    assert [each.index for each in effective(given[place] for place in order)] == [2]
