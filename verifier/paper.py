"""The report on paper: what an artisan understands comes first, what an auditor follows to the bytes after it.

Same evidence, same bytes: no clock and no random number goes into the file. Texts of records are escaped before they
become paragraphs, whose markup would otherwise be theirs to write.
"""

from __future__ import annotations

import io
import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import reportlab
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from protocol.codes import text
from protocol.vocabulary import vocabulary
from protocol.wording import write_decimal, write_share
from verifier.report import done, party, short
from verifier.texts import say
from verifier.verify import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from protocol.codes import Language
    from protocol.criteria.model import Criterion, Figure
    from protocol.steps import Step
    from verifier.verify import Result

_SANS, _BOLD, _MONO = "Vera", "VeraBd", "Courier"
_INK, _SOFT, _LINE = HexColor("#1c2733"), HexColor("#5a6876"), HexColor("#d9d6cd")
_GOOD, _BAD, _MARK, _CALM = HexColor("#1f6b3a"), HexColor("#a3261d"), HexColor("#7a5c12"), HexColor("#2b5c8a")
_COLOURS: Final = {"verified": _GOOD, "refused": _BAD, "revoked": _BAD, "not proven": _MARK, "expired": _MARK}
_HEADLINES: Final = {
    "short-chain": "companies",
    "circularity": "recycled-content",
    "footprint": "climate-change",
    "chemicals": "wet-steps-declared",
    "social": "evidence-regularity",
}
_PAGE = 174 * mm
_BAR = (46 * mm, 3 * mm)
# A name that goes on for pages would push everything else away.
_LONGEST = 300
_NOT_SHOWN = re.compile("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def to_pdf(result: Result, language: Language, repeat: str) -> bytes:
    """The report as a PDF file, A4; `repeat` is the command that gives it again."""
    for name in (_SANS, _BOLD):
        registerFont(TTFont(name, Path(reportlab.__file__).parent / "fonts" / f"{name}.ttf"))
    file = io.BytesIO()
    title = f"{say('paper.title', language)} · {short(result.target)}"
    pages = SimpleDocTemplate(
        file, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=16 * mm, bottomMargin=18 * mm,
        title=title, author="Filiera", lang=language, invariant=1,
    )  # fmt: skip

    def foot(canvas: Any, page: Any) -> None:
        canvas.setFont(_SANS, 7.5)
        canvas.setFillColor(_SOFT)
        canvas.drawString(18 * mm, 10 * mm, _plain(title))
        canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, say("paper.page", language, page=page.page))

    pages.build([*_first(result, language), *_second(result, language, repeat)], foot, foot)
    return file.getvalue()


def _first(result: Result, language: Language) -> Iterator[Any]:
    """For everybody: the verdict, the five criteria, what was found."""
    word = result.verdict.word
    colour = _COLOURS.get(word, _CALM)
    yield Paragraph(say("paper.title", language), _style(17, bold=True))
    verdict = [
        Paragraph(say(word, language).upper(), _style(15, bold=True, colour=colour)),
        Paragraph(say(f"paper.sentence.{word}", language), _style(11)),
        Spacer(0, 3),
        _pair(say("paper.target", language), result.target),
        _pair(say("paper.confirmed", language), _confirmed(result, language)),
    ]
    box = Table([[verdict, _code(result.target)]], colWidths=[_PAGE - 36 * mm, 36 * mm])
    box.setStyle(TableStyle([("BOX", (0, 0), (-1, -1), 1.6, colour), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]))
    yield from (Spacer(0, 6), box)
    yield _heading(say("criteria", language, version=result.criteria[0].catalogue))
    yield _criteria(result, language)
    yield _key(language)
    yield _heading(say("paper.findings", language))
    yield from _findings(result, language)
    yield Spacer(0, 6)
    yield Paragraph(say("paper.limits", language), _style(8, colour=_SOFT))


def _second(result: Result, language: Language, repeat: str) -> Iterator[Any]:
    """For who wants to follow: the journey, every figure, every check, the digests."""
    yield _heading(say("paper.journey", language))
    yield _journey(result, language)
    yield _heading(say("paper.more-figures", language))
    yield _figures(result, language)
    yield _heading(say("paper.checks", language))
    rows = [
        [_cell(say(f"check.{name}", language)), _cell(say(result.verdict.word_of(name), language))]
        for name in CHECKS
    ]
    yield _table(rows, [_PAGE * 0.7, _PAGE * 0.3])
    yield _heading(say("paper.auditor", language))
    yield _pair(say("paper.graph", language), result.graph.hex(), mono=True)
    yield _pair(say("paper.records", language), str(result.records))
    yield _pair(say("paper.catalogue", language), result.criteria[0].catalogue)
    yield _pair(say("paper.repeat", language), repeat, mono=True)


