"""Cells of a sheet with their places, from Excel and CSV, and a refusal for what would not mean what it shows.

Refused: formulas (the value shown is a program's, not the maker's), merged cells (a row would silently lack its
values), more than `MAX_ROWS` filled rows, files that unpack to more than `MAX_UNPACKED_BYTES`. Nothing is evaluated;
macros, links and styles are not looked at.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from client import files
from client.errors import ClientError
from client.imports.values import key
from protocol.errors import FilieraError

MAX_ROWS = 10_000
MAX_COLUMNS = 100
LAST_EXCEL_ROW = 1_048_576
# A full sheet of ten thousand rows unpacks to some 15 MiB; more is a mistake or an attack.
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z0-9:$]+)"')
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml")
_DELIMITERS = ";,\t"
_EMPTY = (None, "")


@dataclass(frozen=True)
class Cell:
    """A value (text, number, date, bool) and where it stands, such as `Lotti!C7`."""

    value: Any
    place: str


@dataclass
class Row:
    """A filled row: its number in the sheet, its cells by position, and what is wrong with it already."""

    number: int
    cells: dict[int, Cell]
    faults: list[FilieraError] = field(default_factory=list)


@dataclass
class Table:
    """A sheet: `name` is empty for CSV; `header` the texts of the first filled row, by position."""

    name: str
    header: dict[int, Cell]
    rows: list[Row]


def read_tables(path: Path, kind: str, looks_right: Callable[[Sequence[str]], int]) -> list[Table]:
    """Read an `xlsx` or `csv` file.

    `looks_right` counts how many texts of a header are known columns: by it the delimiter of a CSV is found.
    ClientError `SHEET_UNREADABLE`, `SHEET_TOO_LONG`, `SHEET_TOO_LARGE`, `FILE_*`.
    """
    data = files.read(path)
    if not data.strip():
        raise ClientError("SHEET_EMPTY", str(path), file=path)
    return _read_xlsx(path, data) if kind == "xlsx" else [_read_csv(path, data, looks_right)]


def _read_csv(path: Path, data: bytes, looks_right: Callable[[Sequence[str]], int]) -> Table:
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        content = data.decode("cp1252", "replace")  # what Excel saves as CSV on an Italian Windows
    if "\0" in content:
        raise ClientError("SHEET_UNREADABLE", str(path), file=path, reason="NUL")
    first = content.lstrip().splitlines()[0]
    delimiter = max(_DELIMITERS, key=lambda sign: (looks_right(first.split(sign)), first.count(sign)))
    try:
        reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
        filled = [
            (reader.line_num, dict(enumerate(cells)))
            for cells in _bounded(path, reader)
            if any(map(str.strip, cells))
        ]
    except csv.Error as error:
        raise ClientError("SHEET_UNREADABLE", str(path), file=path, reason=error) from error
    return _table("", [(number, _plain(cells, number, "")) for number, cells in filled], path)


def _bounded(path: Path, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(rows):
        if number > MAX_ROWS + 1000:  # empty lines may stand between
            raise ClientError("SHEET_TOO_LONG", str(path), file=path, limit=MAX_ROWS)
        if len(row) > MAX_COLUMNS:
            raise ClientError("SHEET_TOO_WIDE", str(path), file=path, limit=MAX_COLUMNS)
        yield row


def _plain(cells: dict[int, str], number: int, name: str) -> dict[int, Cell]:
    return {
        column: Cell(text.strip(), _place(name, column, number))
        for column, text in cells.items()
        if text.strip()
    }


def _read_xlsx(path: Path, data: bytes) -> list[Table]:
    # openpyxl takes a tenth of a second to load: only when a sheet is read.
    from openpyxl import load_workbook  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    merged = _ensure_modest(path, data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        tables = [_sheet(sheet, path) for sheet in book.worksheets if sheet.sheet_state == "visible"]
        book.close()
    except (
        InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, OSError,
        zipfile.BadZipFile, ParseError,
    ) as error:  # fmt: skip
        raise ClientError("SHEET_UNREADABLE", str(path), file=path, reason=type(error).__name__) from error
    found = [table for table in tables if table.header]
    for ref in merged:
        _blame_merged(found, ref)
    return found


def _ensure_modest(path: Path, data: bytes) -> list[str]:
    """Refuse what would fill the memory before it is unpacked; returns the merged ranges of all sheets."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise ClientError("SHEET_TOO_LARGE", str(path), file=path, limit=MAX_UNPACKED_BYTES // 2**20)
            parts = [name for name in archive.namelist() if _SHEET_PART.fullmatch(name)]
            return [ref.decode() for name in parts for ref in _MERGED.findall(archive.read(name))]
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
    ) as error:
        raise ClientError("SHEET_UNREADABLE", str(path), file=path, reason=type(error).__name__) from error


