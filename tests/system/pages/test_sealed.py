"""An authority opens a paper that is addressed to it: from a stick without a network, and on the node's own page."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from client.keystore import new_key, save_key
from client.sealed import wrap
from protocol.cid import cid_of_bytes, parse_cid
from protocol.sealing import seal
from protocol.strict_json import dump_json
from protocol.wrapped import Secret
from tests.system.pages.test_everybody import violations

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from protocol.keys import PrivateKey
    from tests.system.pages.conftest import Garment, Visit

pytestmark = pytest.mark.system
PAPER = b"%PDF-1.7\n" + bytes(number % 251 for number in range(150_000))
PHRASE = "una frase abbastanza lunga"


class Post:
    """What reaches an authority: a sealed paper, its wrapped keys; and the key that it keeps itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reader = new_key()
        self.data = b"".join(seal([PAPER], len(PAPER), b"k" * 32, b"prefix7"))
        self.cid = cid_of_bytes(self.data)
        secret = Secret(b"k" * 32, parse_cid(self.cid), hashlib.sha256(PAPER).digest(), "application/pdf")
        self.wrapped = wrap(secret, [self.reader.public])

    def file(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def key(self, key: PrivateKey, passphrase: str | None = None) -> Path:
        return save_key(self.folder / f"{len(list(self.folder.iterdir()))}.jwk", key, passphrase).path

    def letters(self) -> list[Path]:
        answer = {"cid": self.cid, "wrapped": [json.loads(self.wrapped)]}
        return [self.file("contratto.sealed", self.data), self.file("keys.json", dump_json(answer))]


@pytest.fixture
def post(tmp_path: Path) -> Post:
    folder = tmp_path / "post"
    folder.mkdir()
    return Post(folder)


@pytest.fixture
def desk(stick: Path, visit: Callable[..., Visit]) -> Visit:
    seen = visit(accept_downloads=True)
    seen.context.set_offline(True)
    seen.page.goto(stick.as_uri())
    return seen


def hand(page: Page, *files: Path) -> None:
    page.locator(".sealed input[type=file]").set_input_files(list(files))


def problem(page: Page) -> Any:
    return page.locator(".sealed [role=alert]")


def test_a_paper_is_opened_and_saved_as_it_was_sealed(desk: Visit, post: Post, shots: Path) -> None:
    hand(desk.page, *post.letters())
    expect(desk.page.locator(".sealed [role=status]")).to_contain_text("Manca ancora: la chiave di lettura")
    hand(desk.page, post.key(post.reader))
    expect(desk.page.locator(".sealed")).to_contain_text(post.cid)
    expect(desk.page.locator(".sealed")).to_contain_text(hashlib.sha256(PAPER).hexdigest())
    desk.page.screenshot(path=shots / "sealed-opened.png", full_page=True)
    with desk.page.expect_download() as saved:
        desk.page.get_by_role("link", name="Salva il documento").click()
    assert saved.value.suggested_filename == f"{hashlib.sha256(PAPER).hexdigest()[:16]}.pdf"
    assert Path(saved.value.path()).read_bytes() == PAPER
    assert desk.complaints == []


def test_all_files_may_be_laid_on_the_desk_with_the_evidence(
    desk: Visit, post: Post, garment: Garment
) -> None:
    files = [garment.evidence, *post.letters(), post.key(post.reader)]
    desk.page.locator(".drop input").set_input_files(files)
    expect(desk.page.locator(".sealed")).to_contain_text(post.cid)
    expect(desk.page.locator("tbody tr")).to_have_count(1)


def test_the_key_is_used_on_the_served_page_too_and_goes_nowhere(
    garment: Garment, visit: Callable[..., Visit], post: Post
) -> None:
    seen = visit()
    sent: list[str | None] = []
    seen.page.goto(f"{garment.node}/inspect")
    seen.page.on("request", lambda request: sent.append(request.url))
    hand(seen.page, *post.letters(), post.key(post.reader))
    expect(seen.page.locator(".sealed")).to_contain_text(post.cid)
    seen.page.get_by_role("button", name="Dimentica la chiave").click()
    expect(seen.page.locator(".sealed dl")).to_have_count(0)
    hand(seen.page, *post.letters())
    expect(seen.page.locator(".sealed [role=status]")).to_contain_text("Manca ancora: la chiave di lettura")
    assert [address for address in sent if not str(address).startswith("blob:")] == []
    assert seen.page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert seen.context.cookies() == []


def test_a_key_under_a_passphrase_is_opened_with_the_keyboard(desk: Visit, post: Post) -> None:
    hand(desk.page, *post.letters(), post.key(post.reader, PHRASE))
    expect(problem(desk.page)).to_contain_text("scrivi la sua passphrase")
    field = desk.page.get_by_label("Passphrase della chiave")
    field.fill("un'altra frase, sbagliata")
    field.press("Enter")
    expect(problem(desk.page)).to_contain_text("non è questa")
    field.fill(PHRASE)
    field.press("Enter")
    expect(desk.page.locator(".sealed")).to_contain_text(post.cid)
    expect(field).to_have_count(0)


def altered(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


class TestRefusals:
    def test_another_readers_key(self, desk: Visit, post: Post) -> None:
        hand(desk.page, *post.letters(), post.key(new_key()))
        expect(problem(desk.page)).to_contain_text("Nessuna delle chiavi avvolte si apre")

    def test_a_signing_key(self, desk: Visit, post: Post) -> None:
        hand(desk.page, *post.letters(), post.key(new_key("EdDSA")))
        expect(problem(desk.page)).to_contain_text("firma e non legge")

    def test_an_altered_ciphertext(self, desk: Visit, post: Post) -> None:
        sealed = post.file("altered.sealed", altered(post.data, 100_000))
        hand(desk.page, *post.letters()[1:], sealed, post.key(post.reader))
        expect(problem(desk.page)).to_contain_text("alterato o troncato")

    def test_an_altered_wrapped_key(self, desk: Visit, post: Post) -> None:
        value = json.loads(post.wrapped)
        value["tag"] = ("B" if value["tag"][0] == "A" else "A") + value["tag"][1:]
        wrapped = post.file("altered.json", dump_json(value))
        hand(desk.page, post.letters()[0], wrapped, post.key(post.reader))
        expect(problem(desk.page)).to_contain_text("chiave avvolta (JWE) non ha la forma richiesta (tag)")

    def test_a_file_of_another_kind(self, desk: Visit, post: Post) -> None:
        hand(desk.page, post.file("foto.txt", b"hello"))
        expect(problem(desk.page)).to_contain_text("né una chiave")
        expect(desk.page.locator("tbody tr")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_on_a_small_phone(
    stick: Path, visit: Callable[..., Visit], post: Post, axe: str, scheme: str, shots: Path
) -> None:
    seen = visit(viewport={"width": 360, "height": 740}, color_scheme=scheme, bypass_csp=True, locale="en-GB")
    seen.page.goto(stick.as_uri())
    hand(seen.page, *post.letters(), post.key(post.reader, PHRASE))
    expect(problem(seen.page)).to_contain_text("type its passphrase")
    assert violations(seen.page, axe) == []
    seen.page.get_by_label("Passphrase of the key").fill(PHRASE)
    seen.page.get_by_role("button", name="Open the key").click()
    expect(seen.page.locator(".sealed dl")).to_be_visible()
    assert violations(seen.page, axe) == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360
    seen.page.screenshot(path=shots / f"sealed-{scheme}.png", full_page=True)
