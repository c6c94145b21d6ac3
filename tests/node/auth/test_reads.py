"""Who looked at my data: told to the owner, to nobody else, an authority's later."""

from __future__ import annotations

import pytest

from protocol.cid import cid_of_bytes
from tests.node.documents.test_keys import CID, SEALED, TYPE, WRAPPED
from tests.support.makers import Maker, lot
from tests.support.nodes import running
from tests.support.papers import PDF, enclosed_for, sign_in, upload

pytestmark = pytest.mark.anyio
DAY_MS = 86_400_000


@pytest.fixture
def people():
    roles = {
        "anna": "supplier",
        "bruna": "brand",
        "eva": "supplier",
        "ente": "certifier",
        "dogana": "authority",
    }
    return {name: Maker(name, (role,)) for name, role in roles.items()}


async def told(node, maker, **query):
    answer = await node.client.get("/auth/reads", params=query, headers=await sign_in(node, maker))
    assert answer.status_code == 200, answer.text
    return answer.json()


def short(people, lines):
    names = {maker.id.hex(): name for name, maker in people.items()}
    return [(names[line["reader"]], line["tier"], line["act"], line["target"]) for line in lines]


async def test_an_owner_is_told_who_read_above_public_and_strangers_leave_no_line(tmp_path, people):
    anna, bruna = people["anna"], people["bruna"]
    async with running(tmp_path, *people.values()) as node:
        wool = anna.declare("wool", hidden=None)
        await node.stored(wool, anna.ship("wool", bruna, hidden=None))
        for name in ("eva", "bruna", "ente", "anna"):
            await node.client.get(f"/events/{wool.id}", headers=await sign_in(node, people[name]))
        await node.client.get(f"/lots/{lot('wool')}/custody", headers=await sign_in(node, bruna))
        await node.client.get(f"/events/{wool.id}")
        lines = await told(node, anna)
        digest = wool.digest.hex()
        assert short(people, lines) == [
            ("bruna", "legitimate", "read", digest),
            ("ente", "legitimate", "read", digest),
            ("bruna", "legitimate", "read", lot("wool")),
        ]
        assert lines[0]["at"].startswith("2026-03-03T")
        assert await told(node, anna, after=lines[0]["number"], limit=1) == lines[1:2]
        for name in ("bruna", "eva", "ente", "dogana"):
            assert await told(node, people[name]) == []


async def test_an_authoritys_read_is_told_when_its_days_are_over(tmp_path, people):
    anna = people["anna"]
    async with running(tmp_path, *people.values(), authority_days=30) as node:
        wool = anna.declare("wool", hidden=None)
        await node.stored(wool)
        await node.client.get(f"/events/{wool.id}", headers=await sign_in(node, people["dogana"]))
        assert await told(node, anna) == []
        node.clock.now += 30 * DAY_MS - 1
        assert await told(node, anna) == []
        node.clock.now += 1
        assert short(people, await told(node, anna)) == [("dogana", "authority", "read", wool.digest.hex())]


async def test_papers_and_wrapped_keys_leave_lines_too(tmp_path, people):
    anna, bruna = people["anna"], people["bruna"]
    paper = cid_of_bytes(PDF)
    async with running(tmp_path, *people.values()) as node:
        await upload(node, anna, PDF, tier="legitimate")
        await upload(node, anna, SEALED, TYPE, tier="public")
        await enclosed_for(node, anna, bruna, paper)
        own, others = await sign_in(node, anna), await sign_in(node, bruna)
        await node.client.put(f"/documents/{CID}/keys", content=WRAPPED, headers=own)
        for path in (f"/documents/{paper}", f"/documents/{CID}", f"/documents/{CID}/keys"):
            assert (await node.client.get(path, headers=others)).status_code == 200
        assert short(people, await told(node, anna)) == [
            ("anna", "legitimate", "grant", f"keys {CID}"),
            ("bruna", "legitimate", "read", paper),
            ("bruna", "legitimate", "read", f"keys {CID}"),
        ]


async def test_nobody_is_told_nothing(tmp_path):
    async with running(tmp_path) as node:
        answer = await node.client.get("/auth/reads")
    assert (answer.status_code, answer.json()["code"]) == (401, "AUTH_TOKEN")
