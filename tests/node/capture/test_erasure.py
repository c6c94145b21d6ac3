"""Erasure: what its author owns is destroyed as the event is stored, and every proof stays as it was."""

from __future__ import annotations

import json

import pytest

from client.sealed import wrap
from node.documents.upkeep import SWEEP_SECONDS, Upkeep
from protocol.cid import cid_of_bytes, parse_cid
from protocol.records import parse_record, restrict
from protocol.sealing import seal
from protocol.wrapped import Secret
from tests.support.makers import NOW_MS, Maker
from tests.support.nodes import anchor, running
from tests.support.papers import PDF, sign_in, upload

pytestmark = pytest.mark.anyio
SEALED = b"".join(seal([PDF], len(PDF), b"k" * 32, b"prefix7"))
SEALED_CID, PLAIN_CID = cid_of_bytes(SEALED), cid_of_bytes(PDF)
HIDDEN = ("filiera:lotCode",)


def erasure(maker: Maker, *records, cids=()):
    named = {"reason": "data-subject-request"}
    if records:
        named["records"] = [{"id": record.id, "digest": record.digest.hex()} for record in records]
    if cids:
        named["documents"] = [{"cid": cid} for cid in cids]
    return maker.sign(maker.subject("erasure", **{"filiera:erasure": named}))


def everything_on_disk(folder) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def test_what_was_hidden_in_a_record_is_gone_for_ever_and_its_proof_is_not(tmp_path):
    anna = Maker("anna")
    secret = "Lotto-della-signora-Bianchi"
    async with running(tmp_path, anna) as node:
        record = anna.declare("wool", hidden=HIDDEN, **{"filiera:lotCode": secret})
        await node.stored(record)
        anchor(node)
        before = (await node.client.get(f"/events/{record.digest.hex()}/proof")).json()
        await node.stored(erasure(anna, record))
        own = await sign_in(node, anna)
        kept = (await node.client.get(f"/events/{record.digest.hex()}", headers=own)).text
        after = (await node.client.get(f"/events/{record.digest.hex()}/proof")).json()
    assert parse_record(record.token).subject["filiera:lotCode"] == secret
    known = parse_record(node_token(kept))
    assert (known.digest, known.withheld) == (record.digest, frozenset({"/credentialSubject"}))
    assert "filiera:lotCode" not in known.subject
    assert after == before
    (hidden,) = record.disclosures
    assert hidden.encode() not in everything_on_disk(tmp_path), (
        "nowhere on the disk, not in free pages either"
    )


async def test_a_copy_that_comes_again_brings_nothing_back(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        record = anna.declare("wool", hidden=HIDDEN)
        first = await node.post(record)
        await node.stored(erasure(anna, record))
        again = await node.post(record)
        stored = node.node.events.find(record.digest.hex()).token
    assert (again.status_code, again.content) == (200, first.content)
    assert parse_record(stored).disclosures == ()


async def test_nobody_erases_what_is_somebody_elses(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    async with running(tmp_path, anna, bice) as node:
        record = anna.declare("wool", hidden=HIDDEN)
        await node.stored(record)
        await upload(node, anna, PDF, tier="public")
        foreign = [erasure(bice.twin(), record), erasure(bice.twin(), cids=[PLAIN_CID])]
        refused = [(await node.post(each)).json() for each in foreign]
        unknown = (await node.post(erasure(anna.twin(), cids=[SEALED_CID]))).json()
        stored = node.node.events.find(record.digest.hex()).token
        still = await node.client.get(f"/documents/{PLAIN_CID}")
    assert [answer["code"] for answer in (*refused, unknown)] == ["ERASURE_NOT_OWN"] * 3
    assert refused[0]["field"] == "/credentialSubject/filiera:erasure/records/0"
    assert stored == record.token
    assert still.content == PDF


async def test_one_name_too_many_and_nothing_is_erased(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    async with running(tmp_path, anna, bice) as node:
        own, other = anna.declare("wool", hidden=HIDDEN), bice.declare("silk", hidden=HIDDEN)
        await node.stored(own, other)
        answer = await node.post(erasure(anna, own, other))
        stored = node.node.events.find(own.digest.hex()).token
    assert answer.json()["code"] == "ERASURE_NOT_OWN"
    assert stored == own.token


async def test_the_keys_of_a_sealed_paper_are_destroyed(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    wrapped = wrap(Secret(b"k" * 32, parse_cid(SEALED_CID), bytes(32), "application/pdf"), [bice.key.public])
    async with running(tmp_path, anna, bice) as node:
        await upload(node, anna, SEALED, "application/vnd.filiera.sealed", tier="public")
        who, reader = await sign_in(node, anna), await sign_in(node, bice)
        await node.client.put(f"/documents/{SEALED_CID}/keys", content=wrapped, headers=who)
        assert (await node.client.get(f"/documents/{SEALED_CID}/keys", headers=reader)).status_code == 200
        await node.stored(erasure(anna, cids=[SEALED_CID]))
        gone = await node.client.get(f"/documents/{SEALED_CID}/keys", headers=reader)
        ciphertext = await node.client.get(f"/documents/{SEALED_CID}")
    assert (gone.status_code, gone.json()["code"]) == (410, "DOCUMENT_ERASED")
    assert ciphertext.content == SEALED
    assert json.loads(wrapped)["recipients"][0]["encrypted_key"].encode() not in everything_on_disk(tmp_path)


async def test_a_paper_in_clear_is_removed_and_said_to_be_erased(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    async with running(tmp_path, anna, bice) as node:
        for owner in (anna, bice):
            await upload(node, owner, PDF, tier="public")
        await node.stored(erasure(anna, cids=[PLAIN_CID]))
        kept = await node.client.get(f"/documents/{PLAIN_CID}")
        await node.stored(erasure(bice, cids=[PLAIN_CID]))
        gone = [
            await node.client.get(f"/{path}")
            for path in (f"documents/{PLAIN_CID}", f"ipfs/{PLAIN_CID}?format=raw")
        ]
        unknown = await node.client.get(f"/documents/{SEALED_CID}")
        state = node.node.documents
        Upkeep(state._database, state._content).sweep(NOW_MS / 1000 + 10 * SWEEP_SECONDS * 100_000)
    assert kept.content == PDF, "the other owner has erased nothing"
    assert [answer.json()["code"] for answer in gone] == ["DOCUMENT_ERASED", "BLOCK_UNKNOWN"]
    assert unknown.json()["code"] == "DOCUMENT_UNKNOWN"
    assert PDF not in everything_on_disk(tmp_path)


async def test_the_erasure_itself_is_public_and_says_why(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        record = anna.declare("wool", hidden=HIDDEN)
        event = erasure(anna, record)
        await node.stored(record, event)
        shown = parse_record(node_token((await node.client.get(f"/events/{event.digest.hex()}")).text))
    assert shown.subject["filiera:erasure"]["reason"] == "data-subject-request"
    assert restrict(event, "public") == event.token


def node_token(body: str) -> str:
    return json.loads(body)["token"] if body.startswith("{") else body
