"""Serials reserved per order: a scan of a label before its passport, and who may reserve what."""

from __future__ import annotations

import pytest

from node.auth.tiers import Caller
from protocol.serials import item_identifier
from tests.node.passports.test_passports import HTML, post, with_coat
from tests.support.makers import Maker, seeded
from tests.support.nodes import Running, running
from tests.support.passports import GTIN, MODEL, body, signed

pytestmark = pytest.mark.anyio
ORDER, OTHER = "urn:filiera:order:" + "a" * 26, "urn:filiera:order:" + "b" * 26
OWN = ("brand", "supplier")


def drawn(count: int, name: str = "serial") -> list[str]:
    return [item_identifier(GTIN, seeded(name, at)[:10]) for at in range(count)]


def asking(node: Running, maker: Maker | None) -> None:
    """The next requests are this maker's."""
    who = Caller(maker.id, "legitimate") if maker else Caller(None, "public")
    node.node.auth.caller = lambda _: who  # type: ignore[method-assign]


async def reserve(node: Running, identifiers: list[str], order: str = ORDER):
    return await node.client.post("/passports/serials", json={"order": order, "identifiers": identifiers})


async def test_a_label_scanned_before_its_passport_says_in_production(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        asking(node, brand)
        wanted = drawn(3)
        answer = await reserve(node, wanted)
        assert (answer.status_code, answer.json()) == (201, {"order": ORDER, "reserved": 3})
        assert (await reserve(node, wanted)).json()["reserved"] == 0
        listed = await node.client.get("/passports/serials", params={"order": ORDER})
        assert listed.json()["identifiers"] == sorted(wanted)
        asking(node, None)
        path = wanted[0].removeprefix("https://id.gs1.org")
        page = await node.client.get(path, headers=HTML)
        assert (page.status_code, "In produzione" in page.text) == (404, True)
        free = drawn(1, "free")[0].removeprefix("https://id.gs1.org")
        assert (await node.client.get(free, headers=HTML)).status_code == 303


async def test_all_or_none(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        asking(node, brand)
        first, second = drawn(2), drawn(2, "more")
        assert (await reserve(node, first)).status_code == 201
        refused = await reserve(node, [*second, first[0]], OTHER)
        assert (refused.status_code, refused.json()["code"]) == (409, "PASSPORT_SERIAL_TAKEN")
        listed = await node.client.get("/passports/serials", params={"order": OTHER})
        assert listed.json()["identifiers"] == []


async def test_who_may_not(tmp_path):
    brand, thief, mill = Maker("brand", OWN), Maker("thief", ("brand",)), Maker("mill")
    async with running(tmp_path, brand, thief, mill) as node:
        assert (await post(node, signed(brand, body(brand, "model", MODEL)))).status_code == 201
        for who, code in (
            (None, "PASSPORT_BRAND_NEEDED"),
            (mill, "PASSPORT_BRAND_NEEDED"),
            (thief, "GTIN_NOT_OF_ISSUER"),
        ):
            asking(node, who)
            assert (await reserve(node, drawn(1))).json()["code"] == code
        asking(node, brand)
        assert (await reserve(node, drawn(1))).status_code == 201
        asking(node, thief)
        assert (await node.client.get("/passports/serials", params={"order": ORDER})).json()[
            "identifiers"
        ] == []


@pytest.mark.parametrize(
    ("identifier", "code"),
    [
        (f"https://id.gs1.org/01/{GTIN}/21/0001", "PASSPORT_SERIAL_WEAK"),
        (f"https://id.gs1.org/01/{GTIN}/21/AAAAAAAAAAAAAAAB", "PASSPORT_SERIAL_WEAK"),
        (f"https://id.gs1.org/01/{GTIN}/21/abcdefghijklmnop", "PASSPORT_SERIAL_WEAK"),
        (f"https://id.gs1.org/01/{GTIN}/10/ABCDEFGHIJKLMNOP", "PASSPORT_IDENTIFIER"),
        (f"https://brand.example/01/{GTIN}/21/ABCDEFGHIJKLMNOP", "PASSPORT_IDENTIFIER"),
        (f"https://id.gs1.org/01/{GTIN[:-1]}9/21/ABCDEFGHIJKLMNOP", "CHECK_DIGIT_WRONG"),
        ("urn:filiera:item:" + "a" * 26, "DIGITAL_LINK_FORM"),
    ],
)
async def test_what_cannot_be_reserved(tmp_path, identifier, code):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        asking(node, brand)
        answer = await reserve(node, [*drawn(1), identifier])
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        listed = await node.client.get("/passports/serials", params={"order": ORDER})
        assert listed.json()["identifiers"] == []


async def test_what_has_a_passport_is_not_free(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        await with_coat(node, brand)
        asking(node, brand)
        wanted = drawn(1)
        assert (await reserve(node, wanted)).status_code == 201
        for wrong in ({"order": "x", "identifiers": wanted}, {"order": ORDER, "identifiers": []}):
            answer = await node.client.post("/passports/serials", json=wrong)
            assert (answer.status_code, answer.json()["code"]) == (422, "REQUEST_INVALID")
