"""Papers come in whole, are given to those who may read them, and to nobody else."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from aleph_cid import CidHasher
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from node.documents import repository
from node.participants.snapshot import Snapshot
from protocol.cid import CHUNK_BYTES, cid_of_bytes
from tests.support.makers import Maker
from tests.support.nodes import running
from tests.support.papers import PDF, PDF_TYPE, enclosed_for, large_pdf, sign_in, upload

pytestmark = pytest.mark.anyio
MAKER = Maker("tintoria")
OTHER = Maker("filatura")
AUTHORITY = Maker("vigilanza", ("authority",))
EVERYBODY = (MAKER, OTHER, AUTHORITY, Maker("osservatore", ("observer",)))


async def test_a_paper_gets_the_address_that_every_ipfs_client_gives_it(tmp_path):
    data = large_pdf(3 * CHUNK_BYTES + 11)
    theirs = CidHasher.for_ipfs_v1_raw_leaves()
    theirs.update(data)
    async with running(tmp_path, *EVERYBODY) as node:
        answer = await upload(node, MAKER, data, name="Scheda di sicurezza.pdf")
        assert answer.status_code == 201, answer.text
        given = answer.json()
        assert given["cid"] == theirs.finalize()
        assert given["sha256"] == hashlib.sha256(data).hexdigest()
        assert (given["size"], given["mediaType"], given["tier"]) == (len(data), PDF_TYPE, "authority")
        assert answer.headers["location"] == f"/documents/{given['cid']}"
        got = await node.client.get(f"/documents/{given['cid']}", headers=await sign_in(node, MAKER))
    assert got.content == data
    assert got.headers["content-type"] == PDF_TYPE
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-disposition"].startswith("attachment;")
    assert "Scheda%20di%20sicurezza.pdf" in got.headers["content-disposition"]


async def test_the_same_paper_again_is_the_same_answer(tmp_path):
    async with running(tmp_path, *EVERYBODY) as node:
        first = await upload(node, MAKER, PDF)
        again = await upload(node, MAKER, PDF)
        others = await upload(node, OTHER, PDF)
    assert (first.status_code, again.status_code, others.status_code) == (201, 200, 201)
    assert first.json() == again.json()


@pytest.mark.parametrize(
    ("tier", "readers"),
    [
        (None, {"tintoria", "vigilanza"}),
        ("authority", {"tintoria", "vigilanza"}),
        ("legitimate", {"tintoria", "vigilanza"}),
        ("public", {"tintoria", "vigilanza", "filatura", "osservatore", None}),
    ],
)
async def test_only_those_read_whom_the_owner_lets(tmp_path, tier, readers):
    async with running(tmp_path, *EVERYBODY) as node:
        cid = (await upload(node, MAKER, PDF, **({"tier": tier} if tier else {}))).json()["cid"]
        found = set()
        for maker in (*EVERYBODY, None):
            headers = await sign_in(node, maker) if maker else {}
            answer = await node.client.get(f"/documents/{cid}", headers=headers)
            if answer.status_code == 200:
                found.add(maker.name if maker else None)
            else:
                assert (answer.status_code, answer.json()["code"]) == (404, "DOCUMENT_UNKNOWN")
        unknown = await node.client.get(f"/documents/{cid_of_bytes(b'nobody brought this')}")
    assert found == readers
    assert unknown.json()["code"] == "DOCUMENT_UNKNOWN"


async def test_a_company_reads_what_a_record_that_concerns_it_encloses(tmp_path):
    async with running(tmp_path, *EVERYBODY) as node:
        cid = (await upload(node, MAKER, PDF, tier="legitimate")).json()["cid"]
        closed = (await upload(node, MAKER, PDF + b"%", tier="authority")).json()["cid"]
        headers = await sign_in(node, OTHER)
        before = await node.client.get(f"/documents/{cid}", headers=headers)
        await enclosed_for(node, MAKER, OTHER, cid, closed)
        after = await node.client.get(f"/documents/{cid}", headers=headers)
        still = await node.client.get(f"/documents/{closed}", headers=headers)
    assert [answer.status_code for answer in (before, after, still)] == [404, 200, 404]


async def test_enclosing_a_strangers_paper_opens_it_to_nobody(tmp_path):
    async with running(tmp_path, *EVERYBODY) as node:
        cid = (await upload(node, MAKER, PDF, tier="legitimate")).json()["cid"]
        await enclosed_for(node, OTHER, OTHER, cid)
        answer = await node.client.get(f"/documents/{cid}", headers=await sign_in(node, OTHER))
    assert answer.json()["code"] == "DOCUMENT_UNKNOWN"


async def test_a_suspended_owner_reads_no_more(tmp_path):
    async with running(tmp_path, *EVERYBODY) as node:
        cid = (await upload(node, MAKER, PDF)).json()["cid"]
        headers = await sign_in(node, MAKER)
        node.node.participants.snapshot = Snapshot.of(10, [replace(MAKER.participant, active=False)])
        answer = await node.client.get(f"/documents/{cid}", headers=headers)
    assert answer.json()["code"] == "PARTICIPANT_SUSPENDED"


async def test_one_owners_terms_do_not_open_anothers_paper_narrower_or_wider(tmp_path):
    async with running(tmp_path, *EVERYBODY) as node:
        cid = (await upload(node, MAKER, PDF)).json()["cid"]
        assert (await node.client.get(f"/documents/{cid}")).status_code == 404
        await upload(node, OTHER, PDF, tier="public")
        public = await node.client.get(f"/documents/{cid}")
        assert public.status_code == 200
        mine = await upload(node, MAKER, PDF)
    assert mine.json()["tier"] == "authority"


async def test_two_requests_with_one_paper_in_one_instant_are_one(tmp_path, monkeypatch):
    add, calls = repository.add, []

    def taken(connection, paper, blocks):
        calls.append(paper)
        if len(calls) == 1:
            raise IntegrityError("INSERT", {}, Exception("taken"))
        add(connection, paper, blocks)

    monkeypatch.setattr(repository, "add", taken)
    async with running(tmp_path, *EVERYBODY) as node:
        assert (await upload(node, MAKER, PDF)).status_code == 201
        assert (await upload(node, MAKER, PDF)).status_code == 200
    assert len(calls) == 2


async def test_terms_may_be_widened_and_never_narrowed(tmp_path):
    async with running(tmp_path, *EVERYBODY) as node:
        await upload(node, MAKER, PDF)
        wider = await upload(node, MAKER, PDF, tier="public")
        same = await upload(node, MAKER, PDF)
        narrower = await upload(node, MAKER, PDF, tier="legitimate")
    assert (wider.status_code, wider.json()["tier"]) == (200, "public")
    assert (same.status_code, same.json()["tier"]) == (200, "public")
    assert (narrower.status_code, narrower.json()["code"]) == (409, "DOCUMENT_OTHER_TERMS")


async def test_reads_above_the_public_tier_are_kept(tmp_path):
    async with running(tmp_path, *EVERYBODY) as node:
        cid = (await upload(node, MAKER, PDF)).json()["cid"]
        await node.client.get(f"/documents/{cid}", headers=await sign_in(node, AUTHORITY))
        with node.node.database.read() as connection:
            rows = connection.execute(text("SELECT participant, tier, target FROM access_reads")).all()
    assert [(bytes(row[0]), row[1], row[2]) for row in rows] == [(AUTHORITY.id, "authority", cid)]


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [("bytes=0-9", 0, 10), ("bytes=262140-262150", 262_140, 262_151), ("bytes=-7", -7, None),
     ("bytes=600000-", 600_000, None)],
)  # fmt: skip
async def test_a_part_is_given_alone(tmp_path, header, start, stop):
    data = large_pdf(2 * CHUNK_BYTES + 100_000)
    async with running(tmp_path, *EVERYBODY) as node:
        cid = (await upload(node, MAKER, data, tier="public")).json()["cid"]
        answer = await node.client.get(f"/documents/{cid}", headers={"range": header})
        beyond = await node.client.get(f"/documents/{cid}", headers={"range": f"bytes={len(data)}-"})
    assert answer.status_code == 206
    assert answer.content == data[start:stop]
    assert answer.headers["content-range"].endswith(f"/{len(data)}")
    assert (beyond.status_code, beyond.json()["code"]) == (416, "DOCUMENT_RANGE")


async def test_a_damaged_block_is_never_given_out(tmp_path):
    async with running(tmp_path, *EVERYBODY) as node:
        cid = (await upload(node, MAKER, PDF, tier="public")).json()["cid"]
        (path,) = (tmp_path / "content" / "blocks").rglob("b*")
        path.write_bytes(PDF[:-1] + b"!")
        altered = await node.client.get(f"/documents/{cid}")
        path.unlink()
        gone = await node.client.get(f"/documents/{cid}")
        assert (await upload(node, MAKER, PDF)).status_code == 200
        mended = await node.client.get(f"/documents/{cid}")
    assert altered.json()["code"] == "BLOCK_MISMATCH"
    assert (gone.status_code, gone.json()["code"]) == (500, "DOCUMENT_DAMAGED")
    assert mended.content == PDF


@pytest.mark.parametrize("field_first", [True, False])
async def test_a_form_with_one_file_is_the_same_as_the_bytes(tmp_path, field_first):
    fields = {"tier": (None, "public"), "cid": (None, cid_of_bytes(PDF))}
    file = {"file": ("prova.pdf", PDF, PDF_TYPE)}
    form = fields | file if field_first else file | fields
    async with running(tmp_path, *EVERYBODY) as node:
        answer = await node.client.post("/documents", files=form, headers=await sign_in(node, MAKER))
        assert answer.status_code == 201, answer.text
        assert (await upload(node, MAKER, PDF)).status_code == 200
    assert (answer.json()["name"], answer.json()["tier"]) == ("prova.pdf", "public")
