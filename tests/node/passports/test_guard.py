"""Nobody publishes under another's number, by whatever door and in whatever instant a passport comes."""

from __future__ import annotations

import asyncio
import json
import uuid

import pytest

from node.models import StoredRecord, table_of
from protocol.templates import credential_template
from tests.node.passports.test_passports import post, with_coat
from tests.support.makers import Maker, lot, seeded
from tests.support.nodes import running
from tests.support.passports import BATCH, GTIN, ITEM, MODEL, body, made_by, reference, signed

pytestmark = pytest.mark.anyio
JSON = {"accept": "application/json"}
OWN = ("brand", "supplier")


async def stored_passports(node) -> int:
    table = table_of(StoredRecord)
    with node.node.database.read() as connection:
        rows = connection.execute(table.select().where(table.c.kind == "DigitalProductPassport"))
        return len(rows.all())


def described(maker: Maker, thing: str = MODEL):
    """The maker's own master data on a product."""
    subject = {
        "type": "Product", "id": thing, "version": 1, "validFrom": "2026-01-01", "name": "Cappotto",
        "filiera:participant": maker.id.hex(),
    }  # fmt: skip
    claims = credential_template(subject, issuer=maker.key.public.did)
    name = f"urn:uuid:{uuid.UUID(bytes=seeded('product', maker.name, thing)[:16], version=4)}"
    return maker.sign_claims(claims | {"id": name, "type": ["VerifiableCredential", "FilieraMasterData"]})


async def test_another_brand_cannot_take_over_a_page_through_the_door_of_events(tmp_path):
    brand, thief = Maker("brand", OWN), Maker("thief", ("brand",))
    async with running(tmp_path, brand, thief) as node:
        await with_coat(node, brand)
        forged = [
            signed(thief, body(thief, "model", MODEL, name="FALSO"), 1),
            signed(thief, body(thief, "batch", BATCH, lot=BATCH, name="FALSO", model=reference(forge_model(thief))), 2),
        ]  # fmt: skip
        before = await stored_passports(node)
        for record in forged:
            assert (await node.post(record)).json()["code"] == "GTIN_NOT_OF_ISSUER"
        answers = await node.post_many(forged)
        assert [answer["problem"]["code"] for answer in answers] == ["GTIN_NOT_OF_ISSUER"] * 2
        shown = (await node.client.get(f"/01/{GTIN}", headers=JSON)).json()
        assert (shown["passport"]["name"], shown["versions"]) == ("Cappotto di prova", [1])
        assert await stored_passports(node) == before


def forge_model(thief: Maker):
    return signed(thief, body(thief, "model", MODEL), 9)


