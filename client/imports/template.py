"""A workbook to fill in: one sheet an act, headings in the user's language, lists to choose from, no line above them.

Needed columns are dark and end in a star. Codes are text cells, so that 0012 stays 0012; explanations are comments on
the headings. What the sheet cannot enforce, `filiera import xlsx --dry-run` says row by row.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from client.imports.columns import layout
from client.imports.values import known_words

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_ROWS = 1000
_LISTS = {
    "unit": "units", "inUnit": "units", "outUnit": "units", "scrapUnit": "units", "process": "processes",
    "stage": "stages", "scrapTo": "destinations", "mrslLevel": "mrsl", "hazard": "hazards",
}  # fmt: skip
_TEXT = frozenset({"event", "lot", "inLot", "outLot", "ownCode", "document", "recipient", "shipment", "shipmentDigest",
                   "facility", "product", "cas", "ec", "concentration", "mrslVersion"})  # fmt: skip
_DAYS = frozenset({"day", "sdsDate", "from", "to"})
_NEEDED, _OPTIONAL = PatternFill("solid", fgColor="1F3A4D"), PatternFill("solid", fgColor="DCE6EC")
_WIDTH = 18
_CHOICES = {"it": "Elenchi", "en": "Lists"}


def workbook(acts: Sequence[str], language: str) -> bytes:
    """Return the workbook for these acts as .xlsx bytes."""
    book = Workbook()
    first = book.active
    if first is not None:
        book.remove(first)
    sheets = [(act, book.create_sheet(layout()["acts"][act][language])) for act in acts]
    choices = _write_choices(book.create_sheet(_CHOICES[language]), language)
    for act, sheet in sheets:
        _write_sheet(sheet, act, language, choices)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_choices(sheet: Worksheet, language: str) -> dict[str, str]:
    """The lists, in a hidden sheet (Excel takes 255 characters in a formula); returns the range of each."""
    sheet.sheet_state = "hidden"
    ranges = {}
    for column, kind in enumerate(dict.fromkeys(_LISTS.values()), start=1):
        words = known_words(kind, language)
        for row, word in enumerate(words, start=1):
            sheet.cell(row, column, word)
        letter = get_column_letter(column)
        ranges[kind] = f"'{sheet.title}'!${letter}$1:${letter}${len(words)}"
    return ranges


def _write_sheet(sheet: Worksheet, act: str, language: str, choices: dict[str, str]) -> None:
    entry: Any = layout()["acts"][act]
    order = [name for name in layout()["columns"] if name in {*entry["must"], *entry["may"]}]
    for position, name in enumerate(order, start=1):
        _write_column(sheet, position, name, language, needed=name in entry["must"])
        if name in _LISTS:
            rule = DataValidation(type="list", formula1=f"={choices[_LISTS[name]]}", allow_blank=True)
            # A warning, not a wall: `metri` is understood too.
            rule.errorStyle = "warning"
            letter = get_column_letter(position)
            rule.add(f"{letter}2:{letter}{_ROWS}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "A2"


def _write_column(sheet: Worksheet, position: int, name: str, language: str, *, needed: bool) -> None:
    column = layout()["columns"][name]
    cell = sheet.cell(1, position, column[language] + (" *" if needed else ""))
    cell.font = Font(bold=True, color="FFFFFF" if needed else "1F3A4D")
    cell.fill = _NEEDED if needed else _OPTIONAL
    cell.comment = Comment(column["helpIt" if language == "it" else "helpEn"], "Filiera")
    letter = get_column_letter(position)
    sheet.column_dimensions[letter].width = _WIDTH
    shape = "@" if name in _TEXT else "dd/mm/yyyy" if name in _DAYS else "hh:mm" if name == "time" else None
    if shape:
        for row in range(2, _ROWS + 1):
            sheet.cell(row, position).number_format = shape
