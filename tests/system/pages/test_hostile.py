"""Texts that somebody signed in order to be run: the pages show them, letter by letter, and do nothing else."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from protocol.bundle import serialise
from scripts.make_vectors.bundles_company import lot
from scripts.make_vectors.bundles_world import World, trust
from tests.system.pages.test_desk import desk, lay

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.pages.conftest import Visit

pytestmark = pytest.mark.system
__all__ = ["desk"]
CORPUS = (
    "<script>window.done=1</script>",
    "<img src=x onerror=window.done=1>",
    '"><svg onload=window.done=1>',
    "'-window.done=1-'",
    "javascript:window.done=1",
    "{{constructor.constructor('window.done=1')()}}",
    "${window.done=1}",
    "</title><script>window.done=1</script>",
    "<iframe srcdoc='<script>parent.done=1</script>'></iframe>",
    "<a href=javascript:window.done=1>x</a>",
    "&lt;script&gt;window.done=1&lt;/script&gt;",
    "\u202egnirts desrever",
    "<details open ontoggle=window.done=1>",
    "]]><x onclick=window.done=1>",
    "{@html '<img src=x onerror=window.done=1>'}",
    "A" * 200,
)


def evidence() -> bytes:
    """Wool goes from hand to hand; each company is called by one text of the corpus."""
    world = World()
    companies = [world.company(f"company{number}") for number in range(len(CORPUS))]
    for company, name in zip(companies, CORPUS, strict=True):
        world.member(company, name=name)
    signed = [companies[0].declare("wool", "100 KGM")]
    for number, (giver, taker) in enumerate(pairwise(companies)):
        goods = "wool" if number == 0 else f"wool{number}"
        shipment = giver.ship(taker, {goods: "100 KGM"})
        received = taker.receive(shipment)
        signed += [
            shipment,
            received,
            taker.work("blending", {goods: "100 KGM"}, {f"wool{number + 1}": "100 KGM"}),
        ]
    world.head(*signed)
    return serialise(world.bundle(lot(f"wool{len(CORPUS) - 1}"), None))


def test_no_signed_text_is_ever_run(desk: Visit, tmp_path: Path) -> None:
    pinned = tmp_path / "trust.json"
    pinned.write_text(json.dumps(trust()), "utf-8")
    file = tmp_path / "hostile.filiera"
    file.write_bytes(evidence())
    lay(desk.page, pinned, file)
    expect(desk.page.locator(".journey li")).not_to_have_count(0)
    shown = desk.page.locator(".journey").inner_text()
    for text in CORPUS:
        assert text in shown
    assert desk.page.evaluate("window.done") is None
    assert desk.page.locator("main img, main iframe, main svg, main script, main a").count() == 0
    assert desk.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("text", CORPUS, ids=range(len(CORPUS)))
def test_no_file_name_is_ever_run(desk: Visit, text: str) -> None:
    lay(desk.page, {"name": f"{text[:80]}.filiera", "mimeType": "text/plain", "buffer": b"{}"})
    expect(desk.page.locator("table tr")).to_have_count(1)
    assert desk.page.evaluate("window.done") is None
    assert desk.page.locator("main img, main iframe, main svg, main script").count() == 0
