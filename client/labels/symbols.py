"""The printed code: a QR code or a Data Matrix that holds a GS1 Digital Link, at a size that phones and tills read.

GS1 General Specifications, section 5.12.3, for a Digital Link at the point of sale: a module (X-dimension) of 0.396 to
0.990 mm, 0.495 mm wanted; around a QR code a quiet zone of four modules, around a Data Matrix one. A module is a whole
number of a printer's dots, otherwise bars of one code come out in different widths.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import zxingcpp

from client.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["qr", "datamatrix"]
KINDS: Final[tuple[Kind, ...]] = ("qr", "datamatrix")
RESOLUTIONS: Final = (203, 300, 600)
"""Dots an inch that label printers and offices have."""
LEAST_MM: Final = 0.396
WANTED_MM: Final = 0.495
MOST_MM: Final = 0.990
MM_PER_INCH: Final = 25.4
_QUIET: Final[dict[Kind, int]] = {"qr": 4, "datamatrix": 1}
# Shades of grey to modules: black is dark.
_DARK: Final = bytes([1]) + bytes(255)
# Error correction, the stronger first; Data Matrix (ECC 200) has but one.
_LEVELS: Final[dict[Kind, tuple[str, ...]]] = {"qr": ("Q", "M"), "datamatrix": ("",)}


@dataclass(frozen=True, slots=True)
class Symbol:
    """`rows` of dark (1) and light (0) modules without the quiet zone; `level` is Q or M, empty for Data Matrix."""

    kind: Kind
    level: str
    rows: tuple[bytes, ...]

    @property
    def quiet(self) -> int:
        """Width of the quiet zone in modules."""
        return _QUIET[self.kind]

    @property
    def modules(self) -> int:
        """Modules on one side, with the quiet zone on both ends."""
        return len(self.rows) + 2 * self.quiet

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """Dark runs as (column, row, length) in modules from the top left corner of the quiet zone."""
        for number, row in enumerate(self.rows, self.quiet):
            end = 0
            while (start := row.find(1, end)) >= 0:
                end = row.find(0, start)
                end = len(row) if end < 0 else end
                yield start + self.quiet, number, end - start


@dataclass(frozen=True, slots=True)
class Printed:
    """A symbol at its printed size: a module is `dots` dots of a printer of `dpi` dots an inch."""

    symbol: Symbol
    dots: int
    dpi: int

    @property
    def module_mm(self) -> float:
        """Side of a module."""
        return self.dots * MM_PER_INCH / self.dpi

    @property
    def side_mm(self) -> float:
        """Side of the code with its quiet zone."""
        return self.symbol.modules * self.module_mm


def encode(address: str, kind: Kind, level: str) -> Symbol:
    """The smallest square symbol that holds the address."""
    made = (
        zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
        if kind == "qr"
        else zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    )
    shades: Any = zxingcpp.write_barcode_to_image(made, scale=1, add_quiet_zones=False)
    side, dark = len(memoryview(shades)), memoryview(shades).tobytes().translate(_DARK)
    return Symbol(kind, level, tuple(dark[start : start + side] for start in range(0, side * side, side)))


def fit(address: str, kind: Kind, room_mm: float, dpi: int) -> Printed:
    """The symbol for a square of so much room: level Q unless its modules miss the wanted size and M's are larger.

    ClientError `LABEL_TOO_SMALL` if even at level M a module would be smaller than the least.
    """
    best = _largest(encode(address, kind, _LEVELS[kind][0]), room_mm, dpi)
    for level in _LEVELS[kind][1:]:
        if best.module_mm < WANTED_MM:
            best = max(best, _largest(encode(address, kind, level), room_mm, dpi), key=lambda each: each.dots)
    if best.dots < least_dots(dpi):
        needed = replace(best, dots=least_dots(dpi)).side_mm
        raise ClientError(
            "LABEL_TOO_SMALL",
            address,
            room=f"{room_mm:.1f}",
            needed=f"{math.ceil(needed * 10) / 10:.1f}",
        )
    return best


def least(address: str, kind: Kind, dpi: int) -> Printed:
    """The symbol in the strongest level with the smallest modules that may be printed."""
    return Printed(encode(address, kind, _LEVELS[kind][0]), least_dots(dpi), dpi)


def least_dots(dpi: int) -> int:
    """The fewest dots that make a module of the least size or more."""
    return math.ceil(LEAST_MM * dpi / MM_PER_INCH)


def _largest(symbol: Symbol, room_mm: float, dpi: int) -> Printed:
    module = min(room_mm / symbol.modules, MOST_MM)
    return Printed(symbol, math.floor(module * dpi / MM_PER_INCH), dpi)
