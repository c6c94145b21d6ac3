"""The custody graph as one SVG: who worked what, from the origins at the top to the target at the bottom.

A box is a step that made something, a line a lot that went from its maker to whoever worked it. How well a step is
stood for shows in the border, in black and white too. Same evidence, same bytes; every text of the records is escaped,
and no script, link or font is in the file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from protocol.grades import GRADES
from protocol.vocabulary import vocabulary
from protocol.wording import write_decimal
from verifier.report import done, party, short
from verifier.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from protocol.codes import Language
    from protocol.goods import Movement
    from protocol.steps import Step
    from verifier.verify import Result

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 210, 56, 30, 44, 24
_LEGEND_WIDTH = 800
_LETTERS = 30
# Border by grade: colour, width, dashes. Each differs from the others without its colour.
BORDERS: Final = {
    "on-behalf": ("#7a5c12", "1.5", "2 4"),
    "opening-stock": ("#7a5c12", "1.5", "8 4"),
    "signed": ("#2b5c8a", "1.2", ""),
    "countersigned": ("#1f6b3a", "2.6", ""),
    "attested": ("#1f6b3a", "4.2", ""),
}
# What XML 1.0 cannot hold (§2.2), and marks that turn the direction of the text around them.
_NOT_SHOWN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]|[\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Edge:
    """A lot that `maker` made and `taker` worked, with what the taker took of it."""

    maker: bytes
    taker: bytes
    taken: Movement


@dataclass(frozen=True)
class Layout:
    """Where each step's box stands (left, top), by digest, and how large the drawing is."""

    places: dict[bytes, tuple[int, int]]
    width: int
    height: int


def to_svg(result: Result, language: Language) -> str:
    """The drawing as text; the verdict is its title, the journey in words its description."""
    steps = sorted(
        (step for step in result.steps if step.goods.produced), key=lambda step: (step.day, step.digest)
    )
    edges = list(_edges(steps))
    placed = lay_out(steps, edges)
    word = say(result.verdict.word, language)
    size = f'width="{placed.width}" height="{placed.height}" viewBox="0 0 {placed.width} {placed.height}"'
    named = 'role="img" aria-labelledby="title desc" font-family="sans-serif"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {named}>',
        f'<title id="title">{_text(say("verdict", language, word=word, target=result.target))}</title>',
        f'<desc id="desc">{_text("; ".join(_told(result, step, language) for step in steps))}</desc>',
        f'<rect width="{placed.width}" height="{placed.height}" fill="#fff"/>',
        *(_line(edge, placed, language) for edge in edges),
        *(_box(result, step, placed, language) for step in steps),
        *_legend(placed, language),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _edges(steps: list[Step]) -> Iterator[Edge]:
    makers: dict[str, list[bytes]] = defaultdict(list)
    for step in steps:
        for lot in step.goods.names("produced"):
            makers[lot].append(step.digest)
    for step in steps:
        for taken in step.goods.consumed:
            yield from (
                Edge(maker, step.digest, taken) for maker in makers.get(taken.lot, ()) if maker != step.digest
            )


def lay_out(steps: list[Step], edges: list[Edge]) -> Layout:
    """The target at the bottom; every step as far down as whoever worked its goods allows, near to him."""
    after: dict[bytes, list[bytes]] = defaultdict(list)
    for edge in edges:
        after[edge.maker].append(edge.taker)
    height = _heights(steps, after)
    rows: dict[int, list[bytes]] = defaultdict(list)
    for step in steps:
        rows[height[step.digest]].append(step.digest)
    widest = max((len(each) for each in rows.values()), default=1)
    left: dict[bytes, float] = {}
    for number in sorted(rows):
        wanted = {
            digest: sum(left[each] for each in after[digest] if each in left) / max(1, len(after[digest]))
            for digest in rows[number]
        }
        start = (widest - len(rows[number])) / 2
        for place, digest in enumerate(sorted(rows[number], key=lambda each: (wanted[each], each))):
            left[digest] = start + place
    top = max(rows, default=0)
    places = {
        digest: (
            MARGIN + round(left[digest] * (WIDTH + GAP_X)),
            MARGIN + (top - height[digest]) * (HEIGHT + GAP_Y),
        )
        for digest in left
    }
    width = max(2 * MARGIN + widest * (WIDTH + GAP_X) - GAP_X, _LEGEND_WIDTH)
    return Layout(places, width, 2 * MARGIN + (top + 1) * (HEIGHT + GAP_Y) + HEIGHT)


