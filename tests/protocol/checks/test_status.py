"""Status lists as evidence: whose list counts, which version, and what exactly falls when a place is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from protocol.checks.status import read_statuses
from protocol.status_list import MIN_BITS, empty
from tests.support.makers import Maker, seeded
from tests.support.statuses import certificate, list_name, status_list

if TYPE_CHECKING:
    from protocol.keys import PrivateKey
    from protocol.records import Record

PLACE = 4_711
LAB, RIVAL = Maker("lab", ("certifier",)), Maker("rival")
NOBODY: dict[bytes, bytes] = {}


class Workshop(Maker):
    """The same company with its second key."""

    @property
    def key(self) -> PrivateKey:
        return Maker("workshop").key

    @property
    def id(self) -> bytes:
        return seeded("participant", "lab")


def codes(statuses) -> list[str]:
    return [found.code for found in statuses.findings]


def words(statuses, record: Record) -> tuple:
    return statuses.words.get(record.digest, ())


def test_a_list_that_a_later_key_of_the_same_company_signed_counts():
    paper, second_key = certificate(LAB, PLACE), Workshop("lab")
    assert second_key.key.public.did != LAB.key.public.did
    found = read_statuses([paper, status_list(second_key, [PLACE])], [], NOBODY, ())
    assert words(found, paper) == (("withdrawn", "2026-03-02"),)
    assert codes(found) == []


def test_who_has_the_key_is_asked_where_a_record_does_not_say():
    paper = certificate(LAB, PLACE, **{"filiera:participant": LAB.id.hex()})
    unnamed = status_list(Workshop("lab"), [PLACE], **{"filiera:participant": None})
    key = Workshop("lab").key.public.key_id
    assert codes(read_statuses([paper, unnamed], [], NOBODY, ())) == ["STATUS_LIST_FOREIGN"]
    assert words(read_statuses([paper, unnamed], [], {key: LAB.id}, ()), paper)
    assert codes(read_statuses([paper, unnamed], [], {key: RIVAL.id}, ())) == ["STATUS_LIST_FOREIGN"]


def test_a_list_may_grow_and_what_was_signed_since_has_the_new_places():
    short, long = status_list(LAB), empty(MIN_BITS * 2)
    grown = status_list(LAB, before=short, encodedList=long.with_set([MIN_BITS + 7]).encode())
    papers = [certificate(LAB, place) for place in (MIN_BITS + 7, MIN_BITS + 8, MIN_BITS * 2)]
    found = read_statuses([*papers, short, grown], [], NOBODY, {short.digest})
    assert [bool(words(found, paper)) for paper in papers] == [True, False, False]
    assert codes(found) == ["STATUS_INDEX_OUTSIDE"]


def test_the_day_is_that_of_the_first_version_that_says_so():
    first = status_list(LAB, [PLACE])
    later = status_list(LAB, [PLACE, 3], first)
    paper = certificate(LAB, PLACE)
    one, other = (
        read_statuses(order, [], NOBODY, ()) for order in ([first, later, paper], [paper, later, first])
    )
    assert words(one, paper) == words(other, paper) == (("withdrawn", "2026-03-02"),)


def test_an_old_version_beside_the_current_one_is_no_fault():
    first = status_list(LAB)
    current = status_list(LAB, [PLACE], first)
    paper = certificate(LAB, PLACE + 1)
    assert codes(read_statuses([first, current, paper], [], NOBODY, {first.digest})) == []
    assert codes(read_statuses([first, paper], [], NOBODY, {first.digest})) == ["STATUS_LIST_STALE"]


def test_a_coordinators_list_does_not_speak_for_a_company():
    """It stands in no log, so nothing would show that it hides a later version of the company's own."""
    paper, forged = certificate(LAB, PLACE), status_list(RIVAL, id=list_name("lab"), version=99)
    in_her_name = status_list(RIVAL, id=list_name("lab"), **{"filiera:participant": LAB.id.hex()})
    for told in ([forged], [in_her_name], [forged, in_her_name]):
        assert codes(read_statuses([paper], told, NOBODY, ())) == ["STATUS_LIST_MISSING"]


@given(
    places=st.lists(st.integers(0, MIN_BITS - 1), min_size=1, max_size=6, unique=True),
    withdrawn=st.sets(st.integers(0, MIN_BITS - 1), max_size=6),
    chosen=st.sets(st.integers(0, 5), max_size=6),
    order=st.randoms(use_true_random=False),
)
def test_exactly_the_papers_at_places_that_are_set_fall(places, withdrawn, chosen, order):
    withdrawn |= {place for number, place in enumerate(places) if number in chosen}
    papers = {place: certificate(LAB, place) for place in places}
    evidence = [
        *papers.values(),
        status_list(LAB, withdrawn),
        status_list(RIVAL, places, id=list_name("lab")),
    ]
    order.shuffle(evidence)
    found = read_statuses(evidence, [], NOBODY, ())
    assert codes(found) == []
    assert {place for place, paper in papers.items() if words(found, paper)} == withdrawn & set(places)
