"""Sheets and rolls as they come out of the printer: every code read, every word there, nothing over the edge."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from client.errors import ClientError
from client.labels.layout import EDGE_MM, FONTS, Dot, Line, Text, design_of, lay_out
from client.labels.marks import mark_of, marks_of
from client.labels.pdf import PageWriter, operators
from client.labels.sheets import SHEETS, write_sheets
from client.labels.symbols import KINDS, RESOLUTIONS
from protocol.gs1 import GS1_STEM
from tests.client.labels.reading import GTIN, identifiers, printed, texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from client.labels.layout import Drawing
    from client.labels.marks import Mark

CARE = ("iron-low", "do-not-wash", "dry-clean-P", "do-not-bleach", "do-not-tumble-dry")
COAT = design_of("Cappotto CR-26", CARE, ("it",))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SHEETS)
def test_every_label_of_a_page_is_read_at_300_dots_an_inch(tmp_path: Path, size: str, kind: str) -> None:
    sheet, file = SHEETS[size], tmp_path / "labels.pdf"
    names = identifiers(sheet.places + 1)
    design = design_of("Cappotto CR-26", CARE, ("it",), kind)
    assert write_sheets(file, marks_of(names), sheet, design) == len(names)
    pages = pypdfium2.PdfDocument(file)
    assert len(pages) == 2
    assert [round(side * 25.4 / 72, 1) for side in pages[0].get_size()] == list(sheet.page)
    assert sorted(texts(printed(pages[0]), kind)) == sorted(names[:-1])
    assert texts(printed(pages[1]), kind) == names[-1:]
    said = " ".join(pages[0].get_textpage().get_text_bounded().split())
    for words in ("Cappotto CR-26", f"GTIN {GTIN}", names[0].rpartition("/")[2], "Non lavare", "110 °C"):
        assert words in said.replace("\u00a0", " ")


@pytest.mark.parametrize("dpi", RESOLUTIONS)
def test_a_label_printer_reads_back_at_its_own_resolution(tmp_path: Path, dpi: int) -> None:
    names, file = identifiers(1), tmp_path / "labels.pdf"
    design = design_of("Cappotto", CARE, (), "qr", dpi)
    write_sheets(file, marks_of(names, "https://node.example", "L/7"), SHEETS["roll-50x25"], design)
    (found,) = texts(printed(pypdfium2.PdfDocument(file)[0], dpi))
    assert mark_of(found).identifier == names[0]
    assert found.startswith(f"https://node.example/01/{GTIN}/10/L%2F7/21/")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SHEETS)
def test_nothing_stands_over_an_edge_or_in_the_quiet_zone(size: str, kind: str) -> None:
    width, height = SHEETS[size].label
    for design in (design_of("Cappotto CR-26", CARE, ("it",), kind), design_of("", (), ())):
        drawing = lay_out(mark_of(identifiers(1)[0], lot="LOTTO-2026/000001"), design, (width, height))
        left, top = drawing.corner
        side = drawing.code.side_mm
        assert left >= EDGE_MM - 1e-9
        assert top >= EDGE_MM - 1e-9
        assert left + side <= width
        assert top + side <= height
        for x0, y0, x1, y1 in boxes(drawing):
            assert x0 >= 0
            assert y0 >= 0
            assert x1 <= width - EDGE_MM + 0.2
            assert y1 <= height
            assert x0 >= left + side - 0.1 or y0 >= top + side - 0.1


def boxes(drawing: Drawing) -> Iterator[tuple[float, float, float, float]]:
    for part in drawing.parts:
        if isinstance(part, Text):
            size = part.points * 25.4 / 72
            wide = stringWidth(part.words, FONTS[part.bold], part.points) * 25.4 / 72
            yield part.x, part.y - 0.72 * size, part.x + wide, part.y + 0.21 * size
        elif isinstance(part, Line):
            xs, ys = zip(*part.points, strict=True)
            yield min(xs), min(ys), max(xs), max(ys)
        else:
            assert isinstance(part, Dot)
            yield part.x - part.radius, part.y - part.radius, part.x + part.radius, part.y + part.radius


def test_labels_stay_on_their_page() -> None:
    for sheet in SHEETS.values():
        corners = [sheet.corner_of(place) for place in range(sheet.places)]
        assert len(set(corners)) == sheet.places
        for left, top in corners:
            assert left + sheet.label[0] <= sheet.page[0]
            assert 0 <= top - sheet.label[1] < top <= sheet.page[1]


def test_words_make_room_by_a_smaller_code_before_they_are_refused() -> None:
    mark, label = mark_of(identifiers(1)[0]), SHEETS["roll-40x60"].label
    few = lay_out(mark, COAT, label)
    many = lay_out(mark, design_of("Cappotto CR-26 di lana rigenerata, " * 3, CARE, ("it", "en")), label)
    assert many.code.dots < few.code.dots
    assert many.code.symbol == few.code.symbol
    for words in (design_of("Cappotto " * 60, CARE, ("it", "en")), design_of("M" * 900, (), ())):
        with pytest.raises(ClientError, match="LABEL_TEXT_ROOM"):
            lay_out(mark, words, label)


def test_long_numbers_go_on_in_the_next_line_whole(tmp_path: Path) -> None:
    name, file = f"{GS1_STEM}/01/{GTIN}/10/{'W' * 20}/21/{'M' * 20}", tmp_path / "labels.pdf"
    write_sheets(file, [mark_of(name)], SHEETS["roll-30x80"], design_of("", (), ()))
    page = pypdfium2.PdfDocument(file)[0]
    assert texts(printed(page)) == [name]
    said = "".join(page.get_textpage().get_text_bounded().split())
    assert said == f"GTIN{GTIN}LOT{'W' * 20}S/N{'M' * 20}"


def test_a_code_that_no_phone_could_read_leaves_no_file(tmp_path: Path) -> None:
    file = tmp_path / "labels.pdf"
    far = "https://a-very-long-name-of-a-node." + "far-away." * 20 + "example"
    marks = (mark_of(name, base) for name, base in zip(identifiers(2), ("", far), strict=True))
    with pytest.raises(ClientError, match="LABEL_TOO_SMALL"):
        write_sheets(file, marks, SHEETS["roll-50x25"], COAT)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_leaves_the_sheet_of_before(tmp_path: Path) -> None:
    file = tmp_path / "labels.pdf"
    write_sheets(file, marks_of(identifiers(1)), SHEETS["a4-24"], COAT)
    before = file.read_bytes()
    with pytest.raises(ClientError, match="LABEL_NONE"):
        write_sheets(file, (), SHEETS["a4-24"], COAT)
    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["labels.pdf"]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ClientError, match="LABEL_UNWRITABLE"):
        write_sheets(tmp_path / "file" / "labels.pdf", marks_of(identifiers(1)), SHEETS["a4-24"], COAT)


def test_pages_are_written_as_they_come(tmp_path: Path) -> None:
    """When a page is done, no label of the next one has been drawn yet."""
    drawn: list[Mark] = []
    told: list[tuple[int, int]] = []

    def drawing() -> Iterator[Mark]:
        for mark in marks_of(identifiers(60)):
            drawn.append(mark)
            yield mark

    write_sheets(
        tmp_path / "labels.pdf",
        drawing(),
        SHEETS["a4-24"],
        COAT,
        lambda done: told.append((done, len(drawn))),
    )
    assert told == [(24, 24), (48, 48), (60, 60)]


def test_ten_times_the_pages_need_no_more_memory(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        names = identifiers(count)
        tracemalloc.start()
        write_sheets(tmp_path / "labels.pdf", map(mark_of, names), SHEETS["roll-50x25"], COAT)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(250)  # what is loaded once, and lines that are kept because they come again
    few, many = peak(25), peak(250)
    page = (tmp_path / "labels.pdf").stat().st_size / 250
    assert page > 1500
    assert (many - few) / 225 < page / 2  # where each object stands has to be known at the end


def test_the_same_labels_are_the_same_bytes(tmp_path: Path) -> None:
    digests = set()
    for name in ("one.pdf", "two.pdf"):
        write_sheets(tmp_path / name, marks_of(identifiers(30)), SHEETS["a4-21"], COAT)
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).digest())
    assert len(digests) == 1


HOSTILE = [r"Caff\( è \) (nero)", "Collezione “Più” – 50 €", "x) Tj ET Q (", "œuvre Žižkov ½"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stands_on_the_label_and_in_the_title_as_it_was_given(tmp_path: Path, name: str) -> None:
    file = tmp_path / "labels.pdf"
    write_sheets(file, marks_of(identifiers(1)), SHEETS["a4-12"], design_of(name, (), ()))
    document = pypdfium2.PdfDocument(file)
    assert name in " ".join(document[0].get_textpage().get_text_bounded().split())
    assert document.get_metadata_dict()["Title"] == name


@pytest.mark.parametrize("name", ["外套", "Coat\x00", "Coat\nQ", "Palt\u00f2 \u202eesor", "Płaszcz"])
def test_signs_that_would_not_print_are_refused(name: str) -> None:
    with pytest.raises(ClientError, match="LABEL_SIGNS"):
        design_of(name, (), ())


def test_every_object_stands_where_the_table_says() -> None:
    stream = io.BytesIO()
    pages = PageWriter(stream, (50.0, 25.0), "Titolo")
    for name in identifiers(3):
        pages.page(operators(lay_out(mark_of(name), COAT, (50.0, 25.0)), 0, 25))
    pages.close()
    data = stream.getvalue()
    start = int(data.rpartition(b"startxref\n")[2].split()[0])
    head, _, rest = data[start:].partition(b"\n0000000000 65535 f \n")
    count = int(head.split()[-1])
    lines = rest.splitlines(keepends=True)[: count - 1]
    assert {len(line) for line in lines} == {20}
    for number, line in enumerate(lines, 1):
        assert data[int(line[:10]) :].startswith(b"%d 0 obj\n" % number)
