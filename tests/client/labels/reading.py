"""What a scanner makes of labels: zxing reads what pdfium, Pillow or a browser has drawn of them."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pypdfium2
import zxingcpp
from PIL import Image, ImageDraw

from protocol.serials import item_identifier

if TYPE_CHECKING:
    from pathlib import Path

    from client.labels.symbols import Symbol

GTIN = "09527700002628"
DPI = 300
FORMATS = {"qr": zxingcpp.BarcodeFormat.QRCode, "datamatrix": zxingcpp.BarcodeFormat.DataMatrix}
_RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")
_SVG = "{http://www.w3.org/2000/svg}"


def identifiers(count: int) -> list[str]:
    return [item_identifier(GTIN, number.to_bytes(10, "big")) for number in range(10**20, 10**20 + count)]


def codes(image: Image.Image, kind: str = "qr") -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(image, formats=FORMATS[kind])


def texts(image: Image.Image, kind: str = "qr") -> list[str]:
    return [found.text for found in codes(image, kind)]


def printed(page: pypdfium2.PdfPage, dpi: int = DPI) -> Image.Image:
    """The page as a printer of so many dots an inch puts it on paper."""
    return page.render(scale=dpi / 72).to_pil()


def drawn(symbol: Symbol, dots: int = 4) -> Image.Image:
    """The symbol on white, a module so many dots."""
    image = Image.new("L", (symbol.modules * dots,) * 2, 255)
    for column, row, length in symbol.runs():
        image.paste(0, (column * dots, row * dots, (column + length) * dots, (row + 1) * dots))
    return image


def drawn_svg(data: bytes, dots: int = 5) -> Image.Image:
    """An SVG file as ours are: one path of horizontal runs in a square view box."""
    root = ET.fromstring(data)
    _, _, width, height = (int(part) for part in root.attrib["viewBox"].split())
    image = Image.new("L", (width * dots, height * dots), 255)
    pen = ImageDraw.Draw(image)
    path = root.findall(f"{_SVG}path")[-1].attrib["d"]
    assert _RUN.sub("", path) == ""
    for column, row, length, back in ((int(part) for part in run) for run in _RUN.findall(path)):
        assert length == back
        pen.rectangle((column * dots, row * dots, (column + length) * dots - 1, (row + 1) * dots - 1), fill=0)
    return image


def opened(file: Path) -> Image.Image:
    return Image.open(io.BytesIO(file.read_bytes()))
