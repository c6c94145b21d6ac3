"""What happens to labels that are left over: from reserved numbers to a scan that says that no garment has them."""

from __future__ import annotations

import io
import shlex
from pathlib import Path

import httpx
import pypdfium2
import pytest

from client.errors import NodeError
from client.node_client import NodeClient
from tests.client.desk import furnish
from tests.client.labels.reading import GTIN, printed, texts
from tests.support.makers import Maker
from tests.support.passports import BATCH
from tests.support.serving import serving

BRAND = Maker("brand", ("brand", "supplier"))
OTHER = Maker("other", ("brand",))
MILL = Maker("mill")
MANUAL = Path(__file__).parents[3] / "docs" / "labels.md"
ORDER, NEXT = "urn:filiera:order:" + "a" * 26, "urn:filiera:order:" + "b" * 26


@pytest.fixture
def url(tmp_path):
    folder = tmp_path / "node"
    folder.mkdir()
    with serving(folder, BRAND, OTHER, MILL) as address:
        yield address


@pytest.fixture
def office(desk, url, monkeypatch):
    """The brand's desk, with its node and nobody at the keyboard."""
    furnish(desk.folder, BRAND.key, BRAND.id.hex())
    monkeypatch.setenv("FILIERA_NODE", url)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    return desk


def signed_in(url: str, maker: Maker) -> NodeClient:
    node = NodeClient(url)
    node.sign_in(maker.key)
    return node


def reserved(office, count: int) -> list[str]:
    said = office.filiera("passport", "reserve", "--order", ORDER, "--gtin", GTIN, "--count", count)
    assert said.status == 0, said.err
    return said.out.split()


def sewn_into(url: str, item: str) -> None:
    """A garment is born with this label."""
    brand = BRAND.twin()
    goods = [{"epcClass": BATCH, "quantity": "2", "uom": "C62"}]
    first = {"lot": BATCH, "lotSeq": 0, "before": "0", "after": "2", "uom": "C62"}
    stock = brand.sign(brand.subject("opening-stock", quantityList=goods, **{"filiera:account": [first]}))
    last = {**first, "lotSeq": 1, "before": "2", "after": "1", "previous": stock.digest.hex()}
    born = brand.sign(
        brand.subject(
            "garment-born", epcList=[item], quantityList=None,
            **{"filiera:lot": BATCH, "filiera:account": [last]},
        )
    )  # fmt: skip
    with NodeClient(url) as node:
        for record in (stock, born):
            node.submit(record.token)


def scanned(url: str, item: str, accept: str = "text/html", language: str = "it") -> httpx.Response:
    path = item.removeprefix("https://id.gs1.org")
    return httpx.get(url + path, headers={"accept": accept}, params={"lang": language})


def test_from_reserved_numbers_to_voided_labels(office, url, tmp_path):
    numbers, file = reserved(office, 4), tmp_path / "labels.pdf"
    said = office.filiera("label", "print", "--order", ORDER, "--name", "Cappotto", "-o", file)
    assert (said.status, said.out) == (0, f"4 etichette in {file}\n")
    assert sorted(texts(printed(pypdfium2.PdfDocument(file)[0]))) == sorted(numbers)
    sewn, *left = numbers
    sewn_into(url, sewn)
    assert office.filiera("label", "void", "--order", ORDER, "--rest", "--yes").out.startswith(
        "3 numeri annullati"
    )
    for number in left:
        page = scanned(url, number)
        assert (page.status_code, "Etichetta annullata" in page.text) == (410, True)
        assert "no garment of theirs carries it" in scanned(url, number, language="en").text
        answer = scanned(url, number, "application/json")
        assert (answer.status_code, answer.json()["code"]) == (410, "LABEL_VOIDED")
    waiting = scanned(url, sewn)
    assert (waiting.status_code, "In produzione" in waiting.text) == (404, True)
    assert office.filiera("label", "print", "--order", ORDER, "-o", file).out == f"1 etichette in {file}\n"
    assert texts(printed(pypdfium2.PdfDocument(file)[0])) == [sewn]


