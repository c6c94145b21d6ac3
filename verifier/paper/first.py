"""Page one: what it is, the verdict, the five criteria, and the journey in what is left of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from reportlab.lib.units import mm
from reportlab.platypus import Spacer, Table, TableStyle

from protocol.gs1 import GS1_STEM
from verifier.paper import criteria
from verifier.paper.days import time_in_words
from verifier.paper.facts import newest_time, product_of
from verifier.paper.faults import colour_of, fault, once
from verifier.paper.journey import journey, stands_for
from verifier.paper.look import HEIGHT, LINE, SOFT, WIDTH, heading, height_of, pair, paragraph
from verifier.paper.shapes import qr_code
from verifier.report import short
from verifier.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reportlab.platypus import Paragraph

    from protocol.codes import Language
    from verifier.paper.facts import Basis
    from verifier.verify import Result

_QR_SIDE: Final = 31 * mm
_GAP = 3 * mm
_FAULTS = 3
_LONG = 4000


def first_page(result: Result, basis: Basis, language: Language, faults: list[dict[str, Any]]) -> list[Any]:
    """Verdict, criteria, journey: the journey takes what is left of the page."""
    above = [
        _top(result, basis, language, faults),
        Spacer(0, _GAP),
        heading(say("paper.criteria", language, version=result.criteria[0].catalogue)),
        Spacer(0, 1 * mm),
        criteria.headlines(result, language),
        criteria.key(language),
        Spacer(0, _GAP),
        heading(say("paper.journey", language)),
        paragraph(stands_for(result, language), 7.5, colour=SOFT),
        Spacer(0, 1 * mm),
    ]
    below = [Spacer(0, 2 * mm), paragraph(say("paper.limits", language), 7, colour=SOFT, longest=_LONG)]
    room = HEIGHT - height_of(above) - height_of(below) - 2
    return [*above, journey(result, language, room), *below]


def _top(result: Result, basis: Basis, language: Language, faults: list[dict[str, Any]]) -> Table:
    """What it is and the verdict, with the code for a camera beside them."""
    product = product_of(result)
    words: list[Any] = [paragraph(say("paper.title", language).upper(), 8, bold=True, colour=SOFT)]
    words.append(
        paragraph(
            product.name or say("paper.goods", language, short=short(result.target)),
            17,
            bold=True,
            longest=80,
        )
    )
    about = " · ".join(each for each in (product.brand, product.description) if each)
    words += [paragraph(about, 9, longest=220)] if about else []
    words += [pair(say("paper.target", language), result.target, 7.5), Spacer(0, 2.5 * mm)]
    words.append(_verdict(result, basis, language, faults))
    widths = [WIDTH - _QR_SIDE - _GAP, _QR_SIDE + _GAP]
    code: list[Any] = [qr_code(result.target, _QR_SIDE)]
    if result.target.startswith(GS1_STEM):
        code.append(paragraph(say("paper.scan", language), 6.5, colour=SOFT, right=True))
    found = Table([[words, code]], colWidths=widths, hAlign="LEFT")
    sides: list[Any] = [
        (f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")
    ]
    found.setStyle(
        TableStyle([*sides, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (1, 0), (1, 0), _GAP)])
    )
    return found


def _verdict(result: Result, basis: Basis, language: Language, faults: list[dict[str, Any]]) -> Table:
    word = result.verdict.word
    colour = colour_of(word)
    said: list[Any] = [
        paragraph(say(word, language).upper(), 15, bold=True, colour=colour),
        paragraph(say(f"paper.sentence.{word}", language), 10.5, longest=_LONG),
        Spacer(0, 1 * mm),
        *_confirmed(result, basis, language),
    ]
    serious = [each for each in once(faults) if each["severity"] != "notice"]
    for each in serious[:_FAULTS]:
        said += [Spacer(0, 1 * mm), *fault(each, faults, colour)]
    if len(serious) > _FAULTS:
        said.append(
            paragraph(say("paper.more-faults", language, count=len(serious) - _FAULTS), 7.5, colour=SOFT)
        )
    found = Table([[said]], colWidths=[WIDTH - _QR_SIDE - _GAP], hAlign="LEFT")
    edges: list[Any] = [
        ("BOX", (0, 0), (-1, -1), 0.6, LINE), ("LINEBEFORE", (0, 0), (0, -1), 4, colour),
        ("LEFTPADDING", (0, 0), (-1, -1), 4 * mm), ("TOPPADDING", (0, 0), (-1, -1), 2.5 * mm),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3 * mm),
    ]  # fmt: skip
    found.setStyle(TableStyle(edges))
    return found


def _confirmed(result: Result, basis: Basis, language: Language) -> Iterator[Paragraph]:
    """As of when the verdict is, and who confirms what the chain holds."""
    when, who = "", say("paper.nobody", language)
    if result.as_of is not None:
        time, block = time_in_words(result.as_of.time, language), result.as_of.block
        when = say("paper.when-block", language, time=time, block=block)
        names = ", ".join(result.as_of.witnesses)
        who = say("paper.witnesses", language, count=len(result.as_of.witnesses), names=names)
    elif result.chain_asked and basis.view is not None:
        newest, who = newest_time(basis), say("paper.chain", language)
        when = say("paper.block", language, block=basis.view.latest)
        if newest:
            when = say(
                "paper.newest", language, time=time_in_words(newest, language), block=basis.view.latest
            )
    if when:
        yield pair(say("paper.when", language), when, longest=_LONG)
    yield pair(say("paper.confirmed", language), who, longest=_LONG)