async def test_the_same_version_twice_in_one_instant_is_issued_once(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        twins = [signed(brand, body(brand, "model", MODEL, name=f"Capo {at}"), at) for at in range(8)]
        doors = [post(node, twin) if at % 2 else node.post(twin) for at, twin in enumerate(twins)]
        answers = await asyncio.gather(*doors)
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
        assert {answer.json().get("code") for answer in answers} == {None, "PASSPORT_EXISTS"}
        assert await stored_passports(node) == 1


async def test_a_whole_collection_in_one_body_is_judged_line_after_line(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        goods = [{"epcClass": BATCH, "quantity": "2", "uom": "C62"}]
        first = [{"lot": BATCH, "lotSeq": 0, "before": "0", "after": "2", "uom": "C62"}]
        stock = brand.sign(brand.subject("opening-stock", quantityList=goods, **{"filiera:account": first}))
        model = signed(brand, body(brand, "model", MODEL))
        batch = signed(
            brand, body(brand, "batch", BATCH, lot=BATCH, model=reference(model), **made_by(stock))
        )
        second = body(brand, "model", MODEL, version=2, replaces=reference(model))
        lines = [
            stock,
            model,
            batch,
            signed(brand, second, 2),
            signed(brand, {**second, "name": "altro"}, 3),
            model,
        ]
        answers = await node.post_many(lines)
        assert [answer["status"] for answer in answers] == [201, 201, 201, 201, 409, 200], json.dumps(answers)


async def test_a_number_belongs_to_the_holder_of_the_company_prefix_however_early_another_is(tmp_path):
    brand, squatter, coordinator = Maker("brand", OWN), Maker("squatter", ("brand",)), Maker("coordinator")
    async with running(tmp_path, brand, squatter) as node:
        await node.stored(described(squatter))
        refused = await post(node, signed(brand, body(brand, "model", MODEL)))
        assert refused.json()["code"] == "GTIN_NOT_OF_ISSUER", (
            "without a membership the first to speak has it"
        )
        member = {
            "type": "Membership", "id": brand.urn, "name": "Marca", "country": "IT", "roles": ["brand"],
            "registrations": [{"scheme": "gs1-prefix", "number": GTIN[1:8]}], "identityAssurance": "register",
        }  # fmt: skip
        snapshot = node.people.snapshot
        snapshot.coordinators[coordinator.key.public.key_id] = coordinator.key.public.uncompressed
        claims = credential_template(member, issuer=coordinator.key.public.did)
        claims |= {
            "id": "urn:uuid:11111111-1111-4111-8111-111111111111",
            "type": ["VerifiableCredential", "FilieraMembership"],
        }
        await node.stored(coordinator.sign_claims(claims))
        assert (await post(node, signed(brand, body(brand, "model", MODEL)))).status_code == 201
        late = await post(node, signed(squatter, body(squatter, "model", MODEL)))
        assert late.json()["code"] == "GTIN_NOT_OF_ISSUER"


async def test_a_supplier_who_describes_a_product_does_not_own_its_number(tmp_path):
    brand, mill = Maker("brand", OWN), Maker("mill")
    async with running(tmp_path, brand, mill) as node:
        await node.stored(described(mill))
        assert (await post(node, signed(brand, body(brand, "model", MODEL)))).status_code == 201


async def test_without_a_gtin_a_passport_is_its_first_issuers(tmp_path):
    brand, thief = Maker("brand", OWN), Maker("thief", ("brand",))
    own = "urn:filiera:product:" + "a" * 26
    async with running(tmp_path, brand, thief) as node:
        first = signed(brand, body(brand, "model", own, product=own))
        assert (await post(node, first)).status_code == 201
        second = body(thief, "model", own, product=own, version=2, replaces=reference(first), name="FALSO")
        answer = await post(node, signed(thief, second))
        assert (answer.status_code, answer.json()["code"]) == (409, "PASSPORT_NOT_OF_ISSUER")


async def test_a_passport_that_the_records_contradict_is_refused_before_anybody_sees_it(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        _, _, item = await with_coat(node, brand)
        before = await stored_passports(node)
        second = item.subject | {"version": 2, "replaces": reference(item)}
        claim = {"criterion": "short-chain", "state": "evaluated", "figure": "companies = 40", "unit": "C62"}
        lies = {
            "GRAPH_DIGEST_MISMATCH": {"graphDigest": "0" * 64},
            "PASSPORT_CLAIM_CONTRADICTED": {"criteria": [claim | {"proven": "1", "declared": "0"}]},
        }
        for number, (code, lie) in enumerate(lies.items(), 2):
            record = signed(brand, second | lie, number)
            for answer in (await post(node, record), await node.post(record)):
                assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert await stored_passports(node) == before
        assert (await post(node, signed(brand, second, 9))).status_code == 201


async def test_an_item_is_of_the_lot_that_its_birth_names(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        model, _, _ = await with_coat(node, brand)
        declared = brand.declare("other", "5")
        await node.stored(declared)
        elsewhere = f"https://id.gs1.org/01/{GTIN}/10/L2"
        other = signed(
            brand,
            body(brand, "batch", elsewhere, lot=lot("other"), model=reference(model), **made_by(declared)),
        )
        assert (await post(node, other)).status_code == 201
        item = (await node.client.get(f"/01/{GTIN}/21/S1", headers=JSON)).json()
        moved = body(
            brand, "item", ITEM, item=ITEM, model=reference(model), batch=reference(other), version=2,
            replaces={"id": item["passport"]["model"]["id"], "digest": item["digest"]},
        )  # fmt: skip
        answer = await post(node, signed(brand, moved, 2))
        assert (answer.status_code, answer.json()["code"]) == (422, "PASSPORT_CLAIM_CONTRADICTED")
        assert answer.json()["field"] == "/credentialSubject/batch"
