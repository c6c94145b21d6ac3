"""The log as others read it: checkpoint, tiles, heads, proofs, receipts."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.clock import instant
from node.log.receipts import ReceiptIssuer
from node.log.tree import LogTree
from protocol import merkle
from protocol.errors import LogError
from protocol.hashing import leaf_hash
from protocol.receipt import issue_receipt
from tests.support.makers import Maker
from tests.support.nodes import LOG_KEY, ORIGIN, anchor, running

anyio = pytest.mark.anyio


@given(st.lists(st.integers(1, 40), max_size=5))
def test_tree_grown_in_any_steps_has_the_root_of_rfc_9162(steps):
    tree, digests = LogTree(), []
    for step in steps:
        fresh = [hashlib.sha256(bytes([len(digests) + n])).digest() for n in range(step)]
        tree.extend(len(digests), fresh)
        tree.extend(len(digests), fresh)  # said twice: nothing happens
        digests += fresh
    assert tree.size == len(digests)
    assert merkle.root_from_nodes(tree.node, tree.size) == merkle.root(
        [leaf_hash(entry) for entry in digests]
    )


def test_tree_refuses_gaps_and_unfinished_nodes():
    tree = LogTree()
    tree.extend(0, [bytes(32)] * 3)
    for ask in (lambda: tree.extend(4, [bytes(32)]), lambda: tree.node(1, 1), lambda: tree.node(0, 3),
                lambda: tree.node(0, -1), lambda: tree.node(9, 0), lambda: tree.nodes(0, 2, 2)):  # fmt: skip
        with pytest.raises(LogError, match="LOG_GAP"):
            ask()


@given(st.binary(min_size=32, max_size=32), st.integers(0, 2**41), st.integers(0, 2**30))
def test_receipt_fast_way_gives_the_bytes_of_the_protocol(digest, received, promise):
    issuer = ReceiptIssuer(ORIGIN, LOG_KEY)
    expected = issue_receipt(ORIGIN, digest, instant(received), instant(received + promise), LOG_KEY)
    assert issuer.issue(digest, received, received + promise) == expected


@anyio
async def test_log_shows_only_what_is_anchored(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        record = anna.declare("wool")
        await node.stored(record)
        for address in ("/checkpoint", f"/events/{record.id}/proof", "/heads/1", "/tile/0/000.p/1"):
            assert (await node.client.get(address)).status_code == 404
        assert (await node.client.get("/heads")).json() == []
        anchor(node)
        head = (await node.client.get("/heads/1")).json()
        assert (head["size"], head["state"], head["origin"]) == (1, "confirmed", ORIGIN)
        shown = await node.client.get(f"/events/{record.id}")
        assert shown.headers["filiera-state"] == "confirmed"
        proof = (await node.client.get(f"/events/{record.id}/proof")).json()
        assert (proof["index"], proof["size"], proof["proof"]) == (0, 1, [])
        assert proof["head"] == head


@anyio
async def test_log_proofs_of_all_records_hold_against_their_heads(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        records = [anna.declare(f"lot {number}") for number in range(9)]
        await node.stored(*records[:5])
        chain = anchor(node)
        await node.stored(*records[5:])
        anchor(node, chain)
        for record in records:
            proof = (await node.client.get(f"/events/{record.digest.hex()}/proof")).json()
            hashes = [bytes.fromhex(entry) for entry in proof["proof"]]
            root = bytes.fromhex(proof["head"]["root"])
            merkle.verify_inclusion(leaf_hash(record.digest), proof["index"], proof["size"], hashes, root)
        heads = (await node.client.get("/heads", params={"after": 1})).json()
        assert [head["seq"] for head in heads] == [2]
        manifest = await node.client.get("/heads/2/manifest")
        assert hashlib.sha256(manifest.content).hexdigest() == heads[0]["manifest"]
        assert (await node.client.get("/heads/2/affected")).content == b"filiera-affected/1\n"


@anyio
async def test_log_tiles_carry_the_tree_and_may_be_cached(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        records = [anna.declare(f"lot {number}") for number in range(300)]
        for start in range(0, 300, 100):
            await node.post_many(records[start : start + 100])
        anchor(node)
        full = await node.client.get("/tile/0/000")
        assert len(full.content) == 256 * 32
        assert "immutable" in full.headers["cache-control"]
        part = await node.client.get("/tile/0/001.p/44")
        entries = await node.client.get("/tile/entries/000")
        assert len(part.content) == 44 * 32
        assert len(entries.content) == 256 * 34
        leaves = [full.content[at : at + 32] for at in range(0, len(full.content), 32)]
        leaves += [part.content[at : at + 32] for at in range(0, len(part.content), 32)]
        assert leaves[0] == leaf_hash(entries.content[2:34])
        head = (await node.client.get("/heads/1")).json()
        assert merkle.root(leaves).hex() == head["root"]
        upper = await node.client.get("/tile/1/000.p/1")
        assert upper.content == merkle.root(leaves[:256])
        for beyond in ("/tile/0/001", "/tile/0/001.p/45", "/tile/0/002.p/1", "/tile/2/000.p/1", "/tile/x/000",
                       "/tile/0/1", "/tile/0/000.p/0", "/tile/0/000.p/257"):  # fmt: skip
            answer = await node.client.get(beyond)
            assert 400 <= answer.status_code < 500, beyond
        checkpoint = await node.client.get("/checkpoint")
        assert checkpoint.text.startswith(f"{ORIGIN}\n300\n")


@anyio
async def test_log_after_a_restart_serves_the_same(tmp_path):
    anna = Maker("anna")
    addresses = ("/checkpoint", "/heads", "/tile/0/000.p/5", "/heads/1/manifest")
    async with running(tmp_path, anna) as node:
        records = [anna.declare(f"lot {number}") for number in range(5)]
        await node.stored(*records)
        anchor(node)
        before = [(await node.client.get(address)).content for address in addresses]
        proof = (await node.client.get(f"/events/{records[2].id}/proof")).content
    async with running(tmp_path, anna) as node:
        assert [(await node.client.get(address)).content for address in addresses] == before
        assert (await node.client.get(f"/events/{records[2].id}/proof")).content == proof
        again = await node.post(records[2])
        assert again.status_code == 200
