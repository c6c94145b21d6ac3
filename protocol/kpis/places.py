"""Numbers by place that single nobody out, whatever is asked for and however answers are combined.

Two rules. **Areas**: provinces are put together once for all periods and all figures, so that every area is home to at
least `smallest()` companies that are known of; nothing that is ever told of an area is about fewer candidates.
**Cells**: within one period, a number below `smallest()` is not told, nor one whose difference from the wider number
that it is part of is that small, nor any from which, with the total, such a number would follow.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from protocol.criteria.evaluate import catalogue
from protocol.kpis.figures import ADMITTED, INVITED, INVOLVED, OTHER, STATES
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from protocol.kpis.figures import Figures

    Cells = dict[str, int | None]


def smallest() -> int:
    """The least number of companies that is told of a part of the territory."""
    return int(vocabulary("indicators")["smallest"])


def areas(homes: Mapping[str, str]) -> dict[str, str]:
    """Province → area: itself where it is home to enough companies, else `OTHER`, which is never too small either."""
    kept = Counter(homes.values())
    rest = kept.pop(OTHER, 0)
    merged = {name for name, count in kept.items() if count < smallest()}
    rest += sum(kept.pop(name) for name in merged)
    while 0 < rest < smallest() and kept:
        name = min(kept, key=lambda each: (kept[each], each))
        rest += kept.pop(name)
        merged.add(name)
    return {name: OTHER if name in merged or name == OTHER else name for name in sorted({*homes.values()})}


def by_area(figures: Figures) -> dict[str, Cells]:
    """Area → measure → number, None where it is not told. Along a chain of measures each is part of the one before."""
    place = areas(figures.home)
    names = sorted(set(place.values()))
    counts: dict[str, dict[str, int]] = {}
    for measure, listed in figures.measures().items():
        found = Counter(place[figures.home[company]] for company in listed if company in figures.home)
        counts[measure] = {name: found[name] for name in names}
    told = suppressed(counts, chains(counts))
    return {name: {measure: told[measure][name] for measure in counts} for name in names}


def chains(measures: Iterable[str]) -> list[list[str]]:
    """The measures in chains, widest first."""
    given = set(measures)
    criteria = dict.fromkeys(
        [entry["id"] for entry in catalogue()["criteria"]]
        + sorted(name.partition("/")[0] for name in given if "/" in name)
    )
    wanted = [
        [ADMITTED, INVOLVED],
        [INVITED],
        *([f"{name}/{state}" for state in STATES] for name in criteria),
    ]
    return [kept for chain in wanted if (kept := [name for name in chain if name in given])]


def suppressed(
    counts: Mapping[str, Mapping[str, int]], nested: Sequence[Sequence[str]]
) -> dict[str, dict[str, int | None]]:
    """Measure → area → number or None, so that totals and what is told give no small number away.

    `counts` is measure → area → number; the total of each measure over all areas is known to everybody.
    """
    told: dict[str, dict[str, int | None]] = {}
    for chain in nested:
        wider: dict[str, int] = {}
        for measure in chain:
            cells = counts[measure]
            hidden = {name for name, count in cells.items() if not _may_tell(count, wider.get(name))}
            _hide_more(cells, hidden)
            told[measure] = {name: None if name in hidden else count for name, count in cells.items()}
            wider |= {name: count for name, count in cells.items() if name not in hidden}
    return told


def _may_tell(count: int, wider: int | None) -> bool:
    return count >= smallest() and (wider is None or wider == count or wider - count >= smallest())


def _hide_more(cells: Mapping[str, int], hidden: set[str]) -> None:
    """Hide the smallest of the others, all that are alike, until what is hidden cannot be told apart by its sum.

    It can while it is one number, while the sum is small, and while the sum is the most that small numbers can have.
    """
    if len(cells) == 1:
        hidden.clear()  # the only area is everywhere: its number is the total
        return
    while hidden and (shown := [count for name, count in cells.items() if name not in hidden]):
        rest = sum(cells[name] for name in hidden)
        if len(hidden) > 1 and rest >= smallest() and rest != len(hidden) * (smallest() - 1):
            return
        hidden |= {name for name, count in cells.items() if count == min(shown)}
