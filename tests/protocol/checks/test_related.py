"""A company with pseudonyms is one company to whoever may know it, and as many as it has names to everybody else."""

from __future__ import annotations

import pytest

from protocol.checks.related import check_related
from protocol.grades import PROVEN
from protocol.history import read_history
from protocol.kpis.deeds import Period
from protocol.kpis.figures import Said, compute
from protocol.records import parse_record, restrict
from tests.support.chain import p256
from tests.support.makers import Maker, lot
from tests.support.members import member

HIDDEN = ("name", "registrations", "controlGroup")
YEAR = Period("2026-01-01", "2026-12-31")


@pytest.fixture
def story():
    """The company in its own name hands a lot to its own pseudonym, and each signs: what would look countersigned."""
    own, masked = Maker("dyer"), Maker("pseudonym of the dyer")
    records = [own.declare("wool", **{"filiera:stage": "raw-material"})]
    shipment = own.ship("wool", masked, "60")
    records += [shipment, masked.receive(shipment, "wool", "60")]
    word = p256("coordinator")
    members = [member(word, own), member(word, masked, group=own.urn, hidden=HIDDEN)]
    return own, masked, records, members


def seen(members, tier):
    return [parse_record(restrict(each, tier)) for each in members]


@pytest.mark.parametrize(("tier", "related"), [("public", False), ("legitimate", False), ("authority", True)])
def test_a_receipt_by_ones_own_pseudonym_confirms_nothing_to_whoever_sees_the_group(story, tier, related):
    own, masked, records, members = story
    history = read_history(lot("wool"), records, seen(members, tier), set())
    findings = list(check_related(history, seen(members, tier)))
    assert [(each.code, each.values["group"]) for each in findings] == (
        [("COUNTERPARTY_RELATED", own.urn)] if related else []
    )
    grade = history.grades[records[-1].digest]
    assert (grade in PROVEN) is not related, grade
    assert history.evidence.company(own.urn) == own.urn
    assert history.evidence.company(masked.urn) == (own.urn if related else masked.urn)


@pytest.mark.parametrize(("tier", "companies"), [("public", 2), ("authority", 1)])
def test_the_public_count_is_an_upper_bound(story, tier, companies):
    own, masked, records, members = story
    said = Said(
        firsts={own.urn: records[0].digest, masked.urn: records[2].digest},
        deeds=[], represented={}, adoptions=[], admitted={own.urn, masked.urn},
        memberships=[(each.digest, each.subject) for each in seen(members, tier)],
    )  # fmt: skip
    figures = compute(YEAR, said)
    assert (len(figures.involved), len(figures.admitted or {})) == (companies, companies)


def test_two_companies_without_a_group_are_not_related(story):
    _, _, records, _ = story
    history = read_history(lot("wool"), records, [], set())
    assert not list(check_related(history, []))
