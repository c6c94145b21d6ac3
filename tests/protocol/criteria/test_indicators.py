"""Companies and criteria are counted as the lab means them, and small numbers give nobody away."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from protocol.criteria.indicators import OTHER, SMALL, Period, indicators, suppressed

YEAR = Period("2026-01-01", "2026-12-31")


def member(name: str, group: str | None = None, province: str = "BO") -> dict[str, object]:
    return {"id": name, "address": {"country": "IT", "province": province}} | (
        {"controlGroup": group} if group else {}
    )


def adoption(criterion: str, start: str, withdrawn: str | None = None) -> dict[str, object]:
    return {"criterion": criterion, "from": start} | ({"withdrawn": withdrawn} if withdrawn else {})


def test_companies_of_one_group_count_once() -> None:
    active = {name: bytes(32) for name in ("a", "b", "c")}
    members = [member("a", "gruppo"), member("b", "gruppo"), member("c")]
    found = indicators(YEAR, active, {"workshop"}, {"a", "b", "c", "d"}, members, [])
    assert len(found.involved) == 2
    assert (found.admitted, found.represented) == (3, 1)


def test_a_criterion_counts_from_the_day_of_adoption_until_withdrawn() -> None:
    words = [
        ("a", adoption("circularity", "2026-02-01")),
        ("b", adoption("circularity", "2026-03-01", "2026-06-01")),
    ]
    spring, year = Period("2026-03-01", "2026-05-31"), YEAR
    assert indicators(spring, {}, (), (), [], words).adopted == {"circularity": ("a", "b")}
    assert indicators(year, {}, (), (), [], words).adopted == {"circularity": ("a",)}
    assert indicators(Period("2025-01-01", "2025-12-31"), {}, (), (), [], words).adopted == {}


def test_a_newer_word_of_the_same_company_replaces_the_older() -> None:
    words = [("a", adoption("social", "2026-02-01")), ("a", adoption("social", "2026-04-01", "2026-05-01"))]
    assert indicators(YEAR, {}, (), (), [], words).adopted == {}


def test_small_provinces_are_merged() -> None:
    assert suppressed({"BO": 12, "MO": 4, "PO": 1}) == {"BO": 12, OTHER: 5}
    assert suppressed({"BO": 12, "MO": 2, "PO": 2}) == {"BO": 12, OTHER: 4}
    assert suppressed({"BO": 2}) == {OTHER: 0}


@given(st.dictionaries(st.sampled_from(["BO", "MO", "PO", "FI", "MI", OTHER]), st.integers(0, 9)))
def test_no_cell_is_small(counts: dict[str, int]) -> None:
    found = suppressed(counts)
    assert all(count >= SMALL or (name == OTHER and count == 0) for name, count in found.items())
