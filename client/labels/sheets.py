"""Sheets of labels: A4 sheets as they are sold, and rolls of a label printer, one label a page.

Labels are drawn and written page by page, so that ten thousand need no more memory than one sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from client.errors import ClientError
from client.labels.layout import lay_out
from client.labels.output import drafted
from client.labels.pdf import PageWriter, operators

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from client.labels.layout import Design
    from client.labels.marks import Mark

A4: Final = (210.0, 297.0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Sizes in millimetres: the page, the label, where the first one stands from the top left, and the pitch."""

    page: tuple[float, float]
    label: tuple[float, float]
    columns: int = 1
    rows: int = 1
    corner: tuple[float, float] = (0.0, 0.0)
    pitch: tuple[float, float] = (0.0, 0.0)

    @property
    def places(self) -> int:
        """Labels on a page."""
        return self.columns * self.rows

    def corner_of(self, place: int) -> tuple[float, float]:
        """Where a label's top left corner stands: from the left, and from the bottom of the page."""
        row, column = divmod(place, self.columns)
        left = self.corner[0] + column * self.pitch[0]
        return left, self.page[1] - self.corner[1] - row * self.pitch[1]


SHEETS: Final[dict[str, Sheet]] = {
    "a4-24": Sheet(A4, (64.0, 33.9), 3, 8, (7.2, 12.9), (66.0, 33.9)),
    "a4-21": Sheet(A4, (63.5, 38.1), 3, 7, (7.2, 15.1), (66.0, 38.1)),
    "a4-12": Sheet(A4, (63.5, 72.0), 3, 4, (7.2, 4.5), (66.0, 72.0)),
    "roll-50x25": Sheet((50.0, 25.0), (50.0, 25.0)),
    "roll-60x30": Sheet((60.0, 30.0), (60.0, 30.0)),
    "roll-40x60": Sheet((40.0, 60.0), (40.0, 60.0)),
    "roll-30x80": Sheet((30.0, 80.0), (30.0, 80.0)),
}


def write_sheets(
    file: Path,
    marks: Iterable[Mark],
    sheet: Sheet,
    design: Design,
    told: Callable[[int], Any] = lambda _: None,
) -> int:
    """Write all labels as PDF and return how many; `told` hears after each page how many are done.

    The file appears when it is whole. ClientError `LABEL_NONE`, and those of `lay_out`.
    """
    with drafted(file) as stream:
        pages = PageWriter(stream, sheet.page, design.name or "Filiera")
        content, count = bytearray(), 0
        for count, mark in enumerate(marks, 1):
            place = (count - 1) % sheet.places
            content += operators(lay_out(mark, design, sheet.label), *sheet.corner_of(place))
            if place == sheet.places - 1:
                pages.page(content)
                content = bytearray()
                told(count)
        if not count:
            raise ClientError("LABEL_NONE")
        if content:
            pages.page(content)
            told(count)
        pages.close()
    return count
