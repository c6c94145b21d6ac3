"""Wrapped keys: members get them, owners put them, and they never lie beside the ciphertext."""

from __future__ import annotations

import pytest

from client.sealed import wrap
from protocol.cid import cid_of_bytes, parse_cid
from protocol.sealing import seal
from protocol.wrapped import Secret
from tests.support.makers import Maker
from tests.support.nodes import running
from tests.support.papers import PDF, sign_in, upload

pytestmark = pytest.mark.anyio
MAKER, OTHER = Maker("tintoria"), Maker("filatura")
OBSERVER = Maker("osservatore", ("observer",))
SEALED = b"".join(seal([PDF], len(PDF), b"k" * 32, b"prefix7"))
TYPE = "application/vnd.filiera.sealed"
CID = cid_of_bytes(SEALED)
WRAPPED = wrap(Secret(b"k" * 32, parse_cid(CID), bytes(32), "application/pdf"), [OTHER.key.public])


async def put(node, maker, body=WRAPPED, cid=CID):
    who = await sign_in(node, maker) if maker else {}
    return await node.client.put(f"/documents/{cid}/keys", content=body, headers=who)


async def get(node, maker, cid=CID):
    who = await sign_in(node, maker) if maker else {}
    return await node.client.get(f"/documents/{cid}/keys", headers=who)


async def test_keys_are_put_by_the_owner_and_got_by_members(tmp_path):
    async with running(tmp_path, MAKER, OTHER, OBSERVER) as node:
        assert (await upload(node, MAKER, SEALED, TYPE, tier="public")).status_code == 201
        assert (await put(node, MAKER)).status_code == 204
        mine, others = await get(node, MAKER), await get(node, OTHER)
        refused = [await get(node, None), await get(node, OBSERVER)]
        archive = await node.client.get(f"/ipfs/{CID}?format=car")
    assert mine.json() == others.json()
    assert len(mine.json()["wrapped"]) == 1
    assert [answer.json()["code"] for answer in refused] == ["DOCUMENT_READER_NEEDED"] * 2
    assert b"encrypted_key" not in archive.content


async def test_only_the_owner_puts(tmp_path):
    async with running(tmp_path, MAKER, OTHER) as node:
        await upload(node, MAKER, SEALED, TYPE, tier="public")
        assert (await put(node, OTHER)).json()["code"] == "DOCUMENT_UNKNOWN"
        assert (await put(node, None)).json()["code"] == "DOCUMENT_AUTHOR_NEEDED"
        await put(node, MAKER)
        assert (await get(node, OTHER)).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"x" * 20_000, WRAPPED[:-1], WRAPPED.replace(b'"tag"', b'"kid"')]
)
async def test_what_is_no_wrapped_key_is_refused(tmp_path, body):
    async with running(tmp_path, MAKER) as node:
        await upload(node, MAKER, SEALED, TYPE, tier="public")
        answer = await put(node, MAKER, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "WRAPPED_MALFORMED")
        too_long = await put(node, MAKER, b"x" * 40_000)
        assert too_long.json()["code"] == "BODY_TOO_LARGE"
        assert (await get(node, MAKER)).json()["code"] == "DOCUMENT_UNKNOWN"


async def test_what_is_not_sealed_cannot_be_declared_so(tmp_path):
    async with running(tmp_path, MAKER) as node:
        assert (await upload(node, MAKER, PDF, TYPE)).json()["code"] == "DOCUMENT_MEDIA_TYPE"
        assert (await upload(node, MAKER, SEALED, "application/pdf")).json()["code"] == "DOCUMENT_MEDIA_TYPE"
        assert (await upload(node, MAKER, SEALED, "")).json()["mediaType"] == TYPE
