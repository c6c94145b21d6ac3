"""Pages of labels as PDF 1.4, written as they come: a document of any length in the memory of a page.

Libraries that write PDF hold every page until the end. What labels need is little: filled rectangles, lines, two of the
fonts that every reader has. Numbers of objects follow ISO 32000-1, section 7.5; nothing in the file is a date or a name
of a machine, so that the same labels are the same bytes.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, BinaryIO, Final

from client.labels.layout import ENCODING, FONTS, Dot, Drawing, Line, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

_POINTS_PER_MM: Final = 72 / 25.4
_CATALOG, _PAGES, _INFO, _FIRST_FONT = 1, 2, 3, 4
_FONT_NAMES: Final = {False: "F0", True: "F1"}


class PageWriter:
    """Writes pages of one size (millimetres) to a stream that only has to take bytes."""

    def __init__(self, stream: BinaryIO, page: tuple[float, float], title: str) -> None:
        self._stream = stream
        self._box = " ".join(_number(side * _POINTS_PER_MM) for side in page)
        self._written = 0
        self._places: dict[int, int] = {}
        self._kids: list[int] = []
        self._put(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        self._object(_CATALOG, f"<</Type/Catalog/Pages {_PAGES} 0 R>>".encode())
        self._object(_INFO, b"<</Title<feff" + title.encode("utf-16-be").hex().encode() + b">>>")
        for number, name in enumerate(FONTS.values(), _FIRST_FONT):
            font = f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>"
            self._object(number, font.encode())

    def page(self, content: bytes | bytearray) -> None:
        """Write a page with these operators."""
        packed = zlib.compress(content)
        number = max(self._places) + 1
        self._object(
            number,
            b"<</Length %d/Filter/FlateDecode>>\nstream\n%b\nendstream" % (len(packed), packed),
        )
        self._object(number + 1, f"<</Type/Page/Parent {_PAGES} 0 R/Contents {number} 0 R>>".encode())
        self._kids.append(number + 1)

    def close(self) -> None:
        """Write what stands at the end: the list of pages, and where every object is."""
        fonts = "".join(
            f"/{name} {number} 0 R" for number, name in enumerate(_FONT_NAMES.values(), _FIRST_FONT)
        )
        kids = " ".join(f"{number} 0 R" for number in self._kids)
        pages = (
            f"<</Type/Pages/Count {len(self._kids)}/Kids[{kids}]/MediaBox[0 0 {self._box}]"
            f"/Resources<</Font<<{fonts}>>>>>>"
        )
        self._object(_PAGES, pages.encode())
        size, start = len(self._places) + 1, self._written
        self._put(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        for number in sorted(self._places):
            self._put(b"%010d 00000 n \n" % self._places[number])
        trailer = f"<</Size {size}/Root {_CATALOG} 0 R/Info {_INFO} 0 R>>"
        self._put(f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode())

    def _object(self, number: int, body: bytes) -> None:
        self._places[number] = self._written
        self._put(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def _put(self, data: bytes) -> None:
        self._stream.write(data)
        self._written += len(data)


def operators(drawing: Drawing, left_mm: float, top_mm: float) -> bytes:
    """The operators that draw a label whose corner stands at (left, top) of the page, `top` counted from below."""
    pieces = [*_code(drawing, left_mm, top_mm)]
    for part in drawing.parts:
        if isinstance(part, Text):
            pieces.append(_text(part, left_mm, top_mm))
        elif isinstance(part, Line):
            pieces.append(_line(part, left_mm, top_mm))
        else:
            pieces.append(_dot(part, left_mm, top_mm))
    return b"\n".join(pieces) + b"\n"


def _code(drawing: Drawing, left: float, top: float) -> Iterator[bytes]:
    """One path of all dark modules, in a grid of modules that counts down from the corner."""
    module = drawing.code.module_mm * _POINTS_PER_MM
    x, y = _at(left + drawing.corner[0], top - drawing.corner[1])
    yield f"q {module:.6f} 0 0 -{module:.6f} {x} {y} cm".encode()
    for column, row, length in drawing.code.symbol.runs():
        yield b"%d %d %d 1 re" % (column, row, length)
    yield b"f Q"


def _text(part: Text, left: float, top: float) -> bytes:
    x, y = _at(left + part.x, top - part.y)
    words = part.words.encode(ENCODING)
    for sign in (b"\\", b"(", b")"):
        words = words.replace(sign, b"\\" + sign)
    return (
        f"BT /{_FONT_NAMES[part.bold]} {_number(part.points)} Tf {x} {y} Td (".encode() + words + b") Tj ET"
    )


def _line(part: Line, left: float, top: float) -> bytes:
    places = [" ".join(_at(left + x, top - y)) for x, y in part.points]
    drawn = " ".join(f"{place} {'l' if number else 'm'}" for number, place in enumerate(places))
    return f"1 J 1 j {_number(part.width * _POINTS_PER_MM)} w {drawn} S".encode()


def _dot(part: Dot, left: float, top: float) -> bytes:
    """A disc as a round stroke without length: ISO 32000-1, section 8.5.3.2."""
    x, y = _at(left + part.x, top - part.y)
    return f"1 J {_number(2 * part.radius * _POINTS_PER_MM)} w {x} {y} m {x} {y} l S".encode()


def _at(x: float, y: float) -> tuple[str, str]:
    return _number(x * _POINTS_PER_MM), _number(y * _POINTS_PER_MM)


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
