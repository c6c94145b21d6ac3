"""Passports over HTTP: three levels, versions as of a date, the page behind the label, and every refusal."""

from __future__ import annotations

import pytest

from tests.support.makers import Maker
from tests.support.nodes import Running, running
from tests.support.passports import BATCH, GTIN, ITEM, MODEL, body, made_by, reference, signed

pytestmark = pytest.mark.anyio
BRAND = Maker("brand", ("brand", "supplier"))
SHELL = [{"component": "shell", "materials": [{"fibre": "wool", "share": "1"}]}]
HTML = {"accept": "text/html", "accept-language": "it"}


async def post(node: Running, record: object) -> object:
    headers = {"content-type": "application/vc+jwt"}
    return await node.client.post("/passports", content=record.token, headers=headers)  # type: ignore[attr-defined]


async def with_coat(node: Running, brand: Maker) -> tuple[object, object, object]:
    """A lot of coats and one coat, with model, batch and item passport."""
    account = [{"lot": BATCH, "lotSeq": 0, "before": "0", "after": "2", "uom": "C62"}]
    goods = [{"epcClass": BATCH, "quantity": "2", "uom": "C62"}]
    stock = brand.sign(brand.subject("opening-stock", quantityList=goods, **{"filiera:account": account}))
    born = {"epcList": [ITEM], "filiera:lot": BATCH, "quantityList": None}
    last = brand.accounts[BATCH][2].hex()
    entry = [{"lot": BATCH, "lotSeq": 1, "before": "2", "after": "1", "uom": "C62", "previous": last}]
    birth = brand.sign(brand.subject("garment-born", **born, **{"filiera:account": entry}))
    await node.stored(stock)
    await node.stored(birth)
    model = signed(
        brand, body(brand, "model", MODEL, description="Lana <script>alert(1)</script>", components=SHELL)
    )
    batch = signed(brand, body(brand, "batch", BATCH, lot=BATCH, model=reference(model), **made_by(stock)))
    links = {"model": reference(model), "batch": reference(batch)}
    item = signed(brand, body(brand, "item", ITEM, item=ITEM, **links, **made_by(stock, birth)))
    for record in (model, batch, item):
        answer = await post(node, record)
        assert answer.status_code == 201, answer.text  # type: ignore[attr-defined]
    return model, batch, item


async def test_three_levels_are_taken_and_read(tmp_path):
    brand = Maker("brand", ("brand", "supplier"))
    async with running(tmp_path, brand) as node:
        _, _, item = await with_coat(node, brand)
        assert (await post(node, item)).status_code == 200
        found = (await node.client.get(f"/01/{GTIN}/21/S1", headers={"accept": "application/json"})).json()
        assert (found["id"], found["state"], found["digest"]) == (ITEM, "received", item.digest.hex())
        linkset = await node.client.get(f"/01/{GTIN}/21/S1", headers={"accept": "application/linkset+json"})
        assert linkset.json()["linkset"][0]["anchor"] == ITEM
        bundle = await node.client.get(f"/passports/{ITEM.replace('/', '%2F')}/bundle")
        assert bundle.status_code == 200
        assert item.jwt in bundle.text


async def test_the_page_needs_no_script_and_escapes_what_it_shows(tmp_path):
    brand = Maker("brand", ("brand", "supplier"))
    async with running(tmp_path, brand) as node:
        await with_coat(node, brand)
        page = await node.client.get(f"/01/{GTIN}", headers=HTML)
        assert "<script" not in page.text
        assert "&lt;script&gt;" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert (
            "http" not in page.text.replace(str(node.client.base_url).rstrip("/"), "").partition("<body>")[0]
        )
        item = await node.client.get(f"/01/{GTIN}/21/S1", headers=HTML)
        assert "100 % lana" in item.text  # said by the model, which the item names
        english = await node.client.get(f"/01/{GTIN}?lang=en", headers=HTML)
        assert "Check it yourself" in english.text