def _confirmed(result: Result, language: Language) -> str:
    if result.chain_asked:
        return say("paper.chain", language)
    if result.as_of is None:
        return say("paper.nobody", language)
    names = ", ".join(result.as_of.witnesses)
    count = len(result.as_of.witnesses)
    return say(
        "as-of", language, block=result.as_of.block, count=count, names=names, time=result.as_of.instant
    )


def _criteria(result: Result, language: Language) -> Table:
    """A line each: name, headline figure, and how much of it is proven, declared, not known."""
    known = vocabulary(f"catalogue-{result.criteria[0].catalogue}")["criteria"]
    names = {entry["id"]: entry[language]["name"] for entry in known}
    rows = []
    for criterion in result.criteria:
        figure = _headline(criterion)
        about = say(f"figure.{figure.id}", language)
        name = [_cell(names[criterion.id], bold=True), _cell(about, size=8, colour=_SOFT)]
        rows.append(
            [
                name,
                _cell(_value(figure, language), bold=True),
                _bar(figure),
                _cell(_shares(figure, language), size=8),
            ]
        )
    return _table(rows, [66 * mm, 34 * mm, 50 * mm, _PAGE - 150 * mm])


def _headline(criterion: Criterion) -> Figure:
    wanted = _HEADLINES.get(criterion.id)
    return next((each for each in criterion.figures if each.id == wanted), criterion.figures[0])


def _value(figure: Figure, language: Language) -> str:
    if figure.value is None:
        return say("not-enough", language)
    if figure.unit == "share":
        return write_share(figure.value, language)
    unit = f" {figure.unit}" if figure.unit in {"km", "kg CO2e"} else ""
    return write_decimal(figure.value, language) + unit


def _shares(figure: Figure, language: Language) -> str:
    return f"{write_share(figure.proven, language)} / {write_share(figure.declared, language)}"


def _bar(figure: Figure | None, proven: float = 1.0, declared: float = 0.0) -> Drawing:
    """Proven solid, declared hatched, the rest empty: to be told apart without colours."""
    if figure is not None:
        proven, declared = float(figure.proven), float(figure.declared)
    width, height = _BAR if figure is not None else (9 * mm, _BAR[1])
    drawing = Drawing(width, height)
    drawing.add(_rect(0, width, height, None, _LINE))
    if proven:
        drawing.add(_rect(0, width * proven, height, _GOOD, None))
    start, end, at = width * proven, width * (proven + declared), width * proven
    while at < end:
        drawing.add(_rect(at, min(1.4, end - at), height, _MARK, None))
        at += 2.8
    if end > start:
        drawing.add(_rect(start, end - start, height, None, _MARK))
    return drawing


def _rect(left: float, width: float, height: float, fill: Color | None, stroke: Color | None) -> Rect:
    found = Rect(left, 0, width, height)
    found.fillColor, found.strokeColor, found.strokeWidth = fill, stroke, 0.6
    return found


def _key(language: Language) -> Table:
    parts: list[Any] = []
    for name, proven, declared in (("proven", 1.0, 0.0), ("declared", 0.0, 1.0), ("unknown", 0.0, 0.0)):
        parts += [_bar(None, proven, declared), _cell(say(f"paper.{name}", language), size=8, colour=_SOFT)]
    return Table([parts], colWidths=[12 * mm, 28 * mm] * 3, hAlign="LEFT")


