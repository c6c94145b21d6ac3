"""Codes as files: read back, at their printed size, named apart, whole or not at all."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from client.errors import ClientError
from client.labels.bulk import COLUMNS, write_codes, write_table
from client.labels.marks import mark_of, marks_of
from client.labels.symbols import KINDS, LEAST_MM, RESOLUTIONS
from protocol.gs1 import GS1_STEM, build_digital_link
from tests.client.labels.reading import GTIN, drawn_svg, identifiers, texts

if TYPE_CHECKING:
    from pathlib import Path

QUIET = {"qr": 4, "datamatrix": 1}


@pytest.mark.parametrize("kind", KINDS)
def test_svg_and_png_are_read_back(tmp_path: Path, kind: str) -> None:
    names, told = identifiers(3), []
    for form in ("svg", "png"):
        assert write_codes(tmp_path / form, marks_of(names), form, kind, told=told.append) == 3
    assert told == [3, 3]
    found = [texts(drawn_svg(file.read_bytes()), kind) for file in (tmp_path / "svg").iterdir()]
    assert sorted(found) == [[name] for name in sorted(names)]
    found = [texts(Image.open(file), kind) for file in (tmp_path / "png").iterdir()]
    assert sorted(found) == [[name] for name in sorted(names)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dpi", RESOLUTIONS)
def test_files_say_how_large_they_are_printed(tmp_path: Path, kind: str, dpi: int) -> None:
    (name,) = identifiers(1)
    for form in ("svg", "png"):
        write_codes(tmp_path / form, [mark_of(name)], form, kind, dpi)
    (picture,), (drawing,) = ((list((tmp_path / form).iterdir())) for form in ("png", "svg"))
    image = Image.open(picture)
    assert [round(value) for value in image.info["dpi"]] == [dpi, dpi]
    root = ET.fromstring(drawing.read_text("utf-8"))
    modules = int(root.attrib["viewBox"].split()[2])
    assert image.width % modules == 0
    side = image.width / dpi * 25.4
    assert LEAST_MM <= side / modules < 1.4 * LEAST_MM
    assert float(root.attrib["width"].removesuffix("mm")) == pytest.approx(side, abs=0.001)
    quiet = QUIET[kind] * image.width // modules
    dark = image.convert("L").point(lambda shade: 255 - shade).getbbox()
    assert dark == (quiet, quiet, image.width - quiet, image.width - quiet)


def test_values_that_look_alike_have_files_of_their_own(tmp_path: Path) -> None:
    lots = ["A/B", "A_B", "A%2FB", "..", "A:B", "CON", "A B".replace(" ", "'")]
    links = [build_digital_link(GS1_STEM, (("01", GTIN), ("10", lot))) for lot in lots]
    assert write_codes(tmp_path / "codes", marks_of(links), "svg") == len(lots)
    files = sorted((tmp_path / "codes").iterdir())
    assert len(files) == len(lots)
    assert sorted(texts(drawn_svg(file.read_bytes()))[0] for file in files) == sorted(links)
    assert all(file.name.startswith(f"01_{GTIN}_10_") for file in files)


def test_the_same_code_twice_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    lot = f"{GS1_STEM}/01/{GTIN}/10/L1"
    with pytest.raises(ClientError, match="LABEL_TWICE"):
        write_codes(tmp_path / "codes", marks_of([lot, lot]), "png")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "letter.txt").write_text("mine")
    with pytest.raises(ClientError, match="LABEL_EXISTS"):
        write_codes(tmp_path / "codes", marks_of(identifiers(1)), "svg")
    assert [file.read_text() for file in (tmp_path / "codes").iterdir()] == ["mine"]


@pytest.mark.parametrize("form", ["svg", "png", "csv"])
def test_no_number_is_no_file(tmp_path: Path, form: str) -> None:
    place = tmp_path / "codes"
    with pytest.raises(ClientError, match="LABEL_NONE"):
        write_table(place, ()) if form == "csv" else write_codes(place, (), form)
    assert list(tmp_path.iterdir()) == []


def test_the_table_holds_every_value_as_it_is(tmp_path: Path) -> None:
    lots = ['L"1,2"', "=1+1", "00012", "a;b"]
    links = [build_digital_link(GS1_STEM, (("01", GTIN), ("10", lot))) for lot in lots] + identifiers(1)
    told = []
    assert write_table(tmp_path / "codes.csv", marks_of(links, "https://node.example"), told.append) == 5
    with (tmp_path / "codes.csv").open(encoding="utf-8", newline="") as opened:
        head, *rows = csv.reader(opened)
    assert tuple(head) == COLUMNS
    assert [row[3] for row in rows] == [*lots, ""]
    assert [row[0] for row in rows] == links
    assert all(row[1] == row[0].replace("https://id.gs1.org", "https://node.example") for row in rows)
    assert {row[2] for row in rows} == {GTIN}
    assert told == [5]
