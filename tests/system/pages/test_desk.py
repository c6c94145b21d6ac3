"""The inspector opens one file from a USB stick: no network, no node, and the same verdicts as the other program."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from protocol.errors import FilieraError
from scripts.make_vectors.bundles_patch import patch
from tests.verifier.test_bundle_vectors import ALTERED, BAD, GOOD, evidence_of, judge, said_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from tests.system.pages.conftest import Garment, Visit

pytestmark = pytest.mark.system
ROOT = Path(__file__).resolve().parents[3]
COMMITTED = ROOT / "verifier" / "verify.html"


@pytest.fixture
def desk(stick: Path, visit: Callable[..., Visit]) -> Visit:
    seen = visit(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    seen.context.set_offline(True)
    seen.page.goto(stick.as_uri())
    return seen


def lay(page: Page, *files: Path | dict[str, Any]) -> None:
    """Put files on the desk."""
    page.locator(".drop input").set_input_files(list(files))  # type: ignore[arg-type]


def rows(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as saved:
        page.get_by_role("button", name="Scarica gli esiti").click()
    return list(csv.DictReader(io.StringIO(Path(saved.value.path()).read_text("utf-8"))))


def test_the_committed_file_is_what_the_sources_make() -> None:
    subprocess.run(
        [
            ROOT / ".venv/bin/npx",
            "vite",
            "build",
            "--logLevel",
            "error",
            "-c",
            "verifier/web/vite.desk.config.ts",
        ],
        cwd=ROOT,
        check=True,
    )
    built = (ROOT / "verifier" / "web" / "dist" / "verify.html").read_bytes()
    assert built == COMMITTED.read_bytes(), "verifier/verify.html is old: make vectors writes it again"


def test_the_coat_is_verified_with_the_cable_pulled(desk: Visit, garment: Garment, shots: Path) -> None:
    lay(desk.page, garment.trust, garment.evidence)
    expect(desk.page.locator(".verdict .word")).to_contain_text("Verificato")
    expect(desk.page.locator(".verdict")).to_contain_text("2 testimoni indipendenti")
    expect(desk.page.locator("details.checks")).to_have_attribute("open", "")
    desk.page.screenshot(path=shots / "desk.png", full_page=True)
    assert desk.complaints == []
    assert {address.partition(":")[0] for address in desk.asked} <= {"file", "blob", "data"}


def test_without_a_trust_file_nobody_is_believed(desk: Visit, garment: Garment) -> None:
    lay(desk.page, garment.evidence)
    expect(desk.page.locator(".verdict .word")).to_contain_text("Non provato")
    expect(desk.page.locator(".trust")).to_contain_text("Nessun file di fiducia")


def test_the_fingerprint_is_that_of_the_file_on_paper(desk: Visit, garment: Garment) -> None:
    printed = subprocess.run(["sha256sum", garment.trust], capture_output=True, text=True, check=True).stdout
    lay(desk.page, garment.trust)
    shown = desk.page.locator(".trust code").inner_text()
    assert printed.startswith(shown.replace(" ", ""))
    assert len(shown.replace(" ", "")) == 32


def test_two_files_of_one_garment_are_compared(desk: Visit, garment: Garment, tmp_path: Path) -> None:
    less = json.loads(garment.evidence.read_bytes())
    less["records"] = less["records"][1:]
    other = tmp_path / "other.filiera"
    other.write_text(json.dumps(less, separators=(",", ":"), ensure_ascii=False), "utf-8")
    lay(desk.page, garment.trust, garment.evidence, other)
    expect(desk.page.locator("table tr")).to_have_count(2)
    expect(desk.page.locator("main")).to_contain_text("Solo in evidence.filiera: 1")
    expect(desk.page.locator("main")).to_contain_text("Solo in other.filiera: 0")


def test_a_file_that_is_none_is_said_to_be_unreadable(desk: Visit) -> None:
    lay(desk.page, {"name": "holiday.filiera", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"})
    expect(desk.page.locator(".verdict .word")).to_contain_text("Le prove non si leggono")


def vectors() -> Iterator[tuple[str, bytes]]:
    """Every bundle vector that the common trust file judges, the altered ones altered."""
    common = json.dumps(evidence_of(GOOD[0]["name"])[2])
    for case in GOOD + BAD:
        data, _, trust = evidence_of(case["name"])
        if json.dumps(trust) == common:
            yield case["name"], data
    for case in ALTERED:
        data, view, trust = evidence_of(case["from"])
        altered = patch({"bundle": json.loads(data), "view": view, "trust": trust}, case["operations"])
        if json.dumps(altered.trust) == common and altered.bundle != data:
            yield case["name"], altered.bundle


def test_every_vector_gets_the_same_word_and_codes_as_from_the_other_program(
    desk: Visit, tmp_path: Path
) -> None:
    trust = tmp_path / "trust.json"
    trust.write_text(json.dumps(evidence_of(GOOD[0]["name"])[2]), "utf-8")
    wanted = {}
    files = [trust]
    for name, data in vectors():
        file = tmp_path / f"{name}.filiera"
        file.write_bytes(data)
        files.append(file)
        try:
            said = said_of(judge(data, None, evidence_of(GOOD[0]["name"])[2]))
            wanted[file.name] = (said["verdict"], " ".join(said["codes"]))  # type: ignore[arg-type]
        except FilieraError as error:
            wanted[file.name] = ("unreadable", error.code)
    lay(desk.page, *files)
    expect(desk.page.locator("table tr")).to_have_count(len(wanted), timeout=300_000)
    found = {row["file"]: (row["verdict"], " ".join(sorted(row["codes"].split()))) for row in rows(desk.page)}
    assert len(found) > 200
    assert {name: said for name, said in found.items() if said != wanted[name]} == {}


def test_a_spreadsheet_formula_in_a_file_name_stays_text(desk: Visit) -> None:
    lay(desk.page, {"name": '=cmd|"x".filiera', "mimeType": "text/plain", "buffer": b"{}"})
    assert rows(desk.page)[0]["file"].startswith("'=")


def test_english_is_one_tap_away(desk: Visit) -> None:
    desk.page.get_by_role("button", name="English").click()
    expect(desk.page.locator("h1")).to_contain_text("desk")
    assert desk.page.locator("html").get_attribute("lang") == "en"
