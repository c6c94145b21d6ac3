"""Two seconds of a customer in a shop: what the page behind a label says, and when it must not say it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page, Response, Route

    from tests.system.pages.conftest import Garment, Visit

pytestmark = pytest.mark.system
BUNDLE = "**/passports/*/bundle"


def word(page: Page) -> Any:
    return page.locator(".verdict .word")


def keeping(waiting: list[Route]) -> Callable[[Route], None]:
    """Answer nothing and remember who asked."""

    def keep(route: Route) -> None:
        waiting.append(route)

    return keep


def test_the_phone_verifies_the_coat_and_asks_nobody_but_the_node(
    garment: Garment, visit: Callable[..., Visit], shots: Path
) -> None:
    seen = visit()
    seen.page.goto(garment.page)
    expect(word(seen.page)).to_contain_text("Verificato")
    expect(seen.page.locator(".verdict")).to_contain_text("2 testimoni indipendenti")
    expect(seen.page.locator(".criteria details")).to_have_count(5)
    assert seen.page.locator(".journey li").count() > 15
    seen.page.screenshot(path=shots / "phone.png", full_page=True)
    assert {urlsplit(address).netloc for address in seen.asked if not address.startswith("data:")} == {
        urlsplit(garment.node).netloc
    }
    assert seen.complaints == []
    assert seen.context.cookies() == []
    assert seen.page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize(("coding", "limit"), [("gzip", 89_000), ("br", 75_500)])
def test_a_sound_coat_loads_the_checks_and_nothing_that_others_need(
    garment: Garment, visit: Callable[..., Visit], coding: str, limit: int
) -> None:
    """Counted on the wire: the answers' own lengths."""
    seen = visit(extra_http_headers={"Accept-Encoding": coding})
    sent: dict[str, int] = {}
    codings: set[str] = set()

    def weigh(response: Response) -> None:
        name = urlsplit(response.url).path.removeprefix("/web/")
        if "/web/" in response.url:
            sent[name.partition("-")[0]] = int(response.headers["content-length"])
            codings.add(response.headers["content-encoding"])

    seen.page.on("response", weigh)
    seen.page.goto(garment.page)
    expect(word(seen.page)).to_contain_text("Verificato")
    first = {name: size for name, size in sent.items() if name != "map"}
    assert set(first) == {"passport.js", "passport.css", "words", "worker"}
    assert codings == {coding}
    assert sum(first.values()) <= limit


def test_what_the_server_drew_from_the_brands_word_gives_way(
    garment: Garment, visit: Callable[..., Visit]
) -> None:
    seen = visit()
    seen.page.goto(garment.page)
    expect(word(seen.page)).to_contain_text("Verificato")
    expect(seen.page.locator("[data-said]")).to_be_hidden()


def test_without_script_the_page_is_readable_and_claims_no_verdict(
    garment: Garment, visit: Callable[..., Visit], shots: Path
) -> None:
    seen = visit(java_script_enabled=False)
    seen.page.goto(garment.page)
    body = seen.page.locator("body")
    expect(body).to_contain_text("Cappotto CR-26")
    expect(body).to_contain_text("lana")
    expect(body).to_contain_text("Senza JavaScript")
    expect(body).not_to_contain_text("Verificato")
    seen.page.screenshot(path=shots / "no-script.png", full_page=True)


def test_nothing_is_green_before_the_checks_have_run(garment: Garment, visit: Callable[..., Visit]) -> None:
    seen = visit()
    waiting: list[Route] = []
    seen.page.route(BUNDLE, keeping(waiting))
    seen.page.goto(garment.page)
    expect(word(seen.page)).to_contain_text("Controllo in corso")
    assert seen.page.locator(".verified").count() == 0
    assert "✓" not in seen.page.locator("body").inner_text()
    waiting[0].continue_()
    expect(word(seen.page)).to_contain_text("Verificato")


def altered(evidence: bytes) -> bytes:
    """One letter of one signature."""
    bundle = json.loads(evidence)
    jwt, mark, rest = bundle["records"][0]["token"].partition("~")
    start, _, signature = jwt.rpartition(".")
    other = signature[:20] + ("A" if signature[20] != "A" else "B") + signature[21:]
    bundle["records"][0]["token"] = f"{start}.{other}{mark}{rest}"
    return json.dumps(bundle, separators=(",", ":"), ensure_ascii=False).encode()


