"""No subtraction of what is told gives a small number away: tried on every small table, and on any large one."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise, product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.kpis.places import areas, chains, smallest, suppressed

if TYPE_CHECKING:
    from collections.abc import Iterator

Table = dict[str, dict[str, int]]
WIDE, NARROW = "social/adopted", "social/evidenced"
PROVINCES = ["BO", "FE", "MO", "PO", "RA", "RE"]


def told(table: Table) -> dict[str, dict[str, int | None]]:
    return suppressed(table, [list(table)])


def seen(table: Table) -> tuple[object, ...]:
    """All that somebody sees who reads the totals and the cells."""
    shown = told(table)
    return tuple((name, sum(cells.values()), tuple(shown[name].items())) for name, cells in table.items())


def tables(places: int, most: int, *, nested: bool) -> Iterator[Table]:
    names = PROVINCES[:places]
    cells = [(a, b) for a in range(most + 1) for b in (range(a + 1) if nested else [0])]
    for found in product(cells, repeat=places):
        table = {WIDE: dict(zip(names, (a for a, _ in found), strict=True))}
        if nested:
            table[NARROW] = dict(zip(names, (b for _, b in found), strict=True))
        yield table


@pytest.mark.parametrize(
    ("places", "most", "nested"), [(2, 12, False), (3, 10, False), (4, 6, False), (2, 9, True), (3, 6, True)]
)
def test_whoever_knows_the_rules_and_tries_every_table_learns_no_small_number(
    places: int, most: int, *, nested: bool
) -> None:
    """For every table that there can be: each hidden small number could, by all that is seen, be another one."""
    alike: dict[tuple[object, ...], list[Table]] = defaultdict(list)
    for table in tables(places, most, nested=nested):
        alike[seen(table)].append(table)
    for group in alike.values():
        # Larger tables than were tried may look the same: what is not tried is not held against anybody.
        if any(sum(cells.values()) > most for cells in group[0].values()):
            continue
        for measure, cells in told(group[0]).items():
            for name, count in cells.items():
                possible = {table[measure][name] for table in group}
                if count is None and possible & {1, 2}:
                    assert len(possible) > 1, (group[0], measure, name)


@st.composite
def any_table(draw: st.DrawFn) -> Table:
    names = draw(st.lists(st.sampled_from(PROVINCES), min_size=1, max_size=6, unique=True))
    wide = {name: draw(st.integers(0, 12)) for name in names}
    narrow = {name: draw(st.integers(0, wide[name])) for name in names}
    return {
        WIDE: wide,
        NARROW: narrow,
        "social/proven": {name: draw(st.integers(0, narrow[name])) for name in names},
    }


@given(any_table())
def test_no_told_number_is_small_nor_is_its_difference_to_the_next(table: Table) -> None:
    shown = told(table)
    if len(table[WIDE]) == 1:
        assert shown == table
        return
    for name in table[WIDE]:
        kept = [shown[measure][name] for measure in table if shown[measure][name] is not None]
        assert all(count >= smallest() for count in kept)
        assert all(a == b or a - b >= smallest() for a, b in pairwise(kept))
    assert all(shown[m][n] in {None, table[m][n]} for m in table for n in table[m])


@given(any_table())
def test_total_less_all_that_is_told_is_several_numbers_together(table: Table) -> None:
    """The subtraction that everybody tries: what is left is nobody, or at least `smallest` in at least two places."""
    shown = told(table)
    for measure, cells in table.items():
        hidden = [name for name, count in shown[measure].items() if count is None]
        left = sum(cells.values()) - sum(count for count in shown[measure].values() if count is not None)
        if len(cells) > 1 and left and len(hidden) < len(cells):
            assert left >= smallest()
            assert len(hidden) > 1


@given(any_table())
def test_the_order_of_the_places_changes_nothing(table: Table) -> None:
    turned = {measure: dict(reversed(cells.items())) for measure, cells in table.items()}
    assert told(turned) == told(table)


@given(st.dictionaries(st.integers(), st.sampled_from([*PROVINCES, "other"]), min_size=1))
def test_an_area_is_home_to_enough_companies_and_never_depends_on_what_is_asked(
    homes: dict[int, str],
) -> None:
    place = areas({str(company): home for company, home in homes.items()})
    people: dict[str, int] = defaultdict(int)
    for home in homes.values():
        people[place[home]] += 1
    assert len(people) == 1 or min(people.values()) >= smallest()


def test_provinces_that_are_too_small_are_one_area() -> None:
    homes = {
        f"{name}{number}": name
        for name, count in {"BO": 12, "MO": 4, "PO": 1}.items()
        for number in range(count)
    }
    assert areas(homes) == {"BO": "BO", "MO": "other", "PO": "other"}
    assert areas({"a": "BO", "b": "MO"}) == {"BO": "other", "MO": "other"}
    assert areas(dict.fromkeys("abc", "BO")) == {"BO": "BO"}


def test_measures_stand_in_chains() -> None:
    assert chains(["social/proven", "social/adopted", "involved"]) == [
        ["involved"],
        ["social/adopted", "social/proven"],
    ]
