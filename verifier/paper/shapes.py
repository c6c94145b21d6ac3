"""What is drawn on the paper: the code for a camera, and bars that are told apart without colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from reportlab.graphics.shapes import Drawing, Path, Rect
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm

from verifier.paper.look import GOOD, LINE, MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

_HATCH, _STROKE = 2.6, 1.3
_QUIET = 4


def qr_code(address: str, side: float) -> Drawing:
    """The address as a QR code of error level M with its quiet zone, `side` points wide; modules are one path."""
    rows = [bytes(row) for row in segno.make_qr(address, error="m", boost_error=False).matrix]
    module = side / (len(rows) + 2 * _QUIET)
    path = Path(fillColor=HexColor("#000000"), strokeColor=None, strokeWidth=0)
    for down, row in enumerate(rows):
        top = side - (down + _QUIET) * module
        for start, end in _runs(row):
            left, right = (start + _QUIET) * module, (end + _QUIET) * module
            path.moveTo(left, top)
            for x, y in ((right, top), (right, top - module), (left, top - module)):
                path.lineTo(x, y)
            path.closePath()
    drawing = Drawing(side, side)
    drawing.add(path)
    return drawing


def share_bar(
    proven: Decimal | float, declared: Decimal | float, width: float, height: float = 2.8 * mm
) -> Drawing:
    """Proven solid, declared hatched, the rest of the frame empty."""
    drawing = Drawing(width, height)
    drawing.add(_rect(0, width, height, None, LINE))
    solid, hatched = width * float(proven), width * float(declared)
    if solid:
        drawing.add(_rect(0, solid, height, GOOD, None))
    at, end = solid, solid + hatched
    while at < end:
        drawing.add(_rect(at, min(_STROKE, end - at), height, MARK, None))
        at += _HATCH
    if hatched:
        drawing.add(_rect(solid, hatched, height, None, MARK))
    return drawing


def amount_bar(
    part: Decimal, whole: Decimal, width: float, *, proven: bool, height: float = 2.6 * mm
) -> Drawing:
    """A bar as long as `part` of `whole`, drawn like proven or declared."""
    length = float(abs(part) / whole) if whole else 0.0
    bar = share_bar(*((1, 0) if proven else (0, 1)), width=max(width * length, 0.6), height=height)
    bar.width = width
    return bar


def _runs(row: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where dark modules begin and end, next to each other taken together."""
    start: int | None = None
    for place, dark in enumerate((*row, 0)):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            yield start, place
            start = None


def _rect(left: float, width: float, height: float, fill: Color | None, stroke: Color | None) -> Rect:
    found = Rect(left, 0, width, height)
    found.fillColor, found.strokeColor, found.strokeWidth = fill, stroke, 0.5
    return found
