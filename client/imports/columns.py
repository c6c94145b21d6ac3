"""Which column is meant by which heading, and which columns an act must and may have (`columns.json`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, cast

from client.errors import ClientError
from client.imports import values
from client.imports.tables import Cell, Row, Table, keyed, shown
from client.texts import language
from protocol.errors import FilieraError, FormatError
from protocol.limits import Limits
from protocol.strict_json import parse_json

# A column with the name of one of our own terms holds that term as it is (JSON, or plain text).
TERM_PREFIX = "filiera:"
_MAPPING = Limits(max_bytes=1_048_576, max_depth=6, max_items=20_000)


@dataclass(frozen=True)
class SheetMapping:
    """What the company's own sheet calls things: `columns` heading → column, and names of units, parties, facilities.

    `constants` are values of columns that the sheet has not, such as the unit of everything in it.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    participants: Mapping[str, str] = field(default_factory=dict)
    facilities: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Line:
    """A row by columns: `cells` of known columns, `terms` of our own terms; `act` of the row."""

    table: str
    number: int
    act: str
    cells: dict[str, Cell]
    terms: dict[str, Cell]
    faults: list[FilieraError]

    @property
    def label(self) -> str:
        """Where the row stands, for people."""
        return f"{self.table}:{self.number}" if self.table else str(self.number)


def layout() -> dict[str, Any]:
    """Return columns and acts of `columns.json`; shared, do not change it."""
    return _layout()


def parse_mapping(data: bytes) -> SheetMapping:
    """Read a mapping file; ClientError `MAPPING_MALFORMED` names what is not right in it."""
    try:
        value = parse_json(data, _MAPPING)
    except FormatError as error:
        raise ClientError("MAPPING_MALFORMED", error.place, reason=error.code) from error
    if not isinstance(value, dict):
        raise ClientError("MAPPING_MALFORMED", reason="object")
    parts: dict[str, dict[str, str]] = {}
    for name, part in value.items():
        if name in {"note", "format"}:
            continue
        if name not in SheetMapping.__dataclass_fields__ or not isinstance(part, dict):
            raise ClientError(
                "MAPPING_MALFORMED", f"/{name}", reason=", ".join(SheetMapping.__dataclass_fields__)
            )
        parts[name] = {str(given): str(meant) for given, meant in part.items()}
    known = layout()["columns"].keys()
    for given, meant in (*parts.get("columns", {}).items(), *((c, c) for c in parts.get("constants", {}))):
        if meant not in known and not meant.startswith(TERM_PREFIX):
            raise ClientError("MAPPING_MALFORMED", f"/columns/{given}", reason=", ".join(known))
    return SheetMapping(**parts)


def count_known(header: Sequence[str]) -> int:
    """How many texts are headings of ours: a header with more of them is more likely read rightly."""
    names = _names()
    return sum(values.key(text.strip().strip('"').rstrip("* ")) in names for text in header)


def act_of_sheet(name: str) -> str | None:
    """The act that a sheet's name says, if it says one."""
    for act, entry in layout()["acts"].items():
        if values.key(name) in {values.key(entry["it"]), values.key(entry["en"]), act}:
            return str(act)
    try:
        return values.word(name, "acts", "", layout()["acts"])
    except ClientError:
        return None


def act_named(given: Any, place: str) -> str:
    """The act, or the kind of sheet, that a cell or an option names; ClientError `ROW_WORD`."""
    found = act_of_sheet(values.text(given, place))
    if found is None:
        known = ", ".join(layout()["acts"])
        raise ClientError("ROW_WORD", place, given=values.text(given, place), known=known)
    return found


