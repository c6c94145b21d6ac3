"""Voided serials on a real PostgreSQL: the step from the version before, and two offices that void in one instant."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import hypothesis  # noqa: F401 - imported late, a plugin of it would warn
import pytest

from node.db import Database
from tests.node.passports.test_serials import asking, drawn, reserve
from tests.node.passports.test_voided import listed, void
from tests.support import postgres
from tests.support.makers import Maker
from tests.support.nodes import running
from tests.support.serials import assert_reserved_survive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.system


@pytest.fixture
def database() -> Iterator[postgres.Server]:
    yield from postgres.server()


def test_reserved_serials_survive_the_new_version(database: postgres.Server) -> None:
    opened = Database(database.url)
    assert_reserved_survive(opened)
    opened.close()


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_two_offices_void_the_same_serials(tmp_path: Path, database: postgres.Server) -> None:
    brand = Maker("brand", ("brand", "supplier"))
    async with running(tmp_path, brand, database_url=database.url) as node:
        asking(node, brand)
        mine = drawn(40)
        assert (await reserve(node, mine)).status_code == 201
        answers = await asyncio.gather(*(void(node, some) for some in (mine[:30], mine[10:][::-1])))
        assert [answer.status_code for answer in answers] == [200, 200]
        found = await listed(node)
        assert (found["identifiers"], found["voided"]) == ([], sorted(mine))
        again = await reserve(node, mine[:1])
        assert (again.status_code, again.json()["code"]) == (409, "LABEL_VOID_FINAL")