def _sheet(sheet: Any, path: Path) -> Table:
    rows: list[tuple[int, dict[int, Cell]]] = []
    formulas: dict[int, list[FilieraError]] = {}
    # What the file says of its own extent is some program's word: read what is there.
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        filled: dict[int, Cell] = {}
        for column, cell in enumerate(cells):
            value = cell.value.strip() if isinstance(cell.value, str) else cell.value
            if value in _EMPTY:
                continue
            if column >= MAX_COLUMNS:
                raise ClientError("SHEET_TOO_WIDE", str(path), file=path, limit=MAX_COLUMNS)
            filled[column] = Cell(_as_shown(value, cell.number_format), _place(sheet.title, column, number))
            if cell.data_type in {"f", "e"}:
                place = filled[column].place
                formulas.setdefault(number, []).append(ClientError("SHEET_FORMULA", place, cell=place))
        if filled:
            rows.append((number, filled))
        if len(rows) > MAX_ROWS + 1 or number > LAST_EXCEL_ROW:
            raise ClientError("SHEET_TOO_LONG", sheet.title, file=path, limit=MAX_ROWS)
    table = _table(sheet.title, rows, path)
    for row in table.rows:
        row.faults += formulas.get(row.number, [])
    return table


def _as_shown(value: Any, number_format: str) -> Any:
    """A number shown as per cent is a hundredth of what the maker reads: take what he reads."""
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in number_format:
        return f"{(Decimal(format(value, '.15g')) * 100).normalize():f}%"
    return value


def _table(name: str, rows: list[tuple[int, dict[int, Cell]]], path: Path) -> Table:
    if not rows:
        return Table(name, {}, [])
    (_, header), *rest = rows
    if len(rest) > MAX_ROWS:
        raise ClientError("SHEET_TOO_LONG", str(path), file=path, limit=MAX_ROWS)
    table = Table(name, header, [Row(number, cells) for number, cells in rest])
    for row in table.rows:
        for cell in row.cells.values():
            # What a spreadsheet would run when somebody opens the file is no quantity and no code.
            if isinstance(cell.value, str) and cell.value[0] in "=@" and not name:
                row.faults.append(ClientError("SHEET_FORMULA", cell.place, cell=cell.place))
    return table


def _blame_merged(tables: list[Table], ref: str) -> None:
    """Put a merged range on every row that it may touch: which sheet it is in stands in no place that is read."""
    first, _, last = ref.replace("$", "").partition(":")
    numbers = [int(re.sub(r"[A-Z]+", "", corner) or 0) for corner in (first, last or first)]
    fault = ClientError("SHEET_MERGED", ref, cells=ref)
    touched = [row for table in tables for row in table.rows if numbers[0] <= row.number <= numbers[-1]] or [
        row for table in tables for row in table.rows[:1]
    ]
    for row in touched:
        row.faults.append(fault)


def _place(name: str, column: int, number: int) -> str:
    letters, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(65 + digit) + letters
    return f"{name}!{letters}{number}" if name else f"{letters}{number}"


def shown(cell: Cell) -> str:
    """A cell's value for a message."""
    return cell.value.isoformat() if isinstance(cell.value, datetime) else str(cell.value)


def keyed(header: dict[int, Cell]) -> dict[int, str]:
    """The header's texts as they are compared: a star behind a name marks it as needed and means nothing else."""
    return {position: key(str(cell.value).rstrip("* ")) for position, cell in header.items()}
