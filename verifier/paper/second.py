"""Page two, for whoever goes through it: everything found, every figure, every check, and the bytes to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reportlab.lib.units import mm
from reportlab.platypus import Spacer, Table

from verifier.later import beside_lines
from verifier.paper import criteria
from verifier.paper.facts import anchors
from verifier.paper.faults import colour_of, fault, once
from verifier.paper.look import BAD, INK, SOFT, WIDTH, heading, pair, paragraph, table
from verifier.texts import say
from verifier.verify import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from protocol.codes import Language
    from verifier.paper.facts import Basis
    from verifier.verify import Result

_CHECK_COLUMNS = 3
_GAP = 3 * mm
_LONG = 4000


def second_page(
    result: Result, basis: Basis, language: Language, faults: list[dict[str, Any]], repeat: str
) -> Iterator[Any]:
    """The parts of the page; `repeat` is the command that gives the report again."""
    yield heading(say("paper.findings", language))
    yield from _faults(faults, language)
    plot = criteria.footprint(result, language)
    if plot is not None:
        yield from (Spacer(0, _GAP), heading(say("paper.footprint", language)), plot)
    yield from (
        Spacer(0, _GAP),
        heading(say("paper.more-figures", language)),
        criteria.all_figures(result, language),
    )
    yield from (paragraph(line.strip(), 7, longest=_LONG) for line in beside_lines(result, language) if line)
    yield from (Spacer(0, _GAP), heading(say("paper.checks", language)), _checks(result, language))
    yield from (Spacer(0, _GAP), heading(say("paper.auditor", language)), _bytes(result, basis, language))
    yield Spacer(0, 1 * mm)
    yield pair(say("paper.repeat", language), repeat, 7, longest=_LONG)


def _faults(faults: list[dict[str, Any]], language: Language) -> Iterator[Any]:
    """Each code once, the serious ones first, with what to do and where."""
    for each in once(faults):
        yield from fault(each, faults, BAD if each["severity"] == "refused" else INK)
        yield Spacer(0, 1.2 * mm)
    if not faults:
        yield paragraph(say("paper.none", language), 8)


def _checks(result: Result, language: Language) -> Table:
    """Name and word of each check, three in a row, read downwards."""
    cells = []
    for name in CHECKS:
        word = result.verdict.word_of(name)
        good = word == "verified"
        said = paragraph(say(word, language), 6.8, bold=not good, colour=INK if good else colour_of(word))
        cells.append([paragraph(say(f"check.{name}", language), 6.8), said])
    deep = -(-len(cells) // _CHECK_COLUMNS)
    columns = [cells[start : start + deep] for start in range(0, len(cells), deep)]
    rows = [
        [part for column in columns for part in (column[row] if row < len(column) else ("", ""))]
        for row in range(deep)
    ]
    return table(rows, [0.225 * WIDTH, WIDTH / _CHECK_COLUMNS - 0.225 * WIDTH] * _CHECK_COLUMNS, tight=True)


def _bytes(result: Result, basis: Basis, language: Language) -> Table:
    """Every digest and address that the verdict rests on."""
    given: list[tuple[str, str]] = []
    if result.passport is not None:
        digest, version = result.passport.digest.hex(), result.passport.subject["version"]
        given.append(("paper.passport", say("paper.passport-is", language, digest=digest, version=version)))
    given.append(("paper.graph", result.graph.hex()))
    catalogue = f"{say('paper.catalogue', language)} {result.criteria[0].catalogue}"
    given.append(("paper.records", f"{result.records}, {catalogue}"))
    given += anchors(basis, language)
    rows = [
        [paragraph(say(name, language), 6.8, colour=SOFT), paragraph(value, 6.8, longest=300)]
        for name, value in given
    ]
    return table(rows, [42 * mm, WIDTH - 42 * mm], tight=True)