def _heights(steps: list[Step], after: dict[bytes, list[bytes]]) -> dict[bytes, int]:
    """How many steps lie between each and the end; evidence with a cycle is drawn as well, cut where it closes."""
    height = {step.digest: 0 for step in steps}
    for _ in steps:
        moved = False
        for step in reversed(steps):
            wanted = max((height[each] + 1 for each in after[step.digest]), default=0)
            if height[step.digest] < wanted < len(steps):
                height[step.digest], moved = wanted, True
        if not moved:
            break
    return height


def _line(edge: Edge, placed: Layout, language: Language) -> str:
    (x, y), (u, v) = placed.places[edge.maker], placed.places[edge.taker]
    x, y, u = x + WIDTH // 2, y + HEIGHT, u + WIDTH // 2
    middle = (y + v) // 2
    unit = vocabulary("units")["units"][edge.taken.unit]["symbol"]
    amount = (
        say("withheld", language)
        if edge.taken.quantity is None
        else f"{write_decimal(edge.taken.quantity, language)} {unit}"
    )
    return (
        f'<path d="M{x} {y}C{x} {middle} {u} {middle} {u} {v}" fill="none" stroke="#8a8f96"/>'
        f'<text x="{(x + u) // 2}" y="{middle + 4}" font-size="11" fill="#444" text-anchor="middle" '
        f'paint-order="stroke" stroke="#fff" stroke-width="3">{_text(amount)}</text>'
    )


def _box(result: Result, step: Step, placed: Layout, language: Language) -> str:
    x, y = placed.places[step.digest]
    goods = ", ".join(short(lot) for lot in step.goods.names("produced"))
    frame = f'x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#fbfaf7"'
    border = _border(result.grades.get(step.digest, GRADES[0]))
    return (
        f'<g id="step-{step.digest.hex()}"><title>{_text(_told(result, step, language))}</title>'
        f"<rect {frame} {border}/>"
        f'<text x="{x + 12}" y="{y + 18}" font-size="13" font-weight="bold">{_cut(done(step, language))}</text>'
        f'<text x="{x + 12}" y="{y + 33}" font-size="12">{_cut(party(result, step))}</text>'
        f'<text x="{x + 12}" y="{y + 48}" font-size="11" fill="#555">{_cut(f"{step.day} · {goods}")}</text></g>'
    )


def _border(grade: str) -> str:
    colour, width, dashes = BORDERS[grade]
    return f'stroke="{colour}" stroke-width="{width}"' + (f' stroke-dasharray="{dashes}"' if dashes else "")


def _legend(placed: Layout, language: Language) -> Iterator[str]:
    top = placed.height - MARGIN - 14
    for number, grade in enumerate(GRADES):
        x = MARGIN + number * 146
        yield (
            f'<rect x="{x}" y="{top}" width="22" height="14" rx="3" fill="#fbfaf7" {_border(grade)}/>'
            f'<text x="{x + 29}" y="{top + 11}" font-size="11">{_cut(say(f"grade.{grade}", language))}</text>'
        )


def _told(result: Result, step: Step, language: Language) -> str:
    grade = say(f"grade.{result.grades.get(step.digest, GRADES[0])}", language)
    return f"{step.day}: {done(step, language)}, {party(result, step)} ({grade})"


def _cut(value: str) -> str:
    return _text(value if len(value) <= _LETTERS else value[: _LETTERS - 1] + "…")


def _text(value: str) -> str:
    return escape(_NOT_SHOWN.sub("\ufffd", value), quote=True)
