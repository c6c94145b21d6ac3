"""The indicators as they are published: one form for the node's answer and for the outsider's, to be compared as it is.

Totals open their lists. Numbers by place do not: a list of few, read against the lists of the totals, would name whom
the small numbers do not (`places.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protocol.kpis.figures import OTHER
from protocol.kpis.places import areas, by_area, smallest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.kpis.deeds import Period
    from protocol.kpis.figures import Figures

FORMAT = "filiera-kpis/1"


@dataclass(frozen=True, slots=True)
class AsOfHead:
    """The head below which everything that was counted is anchored."""

    origin: str
    seq: int
    size: int
    root: bytes


def published(
    period: Period, figures: Figures, head: AsOfHead | None, province: str | None = None
) -> dict[str, Any]:
    """The published form as JSON.

    `{format, from, to, smallest, head, companies: {involved, admitted, invited, represented}, criteria: {<criterion>:
    {adopted, evidenced, proven}}, areas: {<area>: {<measure>: number or null}}, areaOf: {<province>: <area>}}`; a
    number is `{value, list: {<company>: <record or participant>}}`. `value` is null where nobody was asked, a number
    by place null where it is not told. With `province`, only the area of that one: a selection, not another count.
    """
    place, told = areas(figures.home), by_area(figures)
    place.pop(OTHER, None)
    if province is not None:
        place = {name: area for name, area in place.items() if name == province}
        told = {name: told[name] for name in place.values()}
    return {
        "format": FORMAT,
        "from": period.start,
        "to": period.end,
        "smallest": smallest(),
        "head": None
        if head is None
        else {"origin": head.origin, "seq": head.seq, "size": head.size, "root": head.root.hex()},
        "companies": {
            "involved": _number(figures.involved),
            "admitted": _number(figures.admitted),
            "invited": _number(figures.invited),
            "represented": _number(figures.represented),
        },
        "criteria": {
            criterion: {state: _number(listed) for state, listed in states.items()}
            for criterion, states in figures.criteria.items()
        },
        "areas": told,
        "areaOf": place,
    }


def opened(figures: Figures) -> dict[str, dict[str, dict[str, str]]]:
    """Every number by province with its list, nothing held back: for whoever has the records, not for passing on."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for measure, listed in figures.measures().items():
        for company, shown in sorted(listed.items()):
            province = figures.home.get(company)
            if province is not None:
                found.setdefault(province, {}).setdefault(measure, {})[company] = shown
    return dict(sorted(found.items()))


def _number(listed: Mapping[str, str] | None) -> dict[str, Any]:
    return {"value": None if listed is None else len(listed), "list": dict(sorted((listed or {}).items()))}
