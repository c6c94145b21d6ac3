"""How the paper looks: fonts, colours, cells and tables. What comes from records is escaped here and nowhere else.

All fonts are embedded (Bitstream Vera, free, part of reportlab), so a printing house needs none of its own.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import reportlab
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import getFont, registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, Table, TableStyle

if TYPE_CHECKING:
    from collections.abc import Sequence

SANS, BOLD = "Vera", "VeraBd"
INK, SOFT, LINE = HexColor("#1c2733"), HexColor("#566270"), HexColor("#cfcbc0")
GOOD, BAD, MARK, CALM = HexColor("#1f6b3a"), HexColor("#a3261d"), HexColor("#7a5c12"), HexColor("#2b5c8a")
MARGIN_SIDE, MARGIN_TOP, MARGIN_FOOT = 16 * mm, 14 * mm, 17 * mm
WIDTH = A4[0] - 2 * MARGIN_SIDE
HEIGHT = A4[1] - MARGIN_TOP - MARGIN_FOOT
_LEADING = 1.28
# A name that goes on for pages would push everything else away.
_LONGEST = 160
# Control characters, and marks that turn the direction of the text around them.
_NOT_SHOWN = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# What stands for a letter that the fonts do not have.
_NO_LETTER = "?"
_NO_CHARACTER = 0xFFFE


def load_fonts() -> None:
    """Register the embedded fonts; more than once does no harm."""
    for name in (SANS, BOLD):
        registerFont(TTFont(name, Path(reportlab.__file__).parent / "fonts" / f"{name}.ttf"))


def plain(value: str, longest: int = _LONGEST) -> str:
    """A text from anywhere as it may stand on paper: no marks that hide or turn, no endless one, known letters only."""
    shown = _NOT_SHOWN.sub("\ufffd", value)
    shown = shown if len(shown) <= longest else shown[: longest - 1] + "…"
    known = "".join(letter if ord(letter) in _letters() else _NO_LETTER for letter in shown)
    return known.replace(" %", "\u00a0%")


def is_readable(value: str) -> bool:
    """Whether every letter of a text can be printed."""
    return all(ord(letter) in _letters() for letter in value)


def paragraph(
    value: str,
    size: float = 8.5,
    *,
    bold: bool = False,
    colour: Color = INK,
    right: bool = False,
    longest: int = _LONGEST,
) -> Paragraph:
    """One text in one style."""
    return Paragraph(escape(plain(value, longest)), style(size, bold=bold, colour=colour, right=right))


def heading(words: str) -> Paragraph:
    """What a part of a page is called."""
    return paragraph(words, 10.5, bold=True)


def pair(name: str, value: str, size: float = 8, longest: int = _LONGEST) -> Paragraph:
    """A name in a soft colour with its value."""
    soft = f'<font color="{SOFT.hexval().replace("0x", "#")}">{escape(plain(name))}</font>'
    return Paragraph(f"{soft}  {escape(plain(value, longest))}", style(size))


@cache
def style(size: float, *, bold: bool = False, colour: Color = INK, right: bool = False) -> ParagraphStyle:
    """The paragraph style of these properties; long words are split, so that nothing leaves its column."""
    return ParagraphStyle(
        f"{size}-{bold}-{colour}-{right}", fontName=BOLD if bold else SANS, fontSize=size, leading=size * _LEADING,
        textColor=colour, alignment=2 if right else 0, splitLongWords=1,
    )  # fmt: skip


def table(rows: Sequence[list[Any]], widths: Sequence[float], *, head: int = 0, tight: bool = False) -> Table:
    """A table with a line under each row; `head` rows come again on the next page."""
    found = Table(rows, colWidths=widths, repeatRows=head, hAlign="LEFT")
    space = 0.8 if tight else 2
    found.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.35, LINE),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), space),
                ("BOTTOMPADDING", (0, 0), (-1, -1), space + 0.6),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
            ]
        )
    )
    return found


def height_of(parts: Sequence[Any]) -> float:
    """How much of a page these take, one under the other."""
    return float(sum(part.wrap(WIDTH, HEIGHT)[1] for part in parts))


@cache
def _letters() -> frozenset[int]:
    load_fonts()
    font: Any = getFont(SANS)
    return frozenset(letter for letter in font.face.charToGlyph if letter < _NO_CHARACTER)
