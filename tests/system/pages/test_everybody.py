"""WCAG 2.2 AA as far as a program can see it, a keyboard, a small phone, large letters, the dark, paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.system.pages.conftest import Garment, Visit

pytestmark = pytest.mark.system
BUNDLE = "**/passports/*/bundle"


def violations(page: Page, axe: str) -> list[str]:
    """What axe finds; its script is let in beside the page's policy."""
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found["violations"]]


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["verified", "refused", "unreachable", "checking"])
def test_every_state_is_accessible(
    garment: Garment, visit: Callable[..., Visit], axe: str, language: str, scheme: str, state: str
) -> None:
    seen = visit(color_scheme=scheme, bypass_csp=True)
    page = seen.page
    if state == "refused":
        page.route(BUNDLE, lambda route: route.fulfill(body=b"{}"))
    elif state == "unreachable":
        page.route(BUNDLE, lambda route: route.abort())
    elif state == "checking":
        page.route(BUNDLE, lambda _: None)
    page.goto(f"{garment.page}?lang={language}")
    expect(page.locator(f".verdict.{state}")).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    assert violations(page, axe) == []


def test_other_pages_are_accessible(garment: Garment, visit: Callable[..., Visit], axe: str) -> None:
    seen = visit(bypass_csp=True)
    for path in ("/01/09527700000006", "/inspect"):
        seen.page.goto(garment.node + path)
        assert violations(seen.page, axe) == [], path


@pytest.mark.parametrize("width", [360, 320, 195], ids=["small phone", "narrow", "390 px at 200 %"])
def test_nothing_needs_sideways_scrolling(garment: Garment, visit: Callable[..., Visit], width: int) -> None:
    seen = visit(viewport={"width": width, "height": 740})
    seen.page.goto(garment.page)
    expect(seen.page.locator(".verdict.verified")).to_be_visible()
    for summary in seen.page.locator("summary").all():
        summary.click()
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_reaches_everything_in_order(garment: Garment, visit: Callable[..., Visit]) -> None:
    seen = visit()
    seen.page.goto(garment.page)
    expect(seen.page.locator(".verdict.verified")).to_be_visible()
    reached = []
    for _ in range(12):
        seen.page.keyboard.press("Tab")
        reached.append(
            seen.page.evaluate(
                "document.activeElement.tagName + ':' + document.activeElement.innerText.split('\\n')[0]"
            )
        )
    assert reached[0] == "A:English"
    assert reached[1] == "BUTTON:Chiedi alla catena"
    assert [name.partition(":")[0] for name in reached[2:7]] == ["SUMMARY"] * 5
    seen.page.locator(".criteria summary").first.focus()
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator(".criteria dl").first).to_be_visible()


def test_targets_are_large_enough_for_a_thumb(garment: Garment, visit: Callable[..., Visit]) -> None:
    seen = visit()
    seen.page.goto(garment.page)
    expect(seen.page.locator(".verdict.verified")).to_be_visible()
    for target in seen.page.locator("button, summary").all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 44, target.inner_text()


def test_who_wants_no_motion_gets_none(garment: Garment, visit: Callable[..., Visit]) -> None:
    seen = visit(reduced_motion="reduce")
    seen.page.route(BUNDLE, lambda _: None)
    seen.page.goto(garment.page)
    expect(seen.page.locator(".verdict.checking")).to_be_visible()
    assert seen.page.evaluate("document.getAnimations().length") == 0


def test_on_paper_everything_is_open_and_no_button_is_left(
    garment: Garment, visit: Callable[..., Visit]
) -> None:
    seen = visit()
    seen.page.goto(garment.page)
    expect(seen.page.locator(".verdict.verified")).to_be_visible()
    seen.page.emulate_media(media="print")
    expect(seen.page.get_by_role("button")).to_have_count(0)
    expect(seen.page.locator(".criteria dl").first).to_be_visible()
