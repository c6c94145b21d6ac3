"""The same node on PostgreSQL: two replicas, a killed leader, a killed database, and nothing lost or doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support import postgres
from tests.support.chain import deployed, session_chain  # noqa: F401 - fixtures
from tests.support.makers import Maker
from tests.support.node_process import NodeProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.chain import Deployed

pytestmark = [pytest.mark.system, pytest.mark.chain]


@pytest.fixture
def database() -> Iterator[postgres.Server]:
    yield from postgres.server()


@pytest.fixture
def nodes(tmp_path: Path, deployed: Deployed, database: postgres.Server) -> Iterator[list[NodeProcess]]:  # noqa: F811
    running = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        running.append(NodeProcess(folder, deployed, FILIERA_DATABASE_URL=database.url))
    running[0].start()
    running[1].start()
    yield running
    for node in running:
        node.kill()
        node.client.close()


def check_all(node: NodeProcess, records: list[object]) -> None:
    indices = [node.proof(record)["index"] for record in records]  # type: ignore[arg-type]
    assert sorted(indices) == list(range(len(records)))


def test_replicas_share_a_database_and_have_one_leader(nodes: list[NodeProcess]) -> None:
    one, two = nodes
    anna = Maker("anna")
    assert one.admit(anna).status_code == 200
    records = [anna.declare(f"lot {number}") for number in range(20)]
    for number, record in enumerate(records):
        assert nodes[number % 2].post(record).status_code == 201
        assert nodes[1 - number % 2].post(record).status_code == 200
    check_all(one, records)
    states = [node.client.get("/ready").json()["anchoring"] for node in nodes]
    assert sorted(states) == ["following", "leading"]
    leader, follower = (one, two) if states[0] == "leading" else (two, one)
    leader.kill()
    late = anna.declare("late")
    assert follower.post(late).status_code == 201
    follower.wait(lambda: follower.client.get("/ready").json()["anchoring"] == "leading", 40)
    check_all(follower, [*records, late])


def test_what_was_acknowledged_survives_the_database(
    nodes: list[NodeProcess], database: postgres.Server
) -> None:
    one, _ = nodes
    anna = Maker("anna")
    assert one.admit(anna).status_code == 200
    records = [anna.declare(f"lot {number}") for number in range(10)]
    for record in records:
        assert one.post(record).status_code == 201
    database.kill()
    refused = one.post(anna.declare("while it is away"))
    assert refused.status_code in {500, 503}
    assert refused.headers["content-type"].startswith("application/problem+json")
    database.start()

    def back() -> bool:
        try:
            return one.post(records[0]).status_code == 200
        except httpx.HTTPError:
            return False

    one.wait(back)
    for record in records:
        assert one.post(record).status_code == 200
    check_all(one, records)
