"""A brand shows the passport on its own site: the site frames it and cannot touch it."""

from __future__ import annotations

import html
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Frame, Page

    from tests.system.pages.conftest import Garment, Visit

pytestmark = pytest.mark.system


@pytest.fixture
def shop(garment: Garment) -> Iterator[Callable[[str], str]]:
    """The brand's own site: a real server on another origin; gives the address of a page that shows a source."""

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            source = html.escape(unquote(self.path[2:]), quote=True)
            body = (
                f'<!doctype html><html lang="en"><title>Coat</title><h1>Our coat</h1>'
                f'<filiera-passport src="{source}"></filiera-passport>'
                f'<script src="{garment.node}/web/filiera-passport.js"></script>'
            )
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield lambda source: f"http://localhost:{server.server_address[1]}/?{quote(source, safe='')}"
    server.shutdown()
    server.server_close()


def inside(page: Page) -> Frame:
    """The frame, once it is there."""
    for _ in range(100):
        if len(page.frames) > 1:
            return page.frames[1]
        page.wait_for_timeout(50)
    raise AssertionError(page.content())


def test_the_passport_verifies_inside_the_shop_in_its_language(
    garment: Garment, visit: Callable[..., Visit], shop: Callable[[str], str]
) -> None:
    seen = visit(viewport={"width": 900, "height": 900})
    seen.page.goto(shop(garment.page))
    expect(inside(seen.page).locator(".verdict .word")).to_contain_text("Verified")
    seen.page.wait_for_function("document.documentElement.scrollHeight > 2000")


def test_an_address_that_is_none_loads_nothing(
    garment: Garment, visit: Callable[..., Visit], shop: Callable[[str], str]
) -> None:
    seen = visit()
    seen.page.goto(shop("javascript:alert(1)"))
    assert [frame.url for frame in seen.page.frames[1:]] in ([], ["about:blank"])


def test_the_shop_cannot_make_the_frame_as_high_as_it_likes(
    garment: Garment, visit: Callable[..., Visit], shop: Callable[[str], str]
) -> None:
    seen = visit()
    seen.page.goto(shop(garment.page))
    expect(inside(seen.page).locator(".verdict .word")).to_contain_text("Verified")
    seen.page.evaluate("window.postMessage({'filiera-height': 99999}, '*')")
    seen.page.wait_for_timeout(200)
    assert seen.page.evaluate("document.documentElement.scrollHeight") < 20_000