def test_what_a_scanner_reads_of_a_label_can_be_voided(office, url):
    """A printed code names lot and the brand's own resolver; the number is the same."""
    first, second = reserved(office, 2)
    printed_code = first.replace("https://id.gs1.org", "https://node.example").replace(
        "/21/", "/10/L%2F7/21/"
    )
    said = office.filiera("label", "void", "--order", ORDER, "--yes", printed_code)
    assert (said.status, said.out[:1]) == (0, "1")
    assert office.filiera("label", "void", "--order", ORDER, "--yes", first).out[:1] == "0"
    assert scanned(url, first).status_code == 410
    with_lot = httpx.get(
        url + first.removeprefix("https://id.gs1.org").replace("/21/", "/10/L7/21/"),
        headers={"accept": "text/html"},
    )
    assert with_lot.status_code == 410
    assert scanned(url, second).status_code == 404


def test_the_commands_of_the_manual_run_as_they_are_written(office, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    block = next(part for part in MANUAL.read_text("utf-8").split("```") if "passport reserve" in part)
    commands = [shlex.split(line) for line in block.strip().splitlines()]
    assert [command[1:3] for command in commands] == [
        ["passport", "reserve"], ["label", "print"], ["label", "export"], ["label", "void"],
    ]  # fmt: skip
    for _, *arguments in commands:
        # The manual's reader answers at the keyboard.
        said = office.filiera(*arguments, *(["--yes"] if arguments[1] == "void" else []))
        assert said.status == 0, said.err
    assert len(pypdfium2.PdfDocument(tmp_path / "labels.pdf")) == 2
    assert len(list((tmp_path / "codes").glob("*.svg"))) == 40
    assert said.out.startswith("40 ")


def test_nobody_voids_by_accident(office, url):
    (number,) = reserved(office, 1)
    said = office.filiera("label", "void", "--order", ORDER, "--rest")
    assert said.status != 0
    assert "--yes" in said.err
    assert scanned(url, number).status_code == 404
    assert office.filiera("label", "void", "--order", NEXT, "--rest", "--yes").status != 0


def test_a_voided_number_never_comes_back(office, url):
    numbers = reserved(office, 2)
    assert office.filiera("label", "void", "--order", ORDER, "--rest", "--yes").status == 0
    with signed_in(url, BRAND) as node:
        for order in (ORDER, NEXT):
            with pytest.raises(NodeError) as refused:
                node.reserve_serials(order, numbers)
            assert refused.value.problem_code == "LABEL_VOID_FINAL"
        assert node.serials(ORDER) == node.unused_serials(ORDER) == []


def test_the_label_of_a_garment_is_not_voided_and_takes_the_others_with_it(office, url):
    sewn, other = reserved(office, 2)
    sewn_into(url, sewn)
    said = office.filiera("label", "void", "--order", ORDER, "--yes", other, sewn)
    assert said.status != 0
    assert "è di un capo registrato" in " ".join(said.err.split())
    assert scanned(url, other).status_code == 404
    with signed_in(url, BRAND) as node:
        assert node.unused_serials(ORDER) == [other]


def test_who_may_not(office, url):
    (number,) = reserved(office, 1)
    for maker, order, code in (
        (OTHER, ORDER, "LABEL_NOT_RESERVED"),
        (MILL, ORDER, "PASSPORT_BRAND_NEEDED"),
        (BRAND, NEXT, "LABEL_NOT_RESERVED"),
    ):
        with signed_in(url, maker) as node, pytest.raises(NodeError) as refused:
            node.void_serials(order, [number])
        assert refused.value.problem_code == code
    with NodeClient(url) as nobody, pytest.raises(NodeError) as refused:
        nobody.void_serials(ORDER, [number])
    assert refused.value.problem_code == "PASSPORT_BRAND_NEEDED"
    assert scanned(url, number).status_code == 404
