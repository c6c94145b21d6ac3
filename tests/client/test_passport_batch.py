"""Batches from the brand's desk: one signature for all, and no act about an item that the node slipped in."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import httpx
import pytest

from client import passports
from client.chain_acts import Registry, act_message
from client.errors import ClientError
from client.node_client import NodeClient
from protocol import base64url
from protocol.errors import PassportError
from protocol.hashing import passport_id
from protocol.passport_batch import Batch
from protocol.serials import ensure_reservable
from protocol.signatures import verify
from tests.client.desk import furnish
from tests.support.makers import Maker
from tests.support.passports import GTIN, ITEM, MODEL, body, signed

BRAND = Maker("brand", ("brand", "supplier"))
ADDRESS = "0x" + "c" * 40
ITEMS = [f"{MODEL}/21/S{at}" for at in range(4)]


class Node:
    """A node that remembers what it was sent, and says what the test wants."""

    def __init__(self, passport: dict[str, Any] | None = None) -> None:
        self.passport = passport or {}
        self.batches: list[dict[str, Any]] = []
        self.acts: list[dict[str, Any]] = []
        self.reserved: list[dict[str, Any]] = []
        transport = httpx.MockTransport(self._answer)
        self.client = NodeClient(
            "http://node.test", httpx.Client(transport=transport, base_url="http://node.test")
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        sent = json.loads(request.content) if request.content else {}
        if path == "/passports/batches":
            self.batches.append(sent)
        elif path == "/participants/acts":
            self.acts.append(sent)
        elif path == "/passports/serials":
            self.reserved.append(sent)
            return httpx.Response(201, json={"order": sent["order"], "reserved": len(sent["identifiers"])})
        elif path.startswith("/passports/"):
            return httpx.Response(200, json=self.passport)
        answers = {
            "/deployment": {"chainId": 31337, "passports": {"address": ADDRESS}},
            "/participants/nonce": {"nonce": 3},
            "/auth/challenge": {"challenge": "c", "audience": "a"},
            "/auth/token": {"token": "t", "tier": "legitimate"},
        }
        return httpx.Response(200, json=answers.get(path, {}))


@pytest.fixture
def maker(desk):
    return furnish(desk.folder, BRAND.key, BRAND.id.hex())


def issued(*identifiers: str) -> list[passports.Issued]:
    digests = [hashlib.sha256(each.encode()).hexdigest() for each in identifiers]
    return [
        passports.Issued(each, 1, "", digest, "") for each, digest in zip(identifiers, digests, strict=True)
    ]


def test_one_signature_for_all_and_the_same_root_in_any_order(maker):
    node = Node()
    root = passports.register_batch(node.client, maker, issued(*ITEMS))
    assert passports.register_batch(node.client, maker, issued(*reversed(ITEMS))) == root
    sent = node.batches[0]
    batch = Batch.parse(base64url.decode(sent["manifest"]))
    assert (batch.root.hex(), {passport for passport, _ in batch.items}) == (
        root,
        {passport_id(each) for each in ITEMS},
    )
    act = sent["act"]
    assert (act["act"], act["args"]) == ("issueBatch", batch.args(maker.participant))
    (signature,) = act["signatures"]
    message = act_message(
        Registry(31337, ADDRESS), "issueBatch", act["args"], act["nonce"], act["deadline"], "passports"
    )
    verify(maker.key.public, message, bytes.fromhex(signature["r"] + signature["s"]))


def in_batch(*identifiers: str) -> tuple[Batch, dict[str, Any]]:
    """The batch of some items, and what the node says of the first."""
    pairs = [(passport_id(each.identifier), bytes.fromhex(each.digest)) for each in issued(*identifiers)]
    batch = Batch(pairs)
    return batch, {"onChain": {"status": "active", "version": 1}, "batch": batch.place(pairs[0][0]).to_json()}


def test_an_item_of_a_batch_is_recalled_by_its_place(maker):
    batch, found = in_batch(*ITEMS)
    node = Node(found)
    passports.set_status(node.client, maker, ITEMS[0], "suspended", "ab" * 32)
    (act,) = node.acts
    place = batch.place(passport_id(ITEMS[0]))
    assert act["act"] == "setItemStatus"
    assert act["args"] == {
        "issuer": maker.participant, "item": place.item(), "status": 2, "evidence": "ab" * 32,
    }  # fmt: skip


def test_the_next_version_of_an_item_of_a_batch_stands_by_itself(maker):
    _, found = in_batch(*ITEMS)
    node = Node(found)
    passports.register_one(node.client, maker, ITEMS[0], "cd" * 32)
    assert [act["act"] for act in node.acts] == ["issue", "setItemStatus"]
    assert node.acts[0]["args"]["digest"] == node.acts[1]["args"]["evidence"] == "cd" * 32
    assert node.acts[1]["args"]["status"] == 4


@pytest.mark.parametrize(
    ("status", "act"), [("none", "issue"), ("active", "revise"), ("suspended", "revise")]
)
def test_what_is_registered_already_is_revised(maker, status, act):
    node = Node({"onChain": {"status": status, "version": 1}})
    passports.register_one(node.client, maker, ITEM, "cd" * 32)
    assert [each["act"] for each in node.acts] == [act]


def test_an_act_is_not_signed_for_another_item_than_was_meant(maker):
    _, other = in_batch(ITEMS[1], ITEMS[0])
    node = Node(other)
    with pytest.raises(ClientError, match="NODE_ANSWER_UNREADABLE"):
        passports.set_status(node.client, maker, ITEMS[0], "withdrawn")
    _, found = in_batch(*ITEMS)
    found["batch"]["proof"][0] = "0" * 64
    node = Node(found)
    with pytest.raises(PassportError, match="PASSPORT_BATCH_PROOF"):
        passports.set_status(node.client, maker, ITEMS[0], "withdrawn")
    assert node.acts == []


def test_serials_are_drawn_by_chance_on_this_machine(desk, maker):
    node = Node()
    order = "urn:filiera:order:" + "a" * 26
    first = passports.reserve(node.client, maker, GTIN, order, 200)
    second = passports.reserve(node.client, maker, GTIN, order, 200)
    assert len({*first, *second}) == 400
    assert {ensure_reservable(each) for each in first} == {GTIN}
    assert node.reserved[0] == {"order": order, "identifiers": first}


def test_the_command_registers_what_the_node_holds(desk, maker, monkeypatch):
    record = signed(BRAND, body(BRAND, "model", MODEL))
    node = Node({"token": record.token, "onChain": {"status": "none"}})
    monkeypatch.setattr("client.commands.passport.open_node", lambda _: node.client)
    said = desk.filiera("passport", "register", MODEL)
    assert said.status == 0, said.all
    assert [(act["act"], act["args"]["digest"]) for act in node.acts] == [("issue", record.digest.hex())]
    said = desk.filiera("passport", "register", MODEL, "--batch")
    assert said.status == 0, said.all
    assert len(node.batches) == 1
    order = "urn:filiera:order:" + "a" * 26
    said = desk.filiera("passport", "reserve", "--order", order, "--gtin", GTIN, "--count", "3")
    assert len(said.out.split()) == 3
