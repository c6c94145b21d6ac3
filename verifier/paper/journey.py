"""The journey as a table that takes the room it is given: the first steps and the last ones stay when not all fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reportlab.lib.units import mm
from reportlab.platypus import TableStyle

from verifier.paper.days import day_in_words
from verifier.paper.facts import legs_of, weakest
from verifier.paper.look import SOFT, WIDTH, height_of, is_readable, paragraph, table
from verifier.report import short
from verifier.texts import say

if TYPE_CHECKING:
    from reportlab.platypus import Table

    from protocol.codes import Language
    from verifier.paper.facts import Leg
    from verifier.verify import Result

_COLUMNS = ("day", "step", "who", "place", "km", "amount", "grade")
_WIDTHS = (18 * mm, 31 * mm, 45 * mm, 30 * mm, 9 * mm, 16 * mm)
_NUMBERS = frozenset({"km", "amount"})
_LONGEST_NAME = 36
_FIRST, _LEAST, _MOST = 2, 6, 40


def stands_for(result: Result, language: Language) -> str:
    """Who stands for the links, and the weakest of them."""
    found = weakest(result)
    if found is None:
        return say("paper.no-links", language)
    grade, count = found
    return say(
        "paper.weakest", language, grade=say(f"grade.{grade}", language), count=count, all=len(result.grades)
    )


def journey(result: Result, language: Language, room: float) -> Table:
    """The steps by day, as many as fit into `room` points, but never fewer than six."""
    legs = legs_of(result, language)
    found = _table(legs, min(len(legs), _MOST), language)
    for count in range(min(len(legs), _MOST), _LEAST - 1, -1):
        found = _table(legs, count, language)
        if height_of([found]) <= room:
            break
    return found


def _table(legs: list[Leg], count: int, language: Language) -> Table:
    """The head and `count` legs; a line says how many are left out between the first ones and the last ones."""
    head: list[Any] = [
        paragraph(say(f"paper.{name}", language), 7, colour=SOFT, right=name in _NUMBERS) for name in _COLUMNS
    ]
    left_out = len(legs) - count
    first = min(_FIRST, count) if left_out else count
    rows = [head, *(_row(leg, language) for leg in legs[:first])]
    if left_out:
        others = paragraph(say("paper.others", language, count=left_out), 7, colour=SOFT)
        rows.append([paragraph("…", 7), others, "", "", "", "", ""])
        rows += [_row(leg, language) for leg in legs[len(legs) - count + first :]]
    found = table(rows, [*_WIDTHS, WIDTH - sum(_WIDTHS)], head=1, tight=True)
    found.setStyle(TableStyle([("LEFTPADDING", (-1, 0), (-1, -1), 2 * mm)]))
    if left_out:
        found.setStyle(TableStyle([("SPAN", (1, first + 1), (-1, first + 1))]))
    return found


def _row(leg: Leg, language: Language) -> list[Any]:
    who = leg.who if is_readable(leg.who) else f"{leg.who[:_LONGEST_NAME]} ({short(leg.step.holder)})"
    shown = (day_in_words(leg.day, language), leg.done, who, leg.place, leg.km, leg.amount, leg.grade)
    return [
        paragraph(value, 7, right=name in _NUMBERS, longest=2 * _LONGEST_NAME)
        for name, value in zip(_COLUMNS, shown, strict=True)
    ]
