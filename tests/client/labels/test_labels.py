"""From reserved serials to what is sewn in, and back by a camera: a second library reads every code."""

from __future__ import annotations

import csv
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from client.commands.label import label
from client.errors import ClientError
from client.labels.bulk import write_files
from client.labels.care import SYMBOLS, in_order
from client.labels.marks import MODULE_MM, mark_of
from client.labels.sheets import SHEETS, write_sheets
from protocol.gs1 import GS1_STEM, build_digital_link
from protocol.serials import item_identifier
from protocol.vocabulary import vocabulary

GTIN = "09527700002628"
CARE = ("iron-low", "do-not-wash", "dry-clean-P", "do-not-bleach", "do-not-tumble-dry")


def identifiers(count: int) -> list[str]:
    return [item_identifier(GTIN, number.to_bytes(10, "big")) for number in range(10**20, 10**20 + count)]


def _codes(image: Image.Image) -> list[zxingcpp.Barcode]:
    return [found for found in zxingcpp.read_barcodes(image) if found.format == zxingcpp.BarcodeFormat.QRCode]


def read(page: pypdfium2.PdfPage) -> list[str]:
    """What a phone reads of a printed page, at 300 dots an inch."""
    return [found.text for found in _codes(page.render(scale=300 / 72).to_pil())]


@pytest.mark.parametrize("size", SHEETS)
def test_a_phone_reads_every_label_of_a_page(tmp_path: Path, size: str) -> None:
    sheet = SHEETS[size]
    names = identifiers(sheet.columns * sheet.rows + 1)
    file = tmp_path / "labels.pdf"
    assert write_sheets(file, map(mark_of, names), sheet, name="Cappotto CR-26", care=CARE) == len(names)
    pages = pypdfium2.PdfDocument(file)
    assert len(pages) == 2
    assert sorted(read(pages[0])) == sorted(names[:-1])
    assert read(pages[1]) == names[-1:]
    said = pages[0].get_textpage().get_text_bounded()
    assert "Cappotto CR-26" in said
    assert GTIN in said
    assert names[0].rpartition("/")[2] in said


def test_labels_stay_on_their_page() -> None:
    for sheet in SHEETS.values():
        right = sheet.corner[0] + (sheet.columns - 1) * sheet.pitch[0] + sheet.label[0]
        bottom = sheet.corner[1] + (sheet.rows - 1) * sheet.pitch[1] + sheet.label[1]
        assert right <= sheet.page[0]
        assert bottom <= sheet.page[1]


def test_a_code_that_no_phone_could_read_is_refused() -> None:
    mark = mark_of(identifiers(1)[0])
    assert mark.module_mm(mark.modules * MODULE_MM + 0.01) >= MODULE_MM
    with pytest.raises(ClientError, match="LABEL_TOO_SMALL"):
        mark.module_mm(mark.modules * MODULE_MM - 0.1)
    far = "https://a-very-long-name-of-a-node." + "far-away." * 20 + "example"
    with pytest.raises(ClientError, match="LABEL_TOO_SMALL"):
        write_sheets(Path("never.pdf"), [mark_of(identifiers(1)[0], far)], SHEETS["roll-50x25"])


LOTS = st.text(st.sampled_from("ABCXYZabc0123456789-_./%&()+"), min_size=1, max_size=20)


@given(lot=LOTS)
@settings(deadline=None, max_examples=40)
def test_any_lot_comes_back_as_the_identical_link(lot: str) -> None:
    identifier = build_digital_link(GS1_STEM, (("01", GTIN), ("10", lot)))
    mark = mark_of(identifier)
    side = mark.modules * 4
    image = Image.new("L", (side, side), 255)
    for column, row, length in mark.runs():
        image.paste(0, (column * 4, row * 4, (column + length) * 4, (row + 1) * 4))
    assert [found.text for found in _codes(image)] == [identifier]


def test_another_resolver_is_in_the_code_and_the_identifier_stays() -> None:
    identifier = identifiers(1)[0]
    mark = mark_of(identifier, "https://node.example")
    assert mark.address == identifier.replace("https://id.gs1.org", "https://node.example")
    assert mark.identifier == identifier


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_files_are_named_by_serial_and_read_back(tmp_path: Path, kind: str) -> None:
    names, told = identifiers(3), []
    assert write_files(tmp_path, map(mark_of, names), kind, told.append) == 3
    assert told[-1] == 3
    files = sorted(tmp_path.iterdir())
    assert [file.stem.rpartition("-")[2] for file in files] == sorted(
        name.rpartition("/")[2] for name in names
    )
    if kind == "png":
        found = [_codes(Image.open(file))[0].text for file in files]
        assert sorted(found) == sorted(names)
    else:
        assert all(file.read_text("utf-8").lstrip().startswith(("<?xml", "<svg")) for file in files)


def test_care_stands_in_the_order_of_the_standard() -> None:
    assert in_order(CARE) == ("do-not-wash", "do-not-bleach", "do-not-tumble-dry", "iron-low", "dry-clean-P")
    drawn = vocabulary("passport")["care"]
    assert set(SYMBOLS) >= {code if isinstance(code, str) else code["code"] for code in drawn}


def test_strokes_stay_in_their_square() -> None:
    points = [point for strokes, _ in SYMBOLS.values() for stroke in strokes for point in stroke]
    assert all(0 <= value <= 1 for point in points for value in point)


def test_the_command_reads_numbers_from_standard_input(tmp_path: Path) -> None:
    names, file = identifiers(30), tmp_path / "labels.pdf"
    answer = CliRunner().invoke(label, ["sheet", "-o", str(file)], input="\n".join(names) + "\n")
    assert answer.exit_code == 0, answer.output
    assert "30" in answer.output
    assert len(pypdfium2.PdfDocument(file)) == 2


def test_the_table_names_every_part(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    names = identifiers(2)
    answer = CliRunner().invoke(label, ["files", "--format", "csv", "-o", str(file), *names])
    assert answer.exit_code == 0, answer.output
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["identifier"] for row in rows] == names
    assert {row["gtin"] for row in rows} == {GTIN}


def test_no_number_is_no_sheet(tmp_path: Path) -> None:
    answer = CliRunner().invoke(label, ["sheet", "-o", str(tmp_path / "x.pdf")], input="")
    assert isinstance(answer.exception, ClientError)
    assert answer.exception.code == "LABEL_NONE"
    assert not (tmp_path / "x.pdf").exists()


def test_a_name_that_is_no_link_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    answer = CliRunner().invoke(label, ["sheet", "-o", str(tmp_path / "x.pdf"), "https://shop.example/coat"])
    assert answer.exit_code != 0
    assert not (tmp_path / "x.pdf").exists()
