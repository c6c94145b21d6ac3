"""Workbooks and CSV files as makers have them, for the tests of imports."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook

from protocol.records import verify_record
from tests.client.desk import journal_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.client.desk import Desk


def book(desk: Desk, sheets: dict[str, list[list[Any]]], name: str = "lavoro.xlsx") -> Path:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path = desk.folder / name
    workbook.save(path)
    return path


def paper(desk: Desk, rows: list[list[str]], name: str) -> Path:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    return desk.write(name, out.getvalue().encode())


def subjects(desk: Desk) -> list[dict[str, Any]]:
    return [verify_record(record.token).subject for record in journal_of(desk.folder).signed.values()]
