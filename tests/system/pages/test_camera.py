"""A label before the camera of the served desk: evidence of this node at once, of nobody else unasked."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import segno
import zxingcpp
from playwright.sync_api import expect

from tests.system.pages.film import film
from tests.system.pages.test_everybody import violations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.system.pages.conftest import Garment, Visit

pytestmark = pytest.mark.system
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


def qr(text: str) -> Sequence[Sequence[int]]:
    return [list(row) for row in segno.make_qr(text).matrix]


def data_matrix(text: str) -> Sequence[Sequence[int]]:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix)
    picture: Any = memoryview(code.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]
    return [[light == 0 for light in row] for row in picture.tolist()]


@pytest.fixture
def looking_at(
    garment: Garment, launch: Callable[..., Browser], visit: Callable[..., Visit], tmp_path: Path
) -> Iterator[Callable[..., Visit]]:
    """Open the served desk with a camera before which there is a code."""
    started: list[Browser] = []

    def look(rows: Sequence[Sequence[int]], **settings: Any) -> Visit:
        seen_by = film(tmp_path / "camera.y4m", rows)
        started.append(launch(*CAMERA, f"--use-file-for-fake-video-capture={seen_by}"))
        seen = visit(started[-1], **settings)
        seen.page.goto(f"{garment.node}/inspect")
        return seen

    yield look
    for browser in started:
        browser.close()


@pytest.fixture
def stranger() -> Iterator[tuple[str, list[str]]]:
    """Another host that listens: its address, and the paths that it was asked for."""
    reached: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reached.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listening)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", reached
    server.shutdown()
    thread.join()
    server.server_close()


def scan(page: Page) -> None:
    page.get_by_role("button", name="Inquadra il codice").click()


def problem(page: Page) -> Any:
    return page.locator(".scan [role=alert]")


def hosts(seen: Visit) -> set[str]:
    return {urlsplit(address).netloc for address in seen.asked if not address.startswith(("data:", "blob:"))}


class TestWhatIsRead:
    @pytest.mark.parametrize("symbol", ["qr", "data matrix"])
    def test_a_label_of_this_node_is_judged_without_asking_anybody_else(
        self, garment: Garment, looking_at: Callable[..., Visit], shots: Path, symbol: str
    ) -> None:
        seen = looking_at(qr(garment.page) if symbol == "qr" else data_matrix(garment.page))
        seen.page.locator(".drop input").set_input_files(garment.trust)
        assert not [address for address in seen.asked if "zxing" in address], "loaded when it is wanted"
        scan(seen.page)
        expect(seen.page.locator("td.verified")).to_have_count(1)
        expect(seen.page.locator("tbody th")).to_contain_text(urlsplit(garment.page).path)
        expect(seen.page.get_by_role("button", name="Inquadra il codice")).to_be_focused()
        assert hosts(seen) == {urlsplit(garment.node).netloc}
        assert seen.complaints == []
        seen.page.screenshot(path=shots / "camera-found.png", full_page=True)

    def test_the_camera_goes_dark_when_it_is_closed(
        self, looking_at: Callable[..., Visit], shots: Path
    ) -> None:
        seen = looking_at([[0]])
        scan(seen.page)
        expect(seen.page.locator("video")).to_be_visible()
        seen.page.screenshot(path=shots / "camera.png", full_page=True)
        seen.page.evaluate("window.track = document.querySelector('video').srcObject.getTracks()[0]")
        seen.page.get_by_role("button", name="Spegni la fotocamera").press("Enter")
        expect(seen.page.locator("video")).to_have_count(0)
        assert seen.page.evaluate("track.readyState") == "ended"
        expect(seen.page.get_by_role("button", name="Inquadra il codice")).to_be_focused()

    @pytest.mark.parametrize(
        "text",
        [
            "https://example.com/menu",
            "javascript:alert(1)",
            "https://id.gs1.org/01/09527700002629",
            "<img src=x onerror=alert(1)>",
        ],
        ids=["a menu", "a script", "a wrong check digit", "markup"],
    )
    def test_what_is_no_link_of_a_passport_is_said_and_not_followed(
        self, garment: Garment, looking_at: Callable[..., Visit], text: str
    ) -> None:
        seen = looking_at(qr(text))
        scan(seen.page)
        expect(problem(seen.page)).to_contain_text("Digital Link")
        expect(problem(seen.page)).to_contain_text(text)
        assert hosts(seen) == {urlsplit(garment.node).netloc}

    def test_a_code_of_nothing_here_says_so(self, garment: Garment, looking_at: Callable[..., Visit]) -> None:
        seen = looking_at(qr(f"{garment.node}/01/09527700000006/21/none"))
        scan(seen.page)
        expect(problem(seen.page)).to_contain_text("non ha un fascicolo")


class TestAnotherHost:
    """A label can name anybody: the person at the desk decides."""

    STRANGER = "https://elsewhere.example"

    def test_nobody_is_asked_before_the_person_says_so(
        self, garment: Garment, looking_at: Callable[..., Visit], shots: Path, axe: str
    ) -> None:
        seen = looking_at(qr(self.STRANGER + urlsplit(garment.page).path), bypass_csp=True)
        scan(seen.page)
        expect(problem(seen.page)).to_contain_text("elsewhere.example, che non è questo nodo")
        assert hosts(seen) == {urlsplit(garment.node).netloc}
        assert violations(seen.page, axe) == []
        seen.page.screenshot(path=shots / "camera-elsewhere.png", full_page=True)
        seen.page.get_by_role("button", name="Cercalo su questo nodo").click()
        expect(seen.page.locator("tbody tr")).to_have_count(1)
        assert hosts(seen) == {urlsplit(garment.node).netloc}

    def test_it_is_asked_when_the_person_says_so(
        self, garment: Garment, looking_at: Callable[..., Visit]
    ) -> None:
        path = urlsplit(garment.page).path
        seen = looking_at(qr(f"{self.STRANGER}/shop{path}?11=260101"))
        answered = {"access-control-allow-origin": "*", "content-type": "application/vnd.filiera.bundle+json"}
        seen.context.route(
            f"{self.STRANGER}/shop{path}",
            lambda route: route.fulfill(body=garment.evidence.read_bytes(), headers=answered),
        )
        scan(seen.page)
        seen.page.get_by_role("button", name="Chiedi a elsewhere.example").click()
        expect(seen.page.locator("tbody tr")).to_have_count(1)

    def test_a_host_that_does_not_answer_is_named(
        self, garment: Garment, looking_at: Callable[..., Visit]
    ) -> None:
        seen = looking_at(qr(self.STRANGER + urlsplit(garment.page).path))
        seen.context.route(f"{self.STRANGER}/**", lambda route: route.abort())
        scan(seen.page)
        seen.page.get_by_role("button", name="Chiedi a elsewhere.example").click()
        expect(problem(seen.page)).to_contain_text("elsewhere.example non risponde")

    def test_this_node_may_not_send_the_question_on(
        self, garment: Garment, looking_at: Callable[..., Visit], stranger: tuple[str, list[str]]
    ) -> None:
        address, reached = stranger
        seen = looking_at(qr(garment.page))
        seen.context.route(
            garment.page, lambda route: route.fulfill(status=302, headers={"location": f"{address}/told"})
        )
        scan(seen.page)
        expect(problem(seen.page)).to_contain_text("non risponde")
        seen.page.evaluate("address => fetch(address, {mode: 'no-cors'})", f"{address}/control")
        assert reached == ["/control"]


class TestWithoutAPicture:
    @pytest.mark.parametrize(
        ("language", "button", "sentence"),
        [
            ("it-IT", "Inquadra il codice", "non c'è una fotocamera"),
            ("en-GB", "Scan the code", "has no camera"),
        ],
    )
    def test_a_device_without_a_camera(
        self, garment: Garment, visit: Callable[..., Visit], language: str, button: str, sentence: str
    ) -> None:
        seen = visit(locale=language)
        seen.page.goto(f"{garment.node}/inspect")
        seen.page.get_by_role("button", name=button).click()
        expect(problem(seen.page)).to_contain_text(sentence)

    def test_a_permission_that_is_refused(
        self,
        garment: Garment,
        launch: Callable[..., Browser],
        visit: Callable[..., Visit],
        axe: str,
        shots: Path,
    ) -> None:
        other = launch("--use-fake-device-for-media-stream", "--deny-permission-prompts")
        seen = visit(other, bypass_csp=True, color_scheme="dark", viewport={"width": 360, "height": 740})
        seen.page.goto(f"{garment.node}/inspect")
        scan(seen.page)
        expect(problem(seen.page)).to_contain_text("non ha il permesso")
        assert violations(seen.page, axe) == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360
        seen.page.screenshot(path=shots / "camera-refused.png", full_page=True)
        other.close()

    def test_a_reader_that_does_not_arrive(self, looking_at: Callable[..., Visit]) -> None:
        seen = looking_at([[0]])
        seen.context.route("**/*.wasm", lambda route: route.abort())
        scan(seen.page)
        expect(problem(seen.page)).to_contain_text("lettore di codici")
        seen.context.unroute("**/*.wasm")
        seen.page.get_by_role("button", name="Inquadra di nuovo").click()
        expect(seen.page.locator("video")).to_be_visible()


def test_only_the_desk_may_run_webassembly_and_use_a_camera(
    garment: Garment, visit: Callable[..., Visit]
) -> None:
    seen = visit()
    desk = seen.context.request.get(f"{garment.node}/inspect").headers
    page = seen.context.request.get(garment.page, headers={"accept": "text/html"}).headers
    assert "'wasm-unsafe-eval'" in desk["content-security-policy"]
    assert "'unsafe-" not in desk["content-security-policy"]
    assert desk["permissions-policy"].startswith("camera=(self)")
    assert "wasm" not in page["content-security-policy"]
