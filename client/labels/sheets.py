"""Sheets of labels as PDF: A4 sheets as they are sold, and rolls of a label printer, one label a page.

Pages are written as they come, so that ten thousand labels need no more memory than one sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from client.errors import ClientError
from client.labels.care import SYMBOLS, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from client.labels.marks import Mark

A4: Final = (210.0, 297.0)
_EDGE = 2.0
_TEXT_MM = 2.1


@dataclass(frozen=True, slots=True)
class Sheet:
    """Sizes in millimetres: the page, the label, where the first one stands from the top left, and the pitch."""

    page: tuple[float, float]
    label: tuple[float, float]
    columns: int = 1
    rows: int = 1
    corner: tuple[float, float] = (0.0, 0.0)
    pitch: tuple[float, float] = (0.0, 0.0)


SHEETS: Final[dict[str, Sheet]] = {
    "a4-24": Sheet(A4, (64.0, 33.9), 3, 8, (7.2, 12.9), (66.0, 33.9)),
    "a4-21": Sheet(A4, (63.5, 38.1), 3, 7, (7.2, 15.1), (66.0, 38.1)),
    "a4-12": Sheet(A4, (63.5, 72.0), 3, 4, (7.2, 4.5), (66.0, 72.0)),
    "roll-50x25": Sheet((50.0, 25.0), (50.0, 25.0)),
    "roll-40x60": Sheet((40.0, 60.0), (40.0, 60.0)),
    "roll-60x30": Sheet((60.0, 30.0), (60.0, 30.0)),
}


def write_sheets(
    file: Path, marks: Iterable[Mark], sheet: Sheet, *, name: str = "", care: Sequence[str] = (),
    told: Callable[[int], Any] = lambda _: None,
) -> int:  # fmt: skip
    """Write all labels and return how many; `told` is called after each page with how many are done."""
    width, height = sheet.page
    canvas = Canvas(str(file), pagesize=(width * mm, height * mm), invariant=1, pageCompression=1)
    canvas.setTitle(name or "Filiera")
    count = 0
    for count, mark in enumerate(marks, 1):
        place = (count - 1) % (sheet.columns * sheet.rows)
        if place == 0 and count > 1:
            canvas.showPage()
            told(count - 1)
        row, column = divmod(place, sheet.columns)
        left = sheet.corner[0] + column * sheet.pitch[0]
        top = height - sheet.corner[1] - row * sheet.pitch[1]
        _draw(canvas, mark, (left, top - sheet.label[1]), sheet.label, name, in_order(tuple(care)))
    if not count:
        raise ClientError("LABEL_NONE", "")
    canvas.save()
    told(count)
    return count


def _draw(
    canvas: Canvas, mark: Mark, corner: tuple[float, float], label: tuple[float, float], name: str,
    care: tuple[str, ...],
) -> None:  # fmt: skip
    """The code on the left (on top of an upright label), words and care beside it (under it)."""
    (left, bottom), (width, height) = corner, label
    upright = height > width
    side = min(width, height) - 2 * _EDGE if not upright else width - 2 * _EDGE
    if not upright:
        side = min(side, width * 0.55)
    module = mark.module_mm(side)
    x, y = left + _EDGE, bottom + height - _EDGE
    path = canvas.beginPath()
    for column, row, length in mark.runs():
        path.rect(
            (x + column * module) * mm, (y - (row + 1) * module) * mm, length * module * mm, module * mm
        )
    canvas.drawPath(path, stroke=0, fill=1)
    words = (left + _EDGE, y - side - _EDGE) if upright else (x + side + _EDGE, y - _TEXT_MM)
    room = (left + width - _EDGE) - words[0]
    at = _write(canvas, [name, *mark.lines] if name else list(mark.lines), words, room)
    _care(canvas, care, (words[0], at), room)


def _write(canvas: Canvas, lines: list[str], at: tuple[float, float], room: float) -> float:
    """Lines of text no wider than the room; returns the height where the next thing may stand."""
    x, y = at
    for number, line in enumerate(lines):
        font = "Helvetica-Bold" if number == 0 and len(lines) > 1 else "Helvetica"
        size = _TEXT_MM * mm * 1.15
        wide = canvas.stringWidth(line, font, size)
        if wide > room * mm:
            size *= room * mm / wide
        canvas.setFont(font, size)
        canvas.drawString(x * mm, y * mm, line)
        y -= _TEXT_MM * 1.5
    return y


def _care(canvas: Canvas, codes: tuple[str, ...], at: tuple[float, float], room: float) -> None:
    if not codes:
        return
    side = min(5.0, room / len(codes) - 0.8)
    x, y = at[0], at[1] - side + _TEXT_MM
    canvas.setLineWidth(0.25 * mm)
    for code in codes:
        strokes, letters = SYMBOLS[code]
        for stroke in strokes:
            path = canvas.beginPath()
            path.moveTo((x + stroke[0][0] * side) * mm, (y + stroke[0][1] * side) * mm)
            for u, v in stroke[1:]:
                path.lineTo((x + u * side) * mm, (y + v * side) * mm)
            canvas.drawPath(path, stroke=1, fill=0)
        if letters:
            canvas.setFont("Helvetica-Bold", side * mm * 0.36)
            canvas.drawCentredString((x + side / 2) * mm, (y + side * 0.26) * mm, letters)
        x += side + 0.8
