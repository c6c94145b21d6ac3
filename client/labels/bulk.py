"""Codes for a printer's own program: one SVG or PNG each at the size of print, or one table for all."""

from __future__ import annotations

import csv
import io
from html import escape
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote

from PIL import Image

from client.errors import ClientError
from client.labels.output import drafted, drafted_folder
from client.labels.symbols import least

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from client.labels.marks import Mark
    from client.labels.symbols import Kind, Printed

Format = Literal["svg", "png"]
COLUMNS: Final = ("identifier", "code", "gtin", "lot", "serial")
_STEP: Final = 100


def write_codes(
    folder: Path, marks: Iterable[Mark], form: Format, kind: Kind = "qr", dpi: int = 300,
    told: Callable[[int], Any] = lambda _: None,
) -> int:  # fmt: skip
    """Write one file a code into a new folder and return how many; `told` hears now and then how many are done.

    Modules have the least size that may be printed, in whole dots. ClientError `LABEL_EXISTS`, `LABEL_NONE`.
    """
    count = 0
    with drafted_folder(folder) as draft:
        for count, mark in enumerate(marks, 1):
            code = least(mark.address, kind, dpi)
            data = svg(code, mark.address) if form == "svg" else png(code)
            file = draft / f"{_name(mark)}.{form}"
            if file.exists():
                raise ClientError("LABEL_TWICE", mark.identifier, id=mark.identifier)
            file.write_bytes(data)
            if count % _STEP == 0:
                told(count)
        _ensure_some(count)
    told(count)
    return count


def write_table(file: Path, marks: Iterable[Mark], told: Callable[[int], Any] = lambda _: None) -> int:
    """Write a CSV table of what each code holds and says; returns how many rows. ClientError `LABEL_NONE`.

    Values stand as they are: a program for labels prints them, and a spreadsheet must be told that they are text.
    """
    count = 0
    with drafted(file) as stream:
        written = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
        table = csv.writer(written)
        table.writerow(COLUMNS)
        for count, mark in enumerate(marks, 1):
            table.writerow((mark.identifier, mark.address, *(mark.get(ai) for ai in ("01", "10", "21"))))
            if count % _STEP == 0:
                told(count)
        _ensure_some(count)
        written.detach()
    told(count)
    return count


def svg(code: Printed, address: str) -> bytes:
    """The code as one path on white, its size in millimetres."""
    side, modules = f"{code.side_mm:.3f}mm", code.symbol.modules
    path = "".join(f"M{column} {row}h{length}v1h-{length}z" for column, row, length in code.symbol.runs())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" viewBox="0 0 {modules} {modules}"'
        f' shape-rendering="crispEdges"><title>{escape(address)}</title>'
        f'<path fill="#fff" d="M0 0h{modules}v{modules}H0z"/><path d="{path}"/></svg>\n'
    ).encode()


def png(code: Printed) -> bytes:
    """The code in black and white, a module so many dots, with the resolution that makes it the right size."""
    side = code.symbol.modules
    image = Image.new("1", (side, side), 1)
    for column, row, length in code.symbol.runs():
        image.paste(0, (column, row, column + length, row + 1))
    image = image.resize((side * code.dots,) * 2, Image.Resampling.NEAREST)
    stream = io.BytesIO()
    image.save(stream, "PNG", dpi=(code.dpi, code.dpi))
    return stream.getvalue()


def _name(mark: Mark) -> str:
    """A file's name out of numbers; escaped as in the link, so that two of them never become one."""
    return "_".join(f"{ai}_{quote(value, safe='')}" for ai, value in mark.path)


def _ensure_some(count: int) -> None:
    if not count:
        raise ClientError("LABEL_NONE")
