"""Stories of capture: what a maker sends, what comes back, what is kept."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from node.participants.service import Participants
from protocol.compact import verify_compact
from protocol.records import parse_record, restrict
from tests.support.makers import Maker, lot, snapshot_of
from tests.support.nodes import LOG_KEY, ORIGIN, running

pytestmark = pytest.mark.anyio
NDJSON = {"content-type": "application/x-ndjson"}


@pytest.mark.parametrize("alg", ["ES256", "EdDSA"])
@pytest.mark.parametrize("hidden", [(), None], ids=["plain", "hidden by default"])
async def test_capture_new_record_gets_a_receipt_of_the_log(tmp_path, alg, hidden):
    anna = Maker("anna", alg=alg)
    async with running(tmp_path, anna) as node:
        record = anna.declare("wool", hidden=hidden)
        answer = await node.post(record)
    assert answer.status_code == 201
    body = answer.json()
    assert (body["id"], body["digest"], body["state"]) == (record.id, record.digest.hex(), "received")
    claims = verify_compact(body["receipt"], LOG_KEY.public, "filiera-receipt+jwt")
    assert claims["record"] == record.digest.hex()
    assert claims["iss"] == ORIGIN
    assert claims["received"] < claims["promise"]


async def test_capture_same_bytes_again_gets_the_same_answer(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        record = anna.declare("wool")
        first = await node.post(record)
        node.clock.now += 50_000
        again = await node.post(record)
        (line,) = await node.post_many([record])
    assert (first.status_code, again.status_code, line["status"]) == (201, 200, 200)
    assert again.content == first.content
    assert line["receipt"] == first.json()["receipt"]


async def test_capture_same_id_other_bytes_is_refused(tmp_path):
    anna = Maker("anna")
    twin = anna.twin()
    async with running(tmp_path, anna) as node:
        await node.stored(anna.declare("wool"))
        answer = await node.post(twin.declare("wool", quantity="121"))
    assert (answer.status_code, answer.json()["code"]) == (409, "RECORD_ID_REUSED")


async def test_capture_same_id_of_another_key_is_another_record(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    async with running(tmp_path, anna, bice) as node:
        one = anna.declare("wool")
        other = bice.sign(bice.subject("lot-declared", eventID=one.id))
        assert other.id == one.id
        await node.stored(one, other)
        by_id = await node.client.get(f"/events/{one.id}")
        by_digest = await node.client.get(f"/events/{other.digest.hex()}")
    assert (by_id.status_code, by_id.json()["code"]) == (409, "RECORD_ID_AMBIGUOUS")
    assert by_digest.status_code == 200


async def test_capture_more_disclosures_later_are_added(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        full = anna.declare("wool", hidden=("filiera:lotCode",))
        first = await node.post(restrict(full, "public"))
        second = await node.post(full)
        stored = node.node.events.find(full.digest.hex()).token
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.content == first.content
    assert parse_record(stored).subject["filiera:lotCode"] == "L-2026-014"


async def test_capture_twins_in_one_batch_are_one_record_with_all_disclosures(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        full = anna.declare("wool", hidden=("filiera:lotCode",))
        lines = await node.post_many([restrict(full, "public"), full, full])
        stored = node.node.events.find(full.digest.hex()).token
    assert [line["status"] for line in lines] == [201, 200, 200]
    assert parse_record(stored).subject["filiera:lotCode"] == "L-2026-014"


async def test_capture_disclosure_of_another_record_is_refused(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        one = anna.declare("wool", hidden=("filiera:lotCode",))
        other = anna.declare("silk", hidden=("filiera:lotCode",))
        mixed = one.token + other.disclosures[0] + "~"
        await node.stored(one)
        answer = await node.post(mixed)
    assert answer.json()["code"] == "DISCLOSURE_UNREFERENCED"


async def test_capture_batch_answers_each_line_in_order(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        good, later = anna.declare("wool"), anna.declare("silk")
        broken = good.token[:-4] + "AAAA"
        lines = await node.post_many([good, broken, {"no": "token"}, "x", later])
    assert [line["status"] for line in lines] == [201, 422, 422, 400, 201]
    assert [line.get("problem", {}).get("code") for line in lines] == [
        None, "SIGNATURE_INVALID", "LINE_NOT_A_TOKEN", "TOKEN_MALFORMED", None,
    ]  # fmt: skip
    assert (lines[0]["digest"], lines[4]["digest"]) == (good.digest.hex(), later.digest.hex())


async def test_capture_batch_large_enough_for_the_other_thread_keeps_order(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        records = [anna.declare(f"lot {number}") for number in range(60)]
        lines = await node.post_many(records)
    assert [line["digest"] for line in lines] == [record.digest.hex() for record in records]
    assert {line["status"] for line in lines} == {201}


async def test_capture_batch_by_processes_gives_the_same_answers(tmp_path):
    anna = Maker("anna")
    records = [anna.declare(f"lot {number}") for number in range(40)]
    tokens = [record.token for record in records]
    tokens[7] = tokens[7][:-4] + "AAAA"
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with running(tmp_path / "a", anna) as node:
        here = await node.post_many(tokens)
    async with running(tmp_path / "b", anna, verifiers=2) as node:
        there = await node.post_many(tokens)
    assert here == there
    assert here[7]["problem"]["code"] == "SIGNATURE_INVALID"


async def test_capture_wrong_lines_say_so_in_the_callers_language(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        english = await node.client.post(
            "/events", content=json.dumps("x"), headers=NDJSON | {"accept-language": "en"}
        )
        italian = await node.client.post("/events", content=json.dumps("x"), headers=NDJSON)
    assert json.loads(english.text)["problem"]["detail"] != json.loads(italian.text)["problem"]["detail"]


async def test_capture_admitted_a_moment_ago_is_found_on_the_chain(tmp_path, monkeypatch):
    anna, bice = Maker("anna"), Maker("bice")
    monkeypatch.setattr("node.participants.service.SHORTEST_PAUSE", 0.0)
    async with running(tmp_path, anna) as node:
        node.people.snapshot = snapshot_of(anna, bice)
        single = await node.post(bice.declare("wool"))
        (line,) = await node.post_many([bice.declare("silk")])
    assert (single.status_code, line["status"]) == (201, 201)


async def test_capture_unknown_keys_do_not_make_the_node_ask_the_chain_each_time(tmp_path):
    anna, stranger = Maker("anna"), Maker("stranger")
    asked = 0

    class Counting:
        def load(self):
            nonlocal asked
            asked += 1
            return snapshot_of(anna)

    async with running(tmp_path, anna) as node:
        node.node.participants._source = Counting()
        for number in range(20):
            answer = await node.post(stranger.declare(f"lot {number}"))
            assert answer.json()["code"] == "KEY_UNKNOWN"
    assert asked <= 3
    assert isinstance(node.node.participants, Participants)


async def test_capture_membership_only_from_the_coordinator(tmp_path):
    anna, coordinator = Maker("anna"), Maker("coordinator")
    subject = {
        "type": "Membership", "id": anna.urn, "name": "Anna Tessuti", "country": "IT", "roles": ["supplier"],
        "registrations": [{"scheme": "VAT", "number": "IT00000000000"}], "identityAssurance": "register",
    }  # fmt: skip
    async with running(tmp_path, anna) as node:
        known = snapshot_of(anna)
        key = coordinator.key.public
        node.people.snapshot = replace(known, coordinators={key.key_id: key.uncompressed})
        node.node.participants.snapshot = node.people.snapshot
        forged = await node.post(_membership(anna, subject))
        genuine = await node.post(_membership(coordinator, subject))
        bundle_empty = await node.client.get(f"/lots/{lot('wool')}/custody")
    assert (forged.status_code, forged.json()["code"]) == (403, "NOT_COORDINATOR"), forged.text
    assert genuine.status_code == 201, genuine.text
    assert bundle_empty.status_code == 404


def _membership(maker: Maker, subject: dict):
    from protocol.templates import credential_template  # noqa: PLC0415

    claims = credential_template(subject, issuer=maker.key.public.did, kind="FilieraMembership")
    return maker.sign_claims(claims)