def _findings(result: Result, language: Language) -> Iterator[Any]:
    """Each code once, the serious ones first, with what to do."""
    counts: dict[str, int] = {}
    for found in result.verdict.findings:
        counts[found.code] = counts.get(found.code, 0) + 1
    seen: set[str] = set()
    for found in sorted(result.verdict.findings, key=lambda each: each.severity == "notice"):
        if found.code in seen:
            continue
        seen.add(found.code)
        values = {name: _plain(str(value)) for name, value in {"place": found.place, **found.values}.items()}
        sentence, remedy = text(found.code, language, **values)
        times = f" (×{counts[found.code]})" if counts[found.code] > 1 else ""
        serious = found.severity != "notice"
        said = Paragraph(escape(sentence) + times, _style(9, bold=serious, colour=_BAD if serious else _INK))
        advice = Paragraph(f"{escape(remedy)} [{found.code}]", _style(7.5, colour=_SOFT))
        yield _table([[[said, advice]]], [_PAGE])
    if not seen:
        yield Paragraph(say("paper.none", language), _style(9))


def _journey(result: Result, language: Language) -> Table:
    head = [
        _cell(say(f"paper.{name}", language), size=7.5, colour=_SOFT)
        for name in ("day", "step", "who", "amount", "grade")
    ]
    made = [step for step in result.steps if step.goods.produced]
    rows = [
        head,
        *(_leg(result, step, language) for step in sorted(made, key=lambda each: (each.day, each.digest))),
    ]
    return _table(rows, [19 * mm, 38 * mm, 58 * mm, 19 * mm, _PAGE - 134 * mm], head=1)


def _leg(result: Result, step: Step, language: Language) -> list[Any]:
    move = step.goods.produced[0]
    symbol = vocabulary("units")["units"][move.unit]["symbol"]
    amount = (
        say("withheld", language)
        if move.quantity is None
        else f"{write_decimal(move.quantity, language)} {symbol}"
    )
    grade = say(f"grade.{result.grades.get(step.digest, 'signed')}", language)
    shown = (step.day, done(step, language), party(result, step), amount, grade)
    return [_cell(value, size=8) for value in shown]


def _figures(result: Result, language: Language) -> Table:
    names = ("figure", "value", "shares", "coverage", "method")
    rows = [[_cell(say(f"paper.{name}", language), size=7.5, colour=_SOFT) for name in names]]
    for criterion in result.criteria:
        for figure in criterion.figures:
            missing = sorted({text(code, language, place="…")[0] for code, _ in figure.missing})
            lacking = f" {say('paper.missing', language)}: {' '.join(missing)}" if missing else ""
            method = say("paper.inputs", language, method=figure.method, count=len(figure.inputs)) + lacking
            shown = (
                say(f"figure.{figure.id}", language), _value(figure, language), _shares(figure, language),
                write_share(figure.coverage, language), method,
            )  # fmt: skip
            rows.append([_cell(value, size=7.5) for value in shown])
    return _table(rows, [48 * mm, 24 * mm, 32 * mm, 18 * mm, _PAGE - 122 * mm], head=1)


def _code(target: str) -> Drawing:
    """The target as a QR code: a GS1 Digital Link opens the passport."""
    size = 32 * mm
    widget = QrCodeWidget(target[:_LONGEST], barLevel="M", barBorder=4)
    left, bottom, right, top = widget.getBounds()
    drawing = Drawing(size, size, transform=[size / (right - left), 0, 0, size / (top - bottom), 0, 0])
    drawing.add(widget)
    return drawing


def _heading(words: str) -> Paragraph:
    return Paragraph(escape(words), _style(11.5, bold=True, before=10, after=3))


def _pair(name: str, value: str, *, mono: bool = False) -> Paragraph:
    font = _MONO if mono else _SANS
    shown = f'<font name="{font}">{escape(_plain(value))}</font>'
    return Paragraph(f'<font color="#5a6876">{escape(name)}:</font> {shown}', _style(8.5))


def _cell(value: str, *, size: float = 9, bold: bool = False, colour: Color = _INK) -> Paragraph:
    return Paragraph(escape(_plain(value)), _style(size, bold=bold, colour=colour))


def _table(rows: list[list[Any]], widths: list[float], *, head: int = 0) -> Table:
    table = Table(rows, colWidths=widths, repeatRows=head, hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
            ]
        )
    )
    return table


def _style(
    size: float, *, bold: bool = False, colour: Color = _INK, before: float = 0, after: float = 0
) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}{bold}{before}", fontName=_BOLD if bold else _SANS, fontSize=size, leading=size * 1.32,
        textColor=colour, spaceBefore=before, spaceAfter=after, splitLongWords=1,
    )  # fmt: skip


def _plain(value: str) -> str:
    shown = _NOT_SHOWN.sub("\ufffd", value)
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"
