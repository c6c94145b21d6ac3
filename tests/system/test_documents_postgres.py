"""Papers on a real PostgreSQL: two who bring the same in one instant, keys, upkeep."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import hypothesis  # noqa: F401 - imported late, a plugin of it would warn
import pytest

from client.sealed import wrap
from node.documents.upkeep import Upkeep
from protocol.cid import parse_cid
from protocol.wrapped import Secret
from tests.support import postgres
from tests.support.makers import Maker
from tests.support.nodes import running
from tests.support.papers import PDF, PDF_TYPE, sign_in, upload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.system


@pytest.fixture
def database() -> Iterator[postgres.Server]:
    yield from postgres.server()


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_papers_and_their_keys_on_postgresql(tmp_path: Path, database: postgres.Server) -> None:
    anna, bice = Maker("anna"), Maker("bice")
    async with running(tmp_path, anna, bice, database_url=database.url) as node:
        first = await asyncio.gather(
            *(upload(node, maker, PDF, tier="public") for maker in (anna, anna, bice, bice))
        )
        assert sorted(answer.status_code for answer in first) == [200, 200, 201, 201]
        cid = first[0].json()["cid"]
        wrapped = wrap(Secret(b"k" * 32, parse_cid(cid), bytes(32), PDF_TYPE), [anna.key.public])
        who = await sign_in(node, anna)
        for _ in range(2):
            assert (
                await node.client.put(f"/documents/{cid}/keys", content=wrapped, headers=who)
            ).status_code == 204
        assert len((await node.client.get(f"/documents/{cid}/keys", headers=who)).json()["wrapped"]) == 1
        assert (await node.client.get(f"/ipfs/{cid}?format=raw")).content == PDF
        assert Upkeep(node.node.database, node.node.content).check().good == 1
        assert Upkeep(node.node.database, node.node.content).sweep(4e9) == 0