def lines_of(table: Table, mapping: SheetMapping, act: str | None) -> list[Line]:
    """Return the rows by columns; ClientError `SHEET_COLUMNS`, `COLUMN_UNKNOWN`, `COLUMN_TWICE` for a wrong header.

    `act` is that of all rows unless the sheet's name or its own column says another.
    """
    positions = _positions(table, mapping)
    fixed = act_of_sheet(table.name) or act
    present = set(positions.values()) | mapping.constants.keys()
    if fixed is None and "act" not in present:
        raise ClientError("SHEET_ACT", table.name, known=", ".join(layout()["acts"]))
    if fixed is not None:
        _ensure_columns(table, fixed, present)
    return [_line(table, row, positions, mapping, fixed) for row in table.rows]


def _positions(table: Table, mapping: SheetMapping) -> dict[int, str]:
    own = {values.key(given): meant for given, meant in mapping.columns.items()}
    names = _names()
    found: dict[int, str] = {}
    for position, text in keyed(table.header).items():
        cell = table.header[position]
        heading = shown(cell)
        meant = own.get(text) or names.get(text) or (heading if heading.startswith(TERM_PREFIX) else None)
        if meant is None:
            raise ClientError(
                "COLUMN_UNKNOWN", cell.place, given=heading[:60], known=_headings(names.values())
            )
        if meant in found.values():
            raise ClientError("COLUMN_TWICE", cell.place, given=heading[:60])
        found[position] = meant
    return found


def _ensure_columns(table: Table, act: str, present: set[str]) -> None:
    entry = layout()["acts"].get(act)
    if entry is None:
        raise ClientError("SHEET_ACT", table.name, known=", ".join(layout()["acts"]))
    missing = [name for name in entry["must"] if name not in present]
    taken = {*entry["must"], *entry["may"], "act"}
    extra = [name for name in sorted(present) if name not in taken and not name.startswith(TERM_PREFIX)]
    if missing or extra:
        raise ClientError(
            "SHEET_COLUMNS", table.name, act=act, missing=_headings(missing), extra=_headings(extra)
        )


def _line(
    table: Table, row: Row, positions: Mapping[int, str], mapping: SheetMapping, fixed: str | None
) -> Line:
    constants = {name: Cell(value, name) for name, value in mapping.constants.items()}
    named = {positions[position]: cell for position, cell in row.cells.items() if position in positions}
    faults = list(row.faults)
    faults += [
        ClientError("COLUMN_UNKNOWN", cell.place, given=shown(cell)[:60], known="–")
        for position, cell in row.cells.items()
        if position not in positions
    ]
    cells = constants | named
    act = fixed or ""
    if "act" in cells:
        try:
            act = act_named(cells["act"].value, cells["act"].place)
        except ClientError as error:
            faults.append(error)
    terms = {name: cell for name, cell in cells.items() if name.startswith(TERM_PREFIX)}
    plain = {name: cell for name, cell in cells.items() if name not in terms}
    if act:
        faults += [
            ClientError("CELL_MISSING", f"{table.name}!{row.number}" if table.name else str(row.number),
                        column=heading_of(name))
            for name in layout()["acts"][act]["must"]
            if name not in plain and "event" not in plain
        ]  # fmt: skip
    elif not faults:
        faults.append(ClientError("SHEET_ACT", str(row.number), known=", ".join(layout()["acts"])))
    return Line(table.name, row.number, act, plain, terms, faults)


def heading_of(column: str) -> str:
    """A column's heading in the language in use."""
    entry = layout()["columns"].get(column)
    return str(entry[language()]) if entry else column


def _headings(columns: Any) -> str:
    return ", ".join(dict.fromkeys(heading_of(column) for column in columns)) or "–"


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for column, entry in _layout()["columns"].items():
        for name in (column, entry["it"], entry["en"], *entry["also"]):
            found.setdefault(values.key(name), column)
    return found


@cache
def _layout() -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads((files("client.imports") / "columns.json").read_text("utf-8")))


def keyed_act(table: Table) -> bool:
    """Tell whether a sheet has a column that says the act of each row."""
    return any(_names().get(text) == "act" for text in keyed(table.header).values())
