"""Excel and CSV to the events of an import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.errors import ClientError
from client.imports.columns import act_of_sheet, count_known, keyed_act, lines_of
from client.imports.drafting import draft_events
from client.imports.plan import Entry
from client.imports.tables import Table, read_tables

if TYPE_CHECKING:
    from pathlib import Path

    from client.imports.rows import Context


def read_sheets(path: Path, kind: str, context: Context, act: str | None = None) -> list[Entry]:
    """Return the events of a file (`xlsx`, `csv`), each with its body or with what is wrong.

    `act` is that of all rows of a CSV without a column for it. ClientError for what concerns the whole file: `SHEET_*`,
    `COLUMN_*`, `FILE_*`.
    """
    tables = [table for table in read_tables(path, kind, count_known) if table.header]
    ours = [table for table in tables if _is_ours(table, act, only=len(tables) == 1)]
    lines = [line for table in ours for line in lines_of(table, context.mapping, act or _act_of_file(path))]
    if not lines:
        raise ClientError("SHEET_EMPTY", str(path), file=path)
    return [
        Entry(
            label=drafted.label,
            act=drafted.act or "–",
            what=drafted.what,
            body=drafted.body,
            name=drafted.event,
            faults=drafted.faults,
            notices=drafted.notices,
        )
        for drafted in draft_events(lines, context)
    ]


def _is_ours(table: Table, act: str | None, *, only: bool) -> bool:
    """A book may hold other sheets; one that names no act and has no column for it is somebody's notes."""
    return only or act is not None or act_of_sheet(table.name) is not None or keyed_act(table)


def _act_of_file(path: Path) -> str | None:
    return act_of_sheet(path.stem.replace("_", " ").replace("-", " ")) or act_of_sheet(path.stem)
