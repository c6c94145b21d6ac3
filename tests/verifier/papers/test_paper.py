"""The printed report, read back from its pages as a person and a camera read them."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner

from protocol.bundle import serialise
from protocol.codes import Language, text
from protocol.hashing import sha256
from tests.verifier.papers.stories import HOSTILE, hostile, measured, story
from verifier.cli import verify
from verifier.paper.facts import Basis, legs_of
from verifier.paper.look import HEIGHT, MARGIN_FOOT, MARGIN_SIDE, plain
from verifier.paper.pdf import to_pdf
from verifier.texts import say
from verifier.verify import Result

REPEAT = "filiera verify evidence.filiera --trust trust.json --offline"
FILES = Path(__file__).resolve().parents[2] / "vectors" / "bundle" / "files"
# Good, batch, incomplete, refused, corrected, notified for somebody who does not sign, a thousand events.
NAMES = (
    "handed-over", "passport-in-a-batch", "by-product-out-of-nowhere", "share-claimed", "corrected", "on-behalf-named",
    "lot-used-twice", "thousand-events",
)  # fmt: skip


@cache
def pages_of(name: str, language: Language) -> tuple[str, ...]:
    return printed(*story(name), language)


def printed(result: Result, basis: Basis, language: Language) -> tuple[str, ...]:
    """The text of each page, every run of white space one space."""
    pages = pypdfium2.PdfDocument(to_pdf(result, basis, language, REPEAT))
    return tuple(" ".join(page.get_textpage().get_text_bounded().split()) for page in pages)


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_verdict_codes_and_figures_are_on_two_pages(name: str, language: Language) -> None:
    result, _ = story(name)
    pages = pages_of(name, language)
    assert len(pages) == 2
    assert say(result.verdict.word, language).upper() in pages[0]
    assert say(f"paper.sentence.{result.verdict.word}", language) in pages[0]
    for code in {found.code for found in result.verdict.findings}:
        assert f"[{code}]" in pages[1]
        assert text(code, language)[1].split("{", maxsplit=1)[0][:30] in pages[1]
    for criterion in result.criteria:
        for figure in criterion.figures:
            assert f"{figure.method} · {len(figure.inputs)}" in pages[1]
    assert REPEAT in pages[1]


@pytest.mark.parametrize("name", ["share-claimed", "lot-used-twice"])
def test_why_it_is_refused_stands_on_the_first_page(name: str) -> None:
    heavy = {found.code for found in story(name)[0].verdict.findings if found.severity == "refused"}
    assert any(f"[{code}]" in pages_of(name, "it")[0] for code in heavy)


def test_an_auditor_finds_every_digest_whole() -> None:
    result, basis = story("passport-in-a-batch")
    said = pages_of("passport-in-a-batch", "en")[1]
    assert result.passport is not None
    assert basis.view is not None
    assert basis.trust is not None
    head = basis.bundle.newest()[0]
    whole = [
        result.graph.hex(),
        result.passport.digest.hex(),
        sha256(serialise(basis.bundle)).hex(),
        head.root.hex(),
        basis.view.heads[head.log, head.seq].head_hash.hex(),
        head.transaction,
        basis.trust.genesis,
        *(each.address for each in basis.trust.contracts.values()),
    ]
    for each in whole:
        assert each in said


def test_without_a_trust_file_the_paper_says_that_nothing_is_pinned() -> None:
    result, basis = story("handed-over")
    said = printed(result, Basis(basis.bundle), "en")[1]
    assert "no trust file pins it" in said


@pytest.mark.parametrize("name", ["passport-in-a-batch", "handed-over", "deep"])
def test_the_code_on_the_page_is_the_target(name: str) -> None:
    result, basis = story(name)
    page = pypdfium2.PdfDocument(to_pdf(result, basis, "it", REPEAT))[0]
    found = zxingcpp.read_barcodes(page.render(scale=2).to_pil())
    assert [each.text for each in found] == [result.target]


def test_the_journey_says_who_where_how_far_and_how_much() -> None:
    first, second = printed(*measured(), "it")
    assert "2 mar 2026 filatura Filatura Prova PO 0 30 kg controfirmato" in first
    # Prato to Biella as the crow flies; the figure above says the same of the average gram.
    assert "2 mar 2026 tessitura Tessitura Prova BI 304 30 kg firmato" in first
    assert "chilometri del grammo medio 304 km" in first
    assert "28 mag 2026, ore 20:26 UTC" in first
    # 60 and 15 kg CO2e for thirty kilograms each.
    assert "Filatura Prova 2 kg CO2e" in second
    assert "Tessitura Prova 0,5 kg CO2e" in second
    assert "CO2 equivalente 2,5 kg CO2e" in second


def test_who_is_not_shown_is_said_to_be_confidential() -> None:
    assert say("paper.confidential", "it") in pages_of("on-behalf-unnamed", "it")[0]


def test_a_long_journey_keeps_its_beginning_and_its_end() -> None:
    result, _ = story("deep")
    legs, first = legs_of(result, "en"), pages_of("deep", "en")[0]
    shown = first.count("2 Mar 2026")
    assert len(legs) > 100
    assert shown > 20
    assert f"{len(legs) - shown} more" in first


def test_a_newer_catalogue_stands_beside() -> None:
    told = pages_of("catalogue-newer", "en")[1]
    assert "Under catalogue 2027-1" in told
    assert "2026-2, counts" in told


def test_same_evidence_same_bytes() -> None:
    assert to_pdf(*story("handed-over"), "it", REPEAT) == to_pdf(*story("handed-over"), "it", REPEAT)


def test_hostile_names_are_text_inside_their_columns() -> None:
    document = pypdfium2.PdfDocument(to_pdf(*hostile(), "it", REPEAT))
    assert len(document) == 2
    said = " ".join(document[0].get_textpage().get_text_bounded().split())
    for name in (
        "<script>alert(1)</script>",
        "Müller & Söhne «Tintoria»",
        "<font size=900>",
        "{name}",
        "%s%n",
    ):
        assert name in said
    for page in document:
        words = page.get_textpage()
        for number in range(words.count_rects()):
            left, bottom, right, top = words.get_rect(number)
            assert left >= MARGIN_SIDE - 1
            assert right <= page.get_width() - MARGIN_SIDE + 1
            assert bottom >= 0
            assert top <= MARGIN_FOOT + HEIGHT + 1


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_hides_or_turns_reaches_the_page(name: str) -> None:
    shown = plain(name)
    assert len(shown) <= 160
    assert not set(shown) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200f\x00\x07\ufeff"
    )


def test_every_font_is_in_the_file() -> None:
    data = to_pdf(*story("handed-over"), "it", REPEAT)
    assert data.count(b"/FontFile2") == data.count(b"/Subtype /TrueType") > 0


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


def test_who_asks_for_no_paper_does_not_load_what_draws_it() -> None:
    """A verdict without papers loads neither reportlab nor segno."""
    file = FILES / "handed-over.filiera"
    script = (
        "import sys; from verifier.cli import verify\n"
        "from click.testing import CliRunner\n"
        f"CliRunner().invoke(verify, [{str(file)!r}, '--offline'])\n"
        "print(sorted({'reportlab', 'segno', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
