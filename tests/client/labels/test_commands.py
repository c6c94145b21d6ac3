"""`filiera label print | export`, as an office runs them: numbers from a pipe, a file at the end, plain refusals."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
from PIL import Image

from client.commands import label
from client.labels.sheets import SHEETS
from client.labels.symbols import KINDS, RESOLUTIONS
from client.texts import LANGUAGES
from protocol.codes import text
from tests.client.labels.reading import GTIN, identifiers, printed, texts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.client.desk import Desk, Said


@pytest.fixture
def piped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command with these lines on standard input."""

    def run(lines: list[str], *arguments: object) -> Said:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
        return desk.filiera("label", *arguments)

    return run


def test_the_choices_of_the_command_are_those_of_the_library() -> None:
    assert set(label._SIZES) == set(SHEETS)
    assert label._CODES == KINDS
    assert tuple(map(int, label._RESOLUTIONS)) == RESOLUTIONS


def test_numbers_from_a_pipe_become_a_sheet(piped: Any, tmp_path: Path) -> None:
    names, file = identifiers(30), tmp_path / "labels.pdf"
    said = piped(
        [*names, ""], "print", "--name", "Cappotto", "--care", "wash-30", "--words", "en", "-o", file
    )
    assert (said.status, said.out) == (0, f"30 etichette in {file}\n")
    pages = pypdfium2.PdfDocument(file)
    assert sorted(text for page in pages for text in texts(printed(page))) == sorted(names)
    words = pages[0].get_textpage().get_text_bounded().replace("\u00a0", " ")
    assert "Wash at 30 °C at most" in words
    assert "Lavare" not in words


def test_words_are_in_the_language_of_the_office_or_none(piped: Any, tmp_path: Path) -> None:
    seen = []
    for options in ((), ("--words", "none"), ("--words", "en", "--words", "it")):
        file = tmp_path / "labels.pdf"
        assert piped(identifiers(1), "print", "--care", "hand-wash", *options, "-o", file).status == 0
        words = pypdfium2.PdfDocument(file)[0].get_textpage().get_text_bounded()
        seen.append([said for said in ("Lavare a mano", "Wash by hand") if said in words])
    assert seen == [["Lavare a mano"], [], ["Lavare a mano", "Wash by hand"]]


def test_data_matrix_with_a_lot_and_an_own_resolver(piped: Any, tmp_path: Path) -> None:
    (name,), folder = identifiers(1), tmp_path / "codes"
    options = ("--code", "datamatrix", "--base", "https://node.example", "--lot", "L/7", "--dpi", "203")
    assert piped([name], "export", "--format", "png", *options, "-o", folder).status == 0
    (file,) = folder.iterdir()
    serial = name.rpartition("/")[2]
    address = f"https://node.example/01/{GTIN}/10/L%2F7/21/{serial}"
    assert texts(Image.open(file), "datamatrix") == [address]
    assert file.name == f"01_{GTIN}_10_L%2F7_21_{serial}.png"
    table = tmp_path / "codes.csv"
    assert piped([name], "export", "--format", "csv", "--lot", "L/7", "-o", table).status == 0
    (row,) = csv.DictReader(io.StringIO(table.read_text("utf-8")))
    assert (row["identifier"], row["gtin"], row["lot"], row["serial"]) == (name, GTIN, "L/7", serial)


@pytest.mark.parametrize(
    ("options", "code", "values"),
    [
        (("--care", "wash-999"), "LABEL_CARE_UNKNOWN", {"given": "wash-999"}),
        (("--base", "ftp://x"), "LABEL_BASE", {"base": "ftp://x"}),
        (("--name", "外套"), "LABEL_SIGNS", {"sign": "\\u5916"}),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_refusals_name_what_is_wrong_in_both_languages(
    piped, tmp_path, monkeypatch, options, code, values, language
) -> None:
    monkeypatch.setenv("FILIERA_LANG", language)
    file = tmp_path / "labels.pdf"
    said = piped(identifiers(1), "print", *options, "-o", file)
    assert said.status != 0
    assert text(code, language, **values)[0] in " ".join(said.err.split())
    assert not file.exists()


def test_no_number_is_no_sheet(piped: Any, tmp_path: Path) -> None:
    said = piped([], "print", "-o", tmp_path / "labels.pdf")
    assert "alcun numero" in said.err
    said = piped(identifiers(1) * 2, "print", "-o", tmp_path / "labels.pdf")
    assert "due volte" in said.err
    assert [file.name for file in tmp_path.iterdir()] == ["desk"]
