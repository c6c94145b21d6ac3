"""Where everything stands on one label, in millimetres from its top left corner. Pure; refuses what does not fit.

On a wide label the code stands on the left and the words beside it, on an upright one the words stand under it. The
code is as large as the label allows; if the words need its room it becomes as small as may be, and after that the words
do, down to 4.5 points. A label on which they still do not fit is refused: what cannot be read is not printed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reportlab.pdfbase.pdfmetrics import stringWidth

from client.errors import ClientError
from client.labels.care import in_order
from client.labels.symbols import fit, least_dots

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from client.labels.care import Care
    from client.labels.marks import Mark
    from client.labels.symbols import Kind, Printed
    from protocol.codes import Language

ENCODING: Final = "cp1252"
"""What the fonts that every PDF reader brings along can show."""
FONTS: Final = {False: "Helvetica", True: "Helvetica-Bold"}
EDGE_MM: Final = 1.5
_POINTS: Final = (7.0, 6.5, 6.0, 5.5, 5.0, 4.5)
_MM_PER_POINT: Final = 25.4 / 72
_LEADING: Final = 1.2
_CODE_SHARE: Final = 0.55
_CARE_SIDE: Final = 0.8  # millimetres for each point of the words
_GAP: Final = 0.16  # of a symbol's side
_AIR_MM: Final = 1.5  # between the dark modules and the words
_BETWEEN: Final = 0.4  # of a line, between one language and the next
_SEPARATOR: Final = "\u00a0· "


@dataclass(frozen=True, slots=True)
class Design:
    """What all labels of a run share."""

    name: str = ""
    care: tuple[Care, ...] = ()
    languages: tuple[Language, ...] = ()
    kind: Kind = "qr"
    dpi: int = 300


@dataclass(frozen=True, slots=True)
class Text:
    """Words on a baseline that begins at (x, y)."""

    x: float
    y: float
    points: float
    bold: bool
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    width: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled disc."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """One label: the code with the corner of its quiet zone, and what stands around it."""

    code: Printed
    corner: tuple[float, float]
    parts: tuple[Text | Line | Dot, ...]


def design_of(
    name: str, care: Iterable[str], languages: tuple[Language, ...], kind: Kind = "qr", dpi: int = 300
) -> Design:
    """A checked design; ClientError `LABEL_CARE_UNKNOWN`, `LABEL_SIGNS`."""
    for sign in name:
        if not (sign.isprintable() or sign == "\u00a0") or not sign.encode(ENCODING, "ignore"):
            raise ClientError("LABEL_SIGNS", "--name", sign=ascii(sign).strip("'"))
    return Design(name.strip(), in_order(care), languages, kind, dpi)


def lay_out(mark: Mark, design: Design, label: tuple[float, float]) -> Drawing:
    """The label of a mark, `label` being width and height; ClientError `LABEL_TOO_SMALL`, `LABEL_TEXT_ROOM`."""
    width, height = label
    inner = (width - 2 * EDGE_MM, height - 2 * EDGE_MM)
    room = inner[0] if height > width else min(inner[1], width * _CODE_SHARE)
    largest = fit(mark.address, design.kind, room, design.dpi)
    for code in (largest, replace(largest, dots=least_dots(design.dpi))):
        corner, column = _places(code, label)
        for points in _POINTS:
            parts = column.fill(mark, design, points)
            if parts is not None:
                return Drawing(code, corner, parts)
    raise ClientError("LABEL_TEXT_ROOM", mark.identifier, width=f"{width:g}", height=f"{height:g}")


def _places(code: Printed, label: tuple[float, float]) -> tuple[tuple[float, float], _Column]:
    width, height = label
    side, bottom = code.side_mm, height - EDGE_MM
    if height > width:
        top = EDGE_MM + side
        return ((width - side) / 2, EDGE_MM), _Column(EDGE_MM, top, width - 2 * EDGE_MM, bottom)
    left = EDGE_MM + side + max(0.0, _AIR_MM - code.symbol.quiet * code.module_mm)
    return (EDGE_MM, (height - side) / 2), _Column(left, EDGE_MM, width - EDGE_MM - left, bottom)


@dataclass
class _Column:
    """Room for words: left, top, width, and the height where it ends."""

    x: float
    top: float
    room: float
    bottom: float
    _y: float = 0.0
    _parts: list[Text | Line | Dot] = field(default_factory=list)

    def fill(self, mark: Mark, design: Design, points: float) -> tuple[Text | Line | Dot, ...] | None:
        """Everything in this size; None if it does not fit."""
        self._y, self._parts = self.top, []
        if design.name:
            self._write(design.name, points, bold=True)
        for line in mark.lines:
            self._write(line, points)
        self._draw(design.care, points * _CARE_SIDE)
        for language in design.languages:
            self._write(_SEPARATOR.join(care.words[language] for care in design.care), points)
            self._y += points * _BETWEEN * _MM_PER_POINT
        return tuple(self._parts) if self._y <= self.bottom else None

    def _write(self, words: str, points: float, *, bold: bool = False) -> None:
        for line in wrap(words, FONTS[bold], points, self.room):
            self._y += points * _LEADING * _MM_PER_POINT
            self._parts.append(Text(self.x, self._y, points, bold, line))

    def _draw(self, care: tuple[Care, ...], side: float) -> None:
        if not care:
            return
        step = side * (1 + _GAP)
        columns = max(1, int((self.room + side * _GAP) / step))
        top = self._y + side * _GAP * 2
        for number, symbol in enumerate(care):
            row, column = divmod(number, columns)
            self._parts += _symbol(symbol, self.x + column * step, top + row * step, side)
        self._y = top + (1 + (len(care) - 1) // columns) * step


# As many as the words that all labels of a run share; the numbers of each pass through.
@lru_cache(maxsize=128)
def wrap(words: str, font: str, points: float, room: float) -> tuple[str, ...]:
    """Lines no wider than `room` millimetres; a word that is wider than a line goes on in the next one."""
    return tuple(_wrapped(words, font, points, room))


def _wrapped(words: str, font: str, points: float, room: float) -> Iterator[str]:
    line = ""
    for word in words.split(" "):
        longer = f"{line} {word}".strip()
        if _width(longer, font, points) <= room:
            line = longer
            continue
        if line:
            yield line
        line = word
        while len(line) > 1 and _width(line, font, points) > room:
            fitting = next(
                (end for end in range(len(line) - 1, 1, -1) if _width(line[:end], font, points) <= room), 1
            )
            yield line[:fitting]
            line = line[fitting:]
    if line:
        yield line


def _width(words: str, font: str, points: float) -> float:
    return float(stringWidth(words, font, points)) * _MM_PER_POINT


def _symbol(care: Care, x: float, y: float, side: float) -> Iterator[Text | Line | Dot]:
    for stroke in care.strokes:
        yield Line(
            tuple((x + right * side, y + down * side) for right, down in stroke), max(0.18, side * 0.05)
        )
    for number in range(care.dots):
        right = 0.5 + 0.16 * (number - (care.dots - 1) / 2)
        yield Dot(x + right * side, y + care.middle * side, side * 0.05)
    if care.sign:
        points = side * 0.36 / _MM_PER_POINT
        half = _width(care.sign, FONTS[True], points) / 2
        yield Text(x + side / 2 - half, y + (care.middle + 0.13) * side, points, True, care.sign)
