"""The five criteria on page one, every figure on page two, and where the footprint comes from."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from reportlab.lib.units import mm

from protocol.codes import text
from protocol.criteria.model import ZERO
from protocol.vocabulary import vocabulary
from protocol.wording import write_decimal, write_share
from verifier.paper.days import day_in_words
from verifier.paper.facts import footprint_legs, whose
from verifier.paper.look import SOFT, WIDTH, paragraph, table
from verifier.paper.shapes import amount_bar, share_bar
from verifier.report import done
from verifier.texts import say

if TYPE_CHECKING:
    from reportlab.platypus import Table

    from protocol.codes import Language
    from protocol.criteria.model import Criterion, Figure
    from verifier.verify import Result

# The figure that stands for a criterion: the first of these that has a value, else the last.
_HEADLINES: Final = {
    "short-chain": ("kilometres", "companies"),
    "circularity": ("recycled-content",),
    "footprint": ("climate-change",),
    "chemicals": ("wet-steps-declared",),
    "social": ("evidence-regularity",),
}
_WIDTHS = (60 * mm, 27 * mm, 48 * mm)
_FEW = 6
_GRAMS = Decimal("0.001")


def headlines(result: Result, language: Language) -> Table:
    """A line for each criterion: a figure, what of it is proven, declared and covered, and what is missing."""
    known = vocabulary(f"catalogue-{result.criteria[0].catalogue}")["criteria"]
    names = {entry["id"]: entry[language]["name"] for entry in known}
    rows = [_head(("criterion", "value", "bar", "coverage"), language)]
    for criterion in result.criteria:
        figure = _headline(criterion)
        shares = say(
            "shares",
            language,
            proven=write_share(figure.proven, language),
            declared=write_share(figure.declared, language),
        )
        rows.append(
            [
                [
                    paragraph(names[criterion.id], 8.5, bold=True),
                    paragraph(say(f"figure.{figure.id}", language), 7, colour=SOFT),
                ],
                paragraph(value_of(figure, language), 9.5, bold=True),
                [share_bar(figure.proven, figure.declared, _WIDTHS[2] - 5 * mm), paragraph(shares, 6.5)],
                [paragraph(write_share(figure.coverage, language), 8), *_lacking(figure, language)],
            ]
        )
    return table(rows, [*_WIDTHS, WIDTH - sum(_WIDTHS)])


def key(language: Language) -> Table:
    """What the bars mean."""
    parts: list[Any] = []
    for name, proven, declared in (("proven", 1, 0), ("declared", 0, 1), ("unknown", 0, 0)):
        parts += [
            share_bar(proven, declared, 9 * mm),
            paragraph(say(f"paper.{name}-is", language), 7, colour=SOFT),
        ]
    return table([parts], [11 * mm, 47 * mm, 11 * mm, 47 * mm, 11 * mm, WIDTH - 127 * mm], tight=True)


def all_figures(result: Result, language: Language) -> Table:
    """Every figure with its method and records, so that it can be computed again."""
    rows = [_head(("figure", "value", "shares", "coverage", "method", "missing"), language, size=6.5)]
    for criterion in result.criteria:
        for figure in criterion.figures:
            codes = Counter(code for code, _ in figure.missing)
            missing = ", ".join(f"{code} ×{count}" for code, count in sorted(codes.items()))
            value = "–" if figure.value is None else value_of(figure, language)
            coverage = write_share(figure.coverage, language)
            method = f"{figure.method} · {len(figure.inputs)}"
            name = say(f"figure.{figure.id}", language)
            shown = (name, value, _shares(figure, language), coverage, method, missing)
            rows.append([paragraph(each, 6.5) for each in shown])
    widths = [44 * mm, 19 * mm, 24 * mm, 14 * mm, 43 * mm]
    return table(rows, [*widths, WIDTH - sum(widths)], head=1, tight=True)


def footprint(result: Result, language: Language) -> Table | None:
    """The kg CO2e of one kilogram, step by step, as bars; None if nobody states any."""
    parts = footprint_legs(result)
    if not parts or result.evidence is None:
        return None
    largest = max((abs(part.amount) for part in parts if part.amount is not None), default=ZERO)
    heaviest = sorted(parts, key=lambda each: abs(each.amount or ZERO), reverse=True)[:_FEW]
    rows = []
    for part in (each for each in parts if each in heaviest):
        day, who = day_in_words(part.step.day, language), whose(result, part.step, language)
        drawn: Any = ""
        amount = say("not-enough", language)
        if part.amount is not None:
            drawn = amount_bar(part.amount, largest, 60 * mm, proven=part.proven)
            amount = f"{write_decimal(part.amount.quantize(_GRAMS), language)} kg CO2e"
        named = (paragraph(each, 7) for each in (day, done(part.step, language), who))
        rows.append([*named, drawn, paragraph(amount, 7, right=True)])
    if len(parts) > _FEW:
        others = say("paper.others", language, count=len(parts) - _FEW)
        rows.append(["", paragraph(others, 7, colour=SOFT), "", "", ""])
    widths = [18 * mm, 30 * mm, 44 * mm, 62 * mm]
    return table(rows, [*widths, WIDTH - sum(widths)], tight=True)


def value_of(figure: Figure, language: Language) -> str:
    """A figure's value with its unit, or that there is not enough evidence."""
    if figure.value is None:
        return say("not-enough", language)
    if figure.unit == "share":
        return write_share(figure.value, language)
    unit = f" {figure.unit}" if figure.unit in {"km", "kg CO2e"} else ""
    return write_decimal(figure.value, language) + unit


def _headline(criterion: Criterion) -> Figure:
    wanted = _HEADLINES.get(criterion.id, ())
    found = [figure for name in wanted for figure in criterion.figures if figure.id == name]
    known = [figure for figure in found if figure.value is not None]
    return (known + found[::-1] + list(criterion.figures))[0]


def _lacking(figure: Figure, language: Language) -> list[Any]:
    """What would have to be there, each kind once with how often it is missing."""
    counts = Counter(code for code, _ in figure.missing)
    said = [f"{_sentence(code, language)} (×{count})" for code, count in sorted(counts.items())]
    return [paragraph(f"{say('paper.missing', language)}: {each}", 6.5, colour=SOFT) for each in said[:2]]


def _sentence(code: str, language: Language) -> str:
    """What is missing, said of no place in particular."""
    return text(code, language, place="…")[0].replace("….", "…")


def _shares(figure: Figure, language: Language) -> str:
    return f"{write_share(figure.proven, language)} / {write_share(figure.declared, language)}"


def _head(names: tuple[str, ...], language: Language, size: float = 7) -> list[Any]:
    return [paragraph(say(f"paper.{name}", language), size, colour=SOFT) for name in names]