async def test_an_item_whose_label_is_sewn_in_says_in_production(tmp_path):
    brand = Maker("brand", ("brand", "supplier"))
    async with running(tmp_path, brand) as node:
        account = [{"lot": BATCH, "lotSeq": 0, "before": "0", "after": "2", "uom": "C62"}]
        goods = [{"epcClass": BATCH, "quantity": "2", "uom": "C62"}]
        await node.stored(
            brand.sign(brand.subject("opening-stock", quantityList=goods, **{"filiera:account": account}))
        )
        last = brand.accounts[BATCH][2].hex()
        entry = [{"lot": BATCH, "lotSeq": 1, "before": "2", "after": "1", "uom": "C62", "previous": last}]
        born = {"epcList": [ITEM], "filiera:lot": BATCH, "quantityList": None}
        await node.stored(brand.sign(brand.subject("garment-born", **born, **{"filiera:account": entry})))
        page = await node.client.get(f"/01/{GTIN}/21/S1", headers=HTML)
        assert (page.status_code, "In produzione" in page.text) == (404, True)
        other = await node.client.get(f"/01/{GTIN}/21/S9", headers=HTML)
        assert (other.status_code, other.headers["location"]) == (303, f"/01/{GTIN}")


async def test_a_new_version_replaces_and_the_old_one_stays_readable(tmp_path):
    brand = Maker("brand", ("brand", "supplier"))
    async with running(tmp_path, brand) as node:
        model, _, _ = await with_coat(node, brand)
        before = "2026-03-03T01:06:41Z"
        node.clock.now += 3_600_000
        second = signed(
            brand, body(brand, "model", MODEL, version=2, name="Nuovo nome", replaces=reference(model)), 2
        )
        assert (await post(node, second)).status_code == 201
        name = MODEL.replace("/", "%2F")
        assert (await node.client.get(f"/passports/{name}")).json()["versions"] == [1, 2]
        old = (await node.client.get(f"/passports/{name}", params={"at": before})).json()
        assert old["passport"]["name"] == "Cappotto di prova"


async def test_refusals(tmp_path):
    brand, thief = Maker("brand", ("brand", "supplier")), Maker("thief", ("brand",))
    async with running(tmp_path, brand, thief, Maker("maker")) as node:
        model, batch, _ = await with_coat(node, brand)
        links = {"model": reference(model), "batch": reference(batch)}
        cases = {
            "PASSPORT_EXISTS": signed(brand, body(brand, "model", MODEL), 5),
            "PASSPORT_VERSION": signed(
                brand, body(brand, "model", MODEL, version=3, replaces=reference(model)), 6
            ),
            "PASSPORT_LOT_UNKNOWN": signed(
                brand, body(brand, "item", ITEM[:-1] + "7", item=ITEM[:-1] + "7", **links), 7
            ),
            "PASSPORT_LINK_LEVEL": signed(
                brand,
                body(
                    brand,
                    "item",
                    ITEM[:-1] + "8",
                    item=ITEM[:-1] + "8",
                    model=links["model"],
                    batch=links["model"],
                ),
                8,
            ),
            "GTIN_NOT_OF_ISSUER": signed(
                thief, body(thief, "batch", BATCH + "X", lot=BATCH, model=reference(model)), 9
            ),
        }
        for code, record in cases.items():
            answer = await post(node, record)
            found = answer.json()["code"]
            assert found in {code, "PASSPORT_LEVEL", "PASSPORT_LINK_LEVEL"}, (code, answer.text)
            assert answer.json()["remedy"]
        maker = Maker("maker")
        model_of_maker = signed(maker, body(maker, "model", "https://id.gs1.org/01/09506000134352"), 10)
        assert (await post(node, model_of_maker)).json()["code"] == "ROLE_MISSING"
        unknown = await node.client.get(f"/passports/{'0' * 64}")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "PASSPORT_UNKNOWN")
