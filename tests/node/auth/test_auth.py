"""A registered key signs a challenge and reads more; everything else reads what is public."""

from __future__ import annotations

from dataclasses import replace

import pytest

from node.auth.tiers import caller_of
from node.participants.snapshot import Snapshot
from protocol.compact import sign_compact
from protocol.records import parse_record
from tests.support.makers import Maker, snapshot_of
from tests.support.nodes import ORIGIN, running

pytestmark = pytest.mark.anyio


async def challenge(node, maker):
    answer = await node.client.post("/auth/challenge", json={"key": maker.key.public.did})
    assert answer.status_code == 200, answer.text
    return answer.json()


def signed(maker, asked, typ="filiera-auth+jwt", **changes):
    claims = {
        "iss": maker.key.public.did,
        "aud": asked["audience"],
        "challenge": asked["challenge"],
    } | changes
    return sign_compact(claims, maker.key, typ)


async def token(node, maker):
    answer = await node.client.post(
        "/auth/token", json={"token": signed(maker, await challenge(node, maker))}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def bearer(given):
    return {"authorization": f"Bearer {given['token']}"}


@pytest.mark.parametrize(
    ("roles", "tier"),
    [(("supplier",), "legitimate"), (("authority",), "authority"), (("observer",), "public"),
     (("observer", "repairer"), "legitimate"), (("authority", "supplier"), "authority")],
)  # fmt: skip
@pytest.mark.parametrize("alg", ["ES256", "EdDSA"])
async def test_auth_tier_follows_the_role_on_the_chain(tmp_path, roles, tier, alg):
    maker = Maker("maker", roles, alg)
    async with running(tmp_path, maker) as node:
        given = await token(node, maker)
    assert given["tier"] == tier
    assert caller_of(maker.participant).tier == tier


async def test_auth_reading_own_records_shows_all_and_others_less(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    async with running(tmp_path, anna, bice) as node:
        record = anna.declare("wool", hidden=None)
        await node.stored(record, anna.ship("wool", bice))
        shown = {}
        for name, headers in {
            "nobody": {}, "bice": bearer(await token(node, bice)), "anna": bearer(await token(node, anna)),
        }.items():  # fmt: skip
            answer = await node.client.get(f"/events/{record.id}", headers=headers)
            shown[name] = set(parse_record(answer.text).disclosures)
        with node.node.database.read() as connection:
            from sqlalchemy import text  # noqa: PLC0415

            reads = connection.execute(text("SELECT tier, target FROM access_reads ORDER BY number")).all()
    assert shown["nobody"] < shown["bice"] <= shown["anna"] == set(record.disclosures)
    assert reads == [("legitimate", record.digest.hex())]


async def test_auth_challenge_serves_once(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        request = {"token": signed(anna, await challenge(node, anna))}
        first = await node.client.post("/auth/token", json=request)
        second = await node.client.post("/auth/token", json=request)
    assert first.status_code == 200
    assert (second.status_code, second.json()["code"]) == (401, "AUTH_CHALLENGE")
    assert second.headers["www-authenticate"] == "Bearer"


async def test_auth_challenge_of_another_key_is_of_no_use(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    async with running(tmp_path, anna, bice) as node:
        answer = await node.client.post(
            "/auth/token", json={"token": signed(bice, await challenge(node, anna))}
        )
    assert answer.json()["code"] == "AUTH_CHALLENGE"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"aud": "another.example"}, "AUTH_AUDIENCE"),
        ({"challenge": "made up"}, "AUTH_CHALLENGE"),
        ({"challenge": 7}, "AUTH_CHALLENGE"),
        ({"iss": Maker("bice").key.public.did}, "AUTH_MALFORMED"),
        ({"typ": "vc+jwt"}, "AUTH_MALFORMED"),
        ({"typ": "filiera-receipt+jwt"}, "AUTH_MALFORMED"),
    ],
    ids=["other node", "invented", "no text", "other issuer", "a record", "a receipt"],
)
async def test_auth_token_for_something_else_is_refused(tmp_path, change, code):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        request = {"token": signed(anna, await challenge(node, anna), **change)}
        answer = await node.client.post("/auth/token", json=request)
    assert (answer.status_code, answer.json()["code"]) == (401, code)


async def test_auth_changed_signature_unknown_key_and_suspended_company_are_refused(tmp_path):
    anna, stranger = Maker("anna"), Maker("stranger")
    async with running(tmp_path, anna) as node:
        good = signed(anna, await challenge(node, anna))
        forged = await node.client.post("/auth/token", json={"token": good[:-4] + "AAAA"})
        unknown = await node.client.post(
            "/auth/token", json={"token": signed(stranger, await challenge(node, stranger))}
        )
        node.node.participants.snapshot = Snapshot.of(10, [replace(anna.participant, active=False)])
        suspended = await node.client.post("/auth/token", json={"token": good})
    assert forged.json()["code"] == "SIGNATURE_INVALID"
    assert unknown.json()["code"] == "KEY_UNKNOWN"
    assert suspended.json()["code"] == "PARTICIPANT_SUSPENDED"


async def test_auth_token_ends_and_a_suspended_company_reads_no_more(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        record = anna.declare("wool")
        await node.stored(record)
        headers = bearer(await token(node, anna))
        assert (await node.client.get(f"/events/{record.id}", headers=headers)).status_code == 200
        node.node.participants.snapshot = Snapshot.of(10, [replace(anna.participant, active=False)])
        assert (await node.client.get(f"/events/{record.id}", headers=headers)).status_code == 403
        node.node.participants.snapshot = snapshot_of(anna)
        node.clock.now += 901_000
        late = await node.client.get(f"/events/{record.id}", headers=headers)
    assert (late.status_code, late.json()["code"]) == (401, "AUTH_TOKEN")


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "x", "Bearer " + "y" * 5000]
)
async def test_auth_made_up_tokens_are_refused_and_not_read_as_nobody(tmp_path, value):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        record = anna.declare("wool")
        await node.stored(record)
        answer = await node.client.get(f"/events/{record.id}", headers={"authorization": value})
    assert (answer.status_code, answer.json()["code"]) == (401, "AUTH_TOKEN")


async def test_auth_database_holds_no_token(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        given = await token(node, anna)
        assert given["expires"].endswith("Z")
        node.node.database.close()
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("node.sqlite"))
    assert given["token"].encode() not in files
    assert ORIGIN
