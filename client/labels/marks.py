"""What stands on one label, and the QR code of the right size for it.

Sizes are those of the GS1 General Specifications for a Digital Link in a QR code that a phone reads: modules of at
least 0.396 mm, a quiet zone of four modules, error correction of level M or better. What does not fit is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import segno

from client.errors import ClientError
from protocol.gs1 import GS1_STEM, parse_digital_link

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULE_MM: Final = 0.396
QUIET: Final = 4
ERROR_LEVEL: Final = "m"
_AI = {"01": "GTIN", "10": "LOT", "21": "S/N"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One label's code: `address` is what it holds, `lines` what stands beside it, `rows` its modules."""

    identifier: str
    address: str
    lines: tuple[str, ...]
    rows: tuple[bytes, ...]

    @property
    def modules(self) -> int:
        """Modules on one side, with the quiet zone."""
        return len(self.rows) + 2 * QUIET

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """Dark runs as (column, row, length) in modules from the top left corner of the quiet zone."""
        for number, row in enumerate(self.rows):
            start = None
            for column, dark in enumerate((*row, 0)):
                if dark and start is None:
                    start = column
                elif not dark and start is not None:
                    yield start + QUIET, number + QUIET, column - start
                    start = None

    def module_mm(self, room_mm: float) -> float:
        """The size of a module in so much room; ClientError LABEL_TOO_SMALL if a phone could not read it."""
        size = room_mm / self.modules
        if size < MODULE_MM:
            raise ClientError(
                "LABEL_TOO_SMALL",
                self.identifier,
                room=f"{room_mm:.1f}",
                needed=f"{self.modules * MODULE_MM:.1f}",
            )
        return size


def mark_of(identifier: str, base: str = "") -> Mark:
    """The label of an item, batch or model; `base` is the resolver's address if not id.gs1.org.

    FormatError of `protocol/gs1.py` for what is no canonical Digital Link.
    """
    link = parse_digital_link(identifier)
    address = base.rstrip("/") + identifier.removeprefix(GS1_STEM.rstrip("/")) if base else identifier
    code = segno.make_qr(address, error=ERROR_LEVEL, boost_error=True)
    lines = tuple(f"{_AI.get(ai, ai)} {value}" for ai, value in link.path)
    return Mark(identifier, address, lines, tuple(bytes(row) for row in code.matrix))
