"""Voided labels at the node: a passport for one is refused, and what is voided stays so through a restart."""

from __future__ import annotations

import pytest

from node.models import PassportSerial, table_of
from tests.node.passports.test_passports import HTML, post
from tests.node.passports.test_serials import ORDER, asking, drawn, reserve
from tests.support.makers import Maker
from tests.support.nodes import running
from tests.support.passports import BATCH, MODEL, body, made_by, reference, signed

pytestmark = pytest.mark.anyio
OWN = ("brand", "supplier")


async def void(node, identifiers: list[str], order: str = ORDER):
    return await node.client.post(
        "/passports/serials/void", json={"order": order, "identifiers": identifiers}
    )


async def born(node, brand: Maker, item: str):
    """A garment of this number in the records, out of a batch of two."""
    goods = [{"epcClass": BATCH, "quantity": "2", "uom": "C62"}]
    first = {"lot": BATCH, "lotSeq": 0, "before": "0", "after": "2", "uom": "C62"}
    stock = brand.sign(brand.subject("opening-stock", quantityList=goods, **{"filiera:account": [first]}))
    last = {**first, "lotSeq": 1, "before": "2", "after": "1", "previous": stock.digest.hex()}
    subject = {"epcList": [item], "quantityList": None, "filiera:lot": BATCH, "filiera:account": [last]}
    made = brand.sign(brand.subject("garment-born", **subject))
    for record in (stock, made):
        await node.stored(record)
    return stock, made


async def test_a_passport_for_a_voided_label_is_refused(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        asking(node, brand)
        (item,) = drawn(1)
        assert (await reserve(node, [item])).status_code == 201
        assert (await void(node, [item])).json() == {"order": ORDER, "voided": 1}
        stock, made = await born(node, brand, item)
        model = signed(brand, body(brand, "model", MODEL))
        batch = signed(
            brand, body(brand, "batch", BATCH, lot=BATCH, model=reference(model), **made_by(stock))
        )
        for record in (model, batch):
            assert (await post(node, record)).status_code == 201
        links = {"model": reference(model), "batch": reference(batch)}
        passport = signed(brand, body(brand, "item", item, item=item, **links, **made_by(stock, made)))
        for answer in (await post(node, passport), await node.post(passport)):
            assert (answer.status_code, answer.json()["code"]) == (409, "LABEL_VOID_FINAL")
        scan = await node.client.get(item.removeprefix("https://id.gs1.org"), headers=HTML)
        assert (scan.status_code, "Etichetta annullata" in scan.text) == (410, True)
        assert "<h1>" in scan.text
        assert "<script" not in scan.text


async def test_all_or_none_and_the_same_again_changes_nothing(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        asking(node, brand)
        mine, free = drawn(3), drawn(1, "free")
        assert (await reserve(node, mine)).status_code == 201
        refused = await void(node, [*mine, *free])
        assert (refused.status_code, refused.json()["code"]) == (409, "LABEL_NOT_RESERVED")
        assert (await listed(node))["voided"] == []
        assert [(await void(node, mine[:2])).json()["voided"] for _ in range(2)] == [2, 0]
        assert (await void(node, mine)).json()["voided"] == 1
        assert await listed(node) == {"order": ORDER, "identifiers": [], "unused": [], "voided": sorted(mine)}


async def test_when_it_was_voided_is_kept(tmp_path):
    brand = Maker("brand", OWN)
    serials = table_of(PassportSerial)
    async with running(tmp_path, brand) as node:
        asking(node, brand)
        (item,) = drawn(1)
        await reserve(node, [item])
        first = node.clock.now
        await void(node, [item])
        node.clock.now += 60_000
        await void(node, [item])
        with node.node.database.read() as connection:
            assert [row.voided_at for row in connection.execute(serials.select())] == [first]
    async with running(tmp_path, brand) as node:
        asking(node, brand)
        assert (await listed(node))["voided"] == [item]


@pytest.mark.parametrize(
    "request_",
    [{"order": "x", "identifiers": drawn(1)}, {"order": ORDER, "identifiers": []}, {"order": ORDER}],
)
async def test_what_is_no_request(tmp_path, request_):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        asking(node, brand)
        answer = await node.client.post("/passports/serials/void", json=request_)
        assert (answer.status_code, answer.json()["code"]) == (422, "REQUEST_INVALID")


async def listed(node):
    return (await node.client.get("/passports/serials", params={"order": ORDER})).json()
