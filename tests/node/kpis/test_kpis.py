"""GET /kpis counts what is anchored, and GET /criteria says what is counted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.makers import Maker
from tests.support.members import adopts
from tests.support.nodes import anchor, running

pytestmark = pytest.mark.anyio
RAW = {"filiera:stage": "raw-material"}


async def kpis(node: Any, **asked: str) -> dict[str, Any]:
    answer = await node.client.get("/kpis", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_companies_count_once_they_are_anchored(tmp_path):
    anna, bice, carla = Maker("anna"), Maker("bice"), Maker("carla")
    async with running(tmp_path, anna, bice, carla) as node:
        await node.stored(anna.declare("wool"), anna.declare("more wool"), bice.declare("silk"))
        before = await kpis(node)
        assert (before["companies"]["involved"]["value"], before["head"]) == (0, None)
        anchor(node)
        found = await kpis(node)
        assert (found["companies"]["involved"]["value"], found["companies"]["admitted"]["value"]) == (2, 3)
        assert set(found["companies"]["involved"]["list"]) == {anna.urn, bice.urn}
        for digest in found["companies"]["involved"]["list"].values():
            assert (await node.client.get(f"/events/{digest}/proof")).status_code == 200
        assert found["head"]["size"] == 3
        later = await kpis(node, start="2030-01-01")
        assert later["companies"]["involved"]["value"] == 0


async def test_what_was_taken_back_does_not_count(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        wrong = anna.declare("wool")
        await node.stored(wrong, anna.correct(wrong))
        anchor(node)
        assert (await kpis(node))["companies"]["involved"]["list"] == {}


async def test_a_criterion_is_adopted_then_evidenced_then_proven(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    async with running(tmp_path, anna, bice) as node:
        chain = anchor(node)

        async def states() -> list[int]:
            anchor(node, chain)
            found = (await kpis(node, end="2026-12-31"))["criteria"]["short-chain"]
            return [found[state]["value"] for state in ("adopted", "evidenced", "proven")]

        await node.stored(anna.declare("wool", **RAW))
        assert await states() == [0, 0, 0]
        await node.stored(adopts(anna, "short-chain"))
        assert await states() == [1, 0, 0]
        shipment = anna.ship("wool", bice, "60")
        await node.stored(shipment)
        assert await states() == [1, 1, 0]
        await node.stored(bice.receive(shipment, "wool", "60"))
        assert await states() == [1, 1, 1]


async def test_a_workshop_that_others_sign_for_is_counted_apart(tmp_path):
    anna = Maker("anna")
    workshop = {"party": "urn:filiera:party:" + "w" * 26, "basis": {"kind": "order"}}
    async with running(tmp_path, anna) as node:
        declared = anna.declare("wool", **{"filiera:onBehalfOf": workshop}, hidden=None)
        await node.stored(declared)
        anchor(node)
        found = (await kpis(node))["companies"]
        assert found["represented"]["value"] == 1
        assert workshop["party"] not in str(found), "its name is for few"


async def test_a_province_of_few_is_not_told(tmp_path):
    async with running(tmp_path, Maker("anna")) as node:
        assert (await kpis(node, province="BO"))["areas"] == {}
        refused = await node.client.get("/kpis?province=Bologna")
    assert (refused.status_code, refused.json()["field"][-8:]) == (422, "province")


async def test_a_day_that_is_none_is_refused(tmp_path):
    async with running(tmp_path) as node:
        answer = await node.client.get("/kpis?start=yesterday")
    assert (answer.status_code, answer.json()["field"][-5:]) == (422, "start")


async def test_the_catalogue_is_served_by_version(tmp_path):
    async with running(tmp_path) as node:
        assert len((await node.client.get("/criteria")).json()["criteria"]) == 5
        refused = await node.client.get("/criteria?version=1999-1")
    assert (refused.status_code, refused.json()["code"]) == (404, "CATALOGUE_UNKNOWN")
