"""What was found, as it is printed: each code once, the serious ones first, with what to do and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from verifier.paper.look import BAD, CALM, GOOD, INK, MARK, SOFT, paragraph
from verifier.report import short

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reportlab.lib.colors import Color

WORDS: Final = {"verified": GOOD, "refused": BAD, "revoked": BAD, "not proven": MARK, "expired": MARK}
_PLACES, _PLACE = 3, 16


def colour_of(word: str) -> Color:
    """The colour of a verdict's word; the word itself always stands beside it."""
    return WORDS.get(word, CALM)


def once(faults: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first of each code, the serious ones before the notices."""
    ranks = ("refused", "incomplete", "notice")
    first: dict[str, dict[str, Any]] = {}
    for each in sorted(faults, key=lambda each: ranks.index(each["severity"])):
        first.setdefault(each["code"], each)
    return list(first.values())


def fault(each: dict[str, Any], faults: Iterable[dict[str, Any]], colour: Color) -> list[Any]:
    """Two lines about one code; `faults` are all, to say how often and where."""
    places = [other["place"] for other in faults if other["code"] == each["code"]]
    times = f" (×{len(places)})" if len(places) > 1 else ""
    where = ", ".join(_short_place(place) for place in places[:_PLACES] if place)
    advice = f"{each['remedy']}  [{each['code']}]" + (f"  {where}" if where else "")
    serious = each["severity"] != "notice"
    return [
        paragraph(each["sentence"] + times, 8, bold=serious, colour=colour if serious else INK, longest=500),
        paragraph(advice, 6.8, colour=SOFT, longest=500),
    ]


def _short_place(place: str) -> str:
    return short(place) if place.startswith(("urn:", "https:")) else place[:_PLACE]