def test_an_altered_file_is_refused_and_the_reason_is_said(
    garment: Garment, visit: Callable[..., Visit], shots: Path
) -> None:
    seen = visit()
    body = altered(garment.evidence.read_bytes())
    seen.page.route(BUNDLE, lambda route: route.fulfill(body=body))
    seen.page.goto(garment.page)
    expect(seen.page.locator(".verdict")).to_have_class("verdict refused")
    said = seen.page.locator(".verdict").inner_text()
    assert "Verificato" not in said
    assert "{" not in said
    seen.page.screenshot(path=shots / "refused.png", full_page=True)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"<html>", b'{"format":"filiera-bundle/9"}', b"\xff\xfe", b"[" * 9000]
)
def test_what_is_no_evidence_is_said_to_be_unreadable(
    garment: Garment, visit: Callable[..., Visit], body: bytes
) -> None:
    seen = visit()
    seen.page.route(BUNDLE, lambda route: route.fulfill(body=body))
    seen.page.goto(garment.page)
    expect(word(seen.page)).to_contain_text("Le prove non si leggono")
    expect(seen.page.get_by_role("button", name="Riprova")).to_be_enabled()


def test_evidence_that_does_not_arrive_is_asked_for_again(
    garment: Garment, visit: Callable[..., Visit]
) -> None:
    seen = visit()
    seen.page.route(BUNDLE, lambda route: route.abort())
    seen.page.goto(garment.page)
    expect(word(seen.page)).to_contain_text("Non raggiungibile")
    seen.page.unroute(BUNDLE)
    seen.page.get_by_role("button", name="Riprova").click()
    expect(word(seen.page)).to_contain_text("Verificato")


class TestAskingTheChain:
    """It is the visitor's tap, and goes to the members that the page names."""

    def test_the_chain_confirms(self, garment: Garment, visit: Callable[..., Visit]) -> None:
        seen = visit()
        seen.page.goto(garment.page)
        expect(word(seen.page)).to_contain_text("Verificato")
        assert not [address for address in seen.asked if address.startswith(garment.chain)]
        seen.page.get_by_role("button", name="Chiedi alla catena").click()
        expect(seen.page.locator(".verdict")).to_contain_text("Confermato dalla catena")
        expect(word(seen.page)).to_contain_text("Verificato")
        assert seen.complaints == []

    def test_a_chain_that_is_down_is_unreachable_and_not_a_forgery(
        self, garment: Garment, visit: Callable[..., Visit], shots: Path
    ) -> None:
        seen = visit()
        seen.page.route(f"{garment.chain}/**", lambda route: route.abort())
        seen.page.goto(garment.page)
        seen.page.get_by_role("button", name="Chiedi alla catena").click()
        expect(word(seen.page)).to_contain_text("Non raggiungibile")
        assert "{" not in seen.page.locator(".verdict").inner_text()
        seen.page.screenshot(path=shots / "unreachable.png", full_page=True)

    def test_a_program_for_asking_that_does_not_arrive_is_no_forgery_either(
        self, garment: Garment, visit: Callable[..., Visit]
    ) -> None:
        seen = visit()
        seen.context.route("**/web/asking-*.js", lambda route: route.abort())
        seen.page.goto(garment.page)
        seen.page.get_by_role("button", name="Chiedi alla catena").click()
        expect(word(seen.page)).to_contain_text("Non raggiungibile")
        assert "{" not in seen.page.locator(".verdict").inner_text()

    def test_the_page_never_freezes_while_a_slow_chain_answers(
        self, garment: Garment, visit: Callable[..., Visit]
    ) -> None:
        seen = visit()
        waiting: list[Route] = []
        seen.page.route(f"{garment.chain}/**", keeping(waiting))
        seen.page.goto(garment.page)
        seen.page.get_by_role("button", name="Chiedi alla catena").click()
        expect(seen.page.get_by_role("button", name="Chiedo alla catena")).to_be_disabled()
        seen.page.locator(".criteria summary").first.click()
        expect(seen.page.locator(".criteria dl").first).to_be_visible()
        while not waiting:
            time.sleep(0.05)
            seen.page.evaluate("0")
        waiting[0].abort()
        expect(word(seen.page)).to_contain_text("Non raggiungibile")
        expect(seen.page.locator(".criteria dl").first).to_be_visible()
        expect(seen.page.get_by_role("button", name="Chiedi alla catena")).to_be_focused()

    def test_a_chain_that_lies_is_not_believed(self, garment: Garment, visit: Callable[..., Visit]) -> None:
        def lie(route: Route) -> None:
            answered = route.fetch()
            answers = json.loads(answered.text())
            for each in answers:
                if isinstance(each.get("result"), str) and len(each["result"]) > 66:
                    each["result"] = each["result"].replace("1", "2")
            route.fulfill(response=answered, body=json.dumps(answers))

        seen = visit()
        seen.page.route(f"{garment.chain}/**", lie)
        seen.page.goto(garment.page)
        seen.page.get_by_role("button", name="Chiedi alla catena").click()
        expect(seen.page.locator(".verdict:not(.verified)")).to_be_visible()
        assert "Confermato dalla catena" not in word(seen.page).inner_text()


def test_an_address_that_nobody_issued(garment: Garment, visit: Callable[..., Visit]) -> None:
    seen = visit()
    answer = seen.page.goto(f"{garment.node}/01/09527700000006")
    assert answer is not None
    assert answer.status == 404
    expect(seen.page.locator("h1")).to_contain_text("Nessun passaporto")
