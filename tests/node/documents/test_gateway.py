"""Anybody gets public blocks and checks them himself; blocks of other papers are as if they were not there."""

from __future__ import annotations

import io

import pytest

from protocol.car import read_car
from protocol.cid import CHUNK_BYTES, check_block, cid_of_bytes, format_cid, links_of, parse_cid, raw_cid
from protocol.unixfs import read_file
from tests.support.makers import Maker
from tests.support.nodes import anchor, running
from tests.support.papers import PDF, large_pdf, upload

pytestmark = pytest.mark.anyio
MAKER = Maker("tintoria")
DATA = large_pdf(2 * CHUNK_BYTES + 5)


async def test_a_public_paper_can_be_rebuilt_from_single_blocks(tmp_path):
    async with running(tmp_path, MAKER) as node:
        cid = (await upload(node, MAKER, DATA, tier="public")).json()["cid"]
        root = await node.client.get(f"/ipfs/{cid}", params={"format": "raw"})
        assert root.headers["content-type"] == "application/vnd.ipld.raw"
        assert root.headers["etag"] == f'"{cid}.raw"'
        blocks = {parse_cid(cid): root.content}
        for link in links_of(root.content):
            got = await node.client.get(
                f"/ipfs/{format_cid(link.cid)}", headers={"accept": "application/vnd.ipld.raw"}
            )
            blocks[link.cid] = got.content
        unchanged = await node.client.get(
            f"/ipfs/{cid}?format=raw", headers={"if-none-match": root.headers["etag"]}
        )
    assert b"".join(read_file(parse_cid(cid), blocks.__getitem__)) == DATA
    assert unchanged.status_code == 304


@pytest.mark.parametrize("data", [DATA, PDF], ids=["many blocks", "one block"])
async def test_a_public_paper_comes_as_one_archive(tmp_path, data):
    async with running(tmp_path, MAKER) as node:
        cid = (await upload(node, MAKER, data, tier="public")).json()["cid"]
        whole = await node.client.get(f"/ipfs/{cid}?format=car")
        root_only = await node.client.get(f"/ipfs/{cid}?format=car&dag-scope=block")
    assert whole.headers["content-type"].startswith("application/vnd.ipld.car; version=1; order=dfs")
    roots, found = read_car(io.BytesIO(whole.content).read)
    assert roots == [parse_cid(cid)]
    assert b"".join(read_file(roots[0], dict(found).__getitem__)) == data
    assert len(list(read_car(io.BytesIO(root_only.content).read)[1])) == 1


@pytest.mark.parametrize("tier", ["authority", "legitimate"])
async def test_blocks_of_other_papers_are_not_given(tmp_path, tier):
    async with running(tmp_path, MAKER) as node:
        await upload(node, MAKER, DATA, tier=tier)
        for cid in (cid_of_bytes(DATA), cid_of_bytes(DATA[:CHUNK_BYTES])):
            for form in ("raw", "car"):
                answer = await node.client.get(f"/ipfs/{cid}", params={"format": form})
                assert (answer.status_code, answer.json()["code"]) == (404, "BLOCK_UNKNOWN")


async def test_nothing_but_blocks_is_given(tmp_path):
    async with running(tmp_path, MAKER) as node:
        cid = (await upload(node, MAKER, PDF, tier="public")).json()["cid"]
        rendered = await node.client.get(f"/ipfs/{cid}")
        wrong = await node.client.get("/ipfs/QmZULkCELmmk5XNfCgTnCyFgAVxBRBXyDHGGMVoLFLiXEN?format=raw")
        path = await node.client.get(f"/ipfs/{cid}/../../etc/passwd?format=raw")
    assert (rendered.status_code, rendered.json()["code"]) == (406, "DOCUMENT_FORMAT_UNKNOWN")
    assert wrong.json()["code"] == "CID_MALFORMED"
    assert path.status_code == 404


async def test_blocks_of_the_log_are_found_from_what_the_chain_holds(tmp_path):
    async with running(tmp_path, MAKER) as node:
        record = MAKER.declare("lana")
        await node.stored(record)
        early = await node.client.get(f"/ipfs/{format_cid(raw_cid(record.digest))}?format=raw")
        anchor(node)
        (head,) = (await node.client.get("/heads")).json()
        manifest = await node.client.get(
            f"/ipfs/{format_cid(raw_cid(bytes.fromhex(head['manifest'])))}?format=raw"
        )
        block = await node.client.get(f"/ipfs/{format_cid(raw_cid(record.digest))}?format=raw")
    assert early.status_code == 404
    check_block(raw_cid(bytes.fromhex(head["manifest"])), manifest.content)
    assert raw_cid(record.digest) in manifest.content
    assert block.content.decode() == record.jwt
