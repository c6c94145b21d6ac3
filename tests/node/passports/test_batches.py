"""Many passports under one root: what is registered is kept, provable item by item, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from node.passports.chain import NOWHERE, OnChain
from protocol import base64url
from protocol.hashing import passport_id
from protocol.passport_batch import Batch, BatchPlace
from tests.node.passports.test_passports import post, with_coat
from tests.support.makers import Maker
from tests.support.nodes import Running, running
from tests.support.passports import GTIN, ITEM, reference, signed

pytestmark = pytest.mark.anyio
OWN = ("brand", "supplier")
JSON = {"accept": "application/json"}


class Ledger:
    """PassportRegistry in memory, as far as a node reads it and relays to it."""

    def __init__(self) -> None:
        self.batches: set[tuple[bytes, bytes]] = set()
        self.status = "active"
        self.relayed = 0

    def look(self, issuer: bytes, passport: bytes, places: list[BatchPlace]) -> OnChain:
        for place in places:
            place.verify()
            if (issuer, place.root) in self.batches:
                return OnChain(place.digest, self.status, 1, bytes(32), place)
        return NOWHERE

    def has_batch(self, issuer: bytes, batch: Batch) -> bool:
        return (issuer, batch.root) in self.batches

    def relay(self, act: object) -> dict[str, object]:
        self.relayed += 1
        self.batches.add((bytes.fromhex(act.args["issuer"]), bytes.fromhex(act.args["root"])))  # type: ignore[attr-defined]
        return {"transaction": "0x" + "1" * 64, "block": 7, "blockHash": "0x" + "2" * 64, "gasUsed": 1}


def on_ledger(node: Running) -> Ledger:
    ledger, passports = Ledger(), node.node.passports
    passports._chain = passports.batches._chain = passports.batches._relay = ledger  # type: ignore[assignment]
    return ledger


def request(brand: Maker, batch: Batch, **changes: object) -> dict[str, object]:
    args = batch.args(brand.id.hex()) | changes
    signature = {"keyHash": "0" * 64, "r": "0" * 64, "s": "0" * 64}
    act = {
        "contract": "passports",
        "act": "issueBatch",
        "args": args,
        "nonce": 0,
        "deadline": 1,
        "signatures": [signature],
    }
    return {"manifest": base64url.encode(batch.manifest), "act": act}


def batch_of(*records: object) -> Batch:
    return Batch((passport_id(each.subject["id"]), each.digest) for each in records)  # type: ignore[attr-defined]


async def test_an_item_of_a_registered_batch_is_active_and_brings_its_proof(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        _, _, item = await with_coat(node, brand)
        ledger, batch = on_ledger(node), batch_of(item)
        for status in (201, 201):
            answer = await node.client.post("/passports/batches", json=request(brand, batch))
            assert (answer.status_code, answer.json()["root"]) == (status, batch.root.hex()), answer.text
        assert (answer.json()["mined"], ledger.relayed) == (None, 1), "sent again: nothing is paid twice"
        found = (await node.client.get(f"/01/{GTIN}/21/S1", headers=JSON)).json()
        assert (found["state"], found["onChain"]) == ("active", {"status": "active", "version": 1})
        place = BatchPlace.from_json(found["batch"])
        place.verify()
        assert (place.root, place.passport, place.digest) == (batch.root, passport_id(ITEM), item.digest)
        ledger.status = "suspended"
        assert (await node.client.get(f"/01/{GTIN}/21/S1", headers=JSON)).json()["state"] == "suspended"


async def test_a_list_whose_registration_was_cut_off_is_kept_when_it_comes_again(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        _, _, item = await with_coat(node, brand)
        ledger, batch = on_ledger(node), batch_of(item)
        ledger.batches.add((brand.id, batch.root))  # mined; the node fell before it kept the list
        assert (await node.client.get(f"/01/{GTIN}/21/S1", headers=JSON)).json()["state"] == "received"
        assert (await node.client.post("/passports/batches", json=request(brand, batch))).status_code == 201
        assert ledger.relayed == 0
        assert (await node.client.get(f"/01/{GTIN}/21/S1", headers=JSON)).json()["state"] == "active"


async def test_a_batch_that_the_ledger_does_not_hold_is_not_kept(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        _, _, item = await with_coat(node, brand)
        ledger = on_ledger(node)
        ledger.relay = lambda _: {}  # type: ignore[method-assign, assignment]
        answer = await node.client.post("/passports/batches", json=request(brand, batch_of(item)))
        assert answer.json()["code"] == "CHAIN_TIMEOUT"
        found = (await node.client.get(f"/01/{GTIN}/21/S1", headers=JSON)).json()
        assert "batch" not in found


async def test_lists_that_are_refused_cost_nothing_and_leave_nothing(tmp_path):
    brand, thief = Maker("brand", OWN), Maker("thief", ("brand",))
    async with running(tmp_path, brand, thief) as node:
        model, batch_passport, item = await with_coat(node, brand)
        ledger, good = on_ledger(node), batch_of(item)
        unknown = Batch([(passport_id(ITEM), b"\x05" * 32)])
        other_id = Batch([(b"\x06" * 32, item.digest)])
        twice = good.manifest * 2
        cases = [
            (request(brand, unknown), "PASSPORT_BATCH_UNKNOWN"),
            (request(brand, other_id), "PASSPORT_BATCH_UNKNOWN"),
            (request(brand, batch_of(model)), "PASSPORT_BATCH_UNKNOWN"),
            (request(brand, batch_of(item, batch_passport)), "PASSPORT_BATCH_UNKNOWN"),
            (request(thief, good), "PASSPORT_BATCH_UNKNOWN"),
            (request(brand, good, count=2), "PASSPORT_BATCH_MISMATCH"),
            (request(brand, good, root="0" * 64), "PASSPORT_BATCH_MISMATCH"),
            (request(brand, good, manifest="0" * 64), "PASSPORT_BATCH_MISMATCH"),
            (request(brand, good, issuer="zz"), "PASSPORT_BATCH_MISMATCH"),
            (request(brand, good) | {"manifest": base64url.encode(twice)}, "PASSPORT_BATCH_FORM"),
            (
                request(brand, good) | {"manifest": base64url.encode(good.manifest[:-1])},
                "PASSPORT_BATCH_FORM",
            ),
            (request(brand, good) | {"manifest": ""}, "PASSPORT_BATCH_FORM"),
            (request(brand, good) | {"manifest": "A=="}, None),
            (request(brand, good) | {"more": 1}, "REQUEST_INVALID"),
        ]
        for sent, code in cases:
            answer = await node.client.post("/passports/batches", json=sent)
            assert 400 <= answer.status_code < 500, answer.text
            assert code in {None, answer.json()["code"]}, answer.text
            assert answer.json()["remedy"]
        wrong_act = request(brand, good)
        wrong_act["act"]["act"] = "issue"  # type: ignore[index]
        assert (await node.client.post("/passports/batches", json=wrong_act)).json()[
            "code"
        ] == "PASSPORT_BATCH_MISMATCH"
        assert (ledger.relayed, ledger.batches) == (0, set())


async def test_a_later_version_is_not_the_batchs(tmp_path):
    brand = Maker("brand", OWN)
    async with running(tmp_path, brand) as node:
        model, batch_passport, item = await with_coat(node, brand)
        on_ledger(node)
        await node.client.post("/passports/batches", json=request(brand, batch_of(item)))
        links = {"model": reference(model), "batch": reference(batch_passport), "replaces": reference(item)}
        later = signed(brand, item.subject | {"version": 2, **links}, 2)
        assert (await post(node, later)).status_code == 201
        found = (await node.client.get(f"/01/{GTIN}/21/S1", headers=JSON)).json()
        assert (found["state"], found["version"]) == ("superseded", 2)


def test_a_place_for_another_item_does_not_verify() -> None:
    batch = Batch([(bytes([at]) * 32, bytes([at + 50]) * 32) for at in range(5)])
    place = batch.place(b"\x02" * 32)
    place.verify()
    for wrong in (replace(place, index=1), replace(place, digest=b"\x01" * 32), replace(place, count=9)):
        with pytest.raises(Exception, match="PASSPORT_BATCH_PROOF"):
            wrong.verify()
