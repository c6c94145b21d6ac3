"""GET /kpis counts what is anchored, and GET /criteria says what is counted."""

from __future__ import annotations

import pytest

from tests.support.makers import Maker
from tests.support.nodes import anchor, running

pytestmark = pytest.mark.anyio


async def test_companies_count_once_they_are_anchored(tmp_path):
    anna, bice, carla = Maker("anna"), Maker("bice"), Maker("carla")
    async with running(tmp_path, anna, bice, carla) as node:
        await node.stored(anna.declare("wool"), anna.declare("more wool"), bice.declare("silk"))
        before = (await node.client.get("/kpis")).json()
        assert before["companiesInvolved"]["value"] == 0
        anchor(node)
        found = (await node.client.get("/kpis")).json()
        assert (found["companiesInvolved"]["value"], found["companiesAdmitted"]) == (2, 3)
        for digest in found["companiesInvolved"]["records"].values():
            assert (await node.client.get(f"/events/{digest}/proof")).status_code == 200
        later = (await node.client.get("/kpis?start=2030-01-01")).json()
        assert later["companiesInvolved"]["value"] == 0


async def test_a_day_that_is_none_is_refused(tmp_path):
    async with running(tmp_path) as node:
        answer = await node.client.get("/kpis?start=yesterday")
    assert (answer.status_code, answer.json()["field"][-5:]) == (422, "start")


async def test_the_catalogue_is_served_by_version(tmp_path):
    async with running(tmp_path) as node:
        assert len((await node.client.get("/criteria")).json()["criteria"]) == 5
        refused = await node.client.get("/criteria?version=1999-1")
    assert (refused.status_code, refused.json()["code"]) == (404, "CATALOGUE_UNKNOWN")
