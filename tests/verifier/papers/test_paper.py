"""The printed report, read back from its pages as a person and a camera read them."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner

from protocol.codes import Language, text
from tests.verifier.papers.stories import hostile, result_of
from verifier.cli import verify
from verifier.paper import to_pdf
from verifier.texts import say
from verifier.verify import Result

REPEAT = "filiera verify evidence.filiera --trust trust.json --offline"
FILES = Path(__file__).resolve().parents[2] / "vectors" / "bundle" / "files"


def printed(result: Result, language: Language) -> str:
    pages = pypdfium2.PdfDocument(to_pdf(result, language, REPEAT))
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pages).split())


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize(
    "name", ["handed-over", "passport-in-a-batch", "share-claimed", "by-product-out-of-nowhere"]
)
def test_verdict_codes_and_figures_are_on_paper(name: str, language: Language) -> None:
    result = result_of(name)
    said = printed(result, language)
    assert say(result.verdict.word, language).upper() in said
    for code in {found.code for found in result.verdict.findings}:
        assert code in said
        assert text(code, language)[1].split("{", maxsplit=1)[0][:30] in said
    for criterion in result.criteria:
        for figure in criterion.figures:
            assert figure.method in said
    assert result.graph.hex() in said.replace(" ", "")
    assert REPEAT in said


def test_the_code_on_the_page_is_the_target() -> None:
    result = result_of("passport-in-a-batch")
    page = pypdfium2.PdfDocument(to_pdf(result, "it", REPEAT))[0]
    found = zxingcpp.read_barcodes(page.render(scale=3).to_pil())
    assert [each.text for each in found] == [result.target]


def test_same_evidence_same_bytes() -> None:
    assert to_pdf(result_of("handed-over"), "it", REPEAT) == to_pdf(result_of("handed-over"), "it", REPEAT)


def test_hostile_names_neither_break_nor_push_away_the_page() -> None:
    pages = pypdfium2.PdfDocument(to_pdf(hostile(), "it", REPEAT))
    assert len(pages) <= 5
    said = " ".join(page.get_textpage().get_text_bounded() for page in pages)
    assert "<script>alert(1)</script>" in " ".join(said.split())
    assert "Müller & Söhne «Tintoria»" in " ".join(said.split())


def test_the_command_writes_both_beside_its_report(tmp_path: Path) -> None:
    paper, drawing = tmp_path / "r.pdf", tmp_path / "g.svg"
    arguments = [
        str(FILES / "handed-over.filiera"),
        "--offline",
        "--report",
        str(paper),
        "--graph",
        str(drawing),
    ]
    answer = CliRunner().invoke(verify, [*arguments, "--lang", "en"])
    assert answer.exit_code == 2, answer.output
    assert paper.read_bytes().startswith(b"%PDF-")
    assert drawing.read_text("utf-8").startswith("<svg")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    arguments = [str(FILES / "handed-over.filiera"), "--offline", "--report", str(tmp_path / "no" / "r.pdf")]
    answer = CliRunner().invoke(verify, [*arguments, "--lang", "en"])
    assert answer.exit_code == 3
    assert "PAPER_NOT_WRITTEN" in answer.output
