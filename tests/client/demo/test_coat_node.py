"""The sample through a node: every record taken, the evidence behind a coat comes back whole, and it verifies."""

from __future__ import annotations

import hypothesis  # noqa: F401 - imported late, a plugin of it would warn
import pytest

from protocol import balance, custody, handover, ledger
from protocol.bundle import parse_bundle
from protocol.kinds import check_record
from protocol.records import verify_record
from protocol.steps import read_step
from protocol.verdict import verdict
from tests.client.demo.judging import tell
from tests.client.demo.test_coat_capture import NOW_MS, snapshot
from tests.support.nodes import anchor, running

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("hidden", [False, True])
async def test_a_coat_of_each_workshop_verifies_from_what_the_node_gives_to_anybody(tmp_path, hidden: bool):
    told = tell(hidden=hidden)
    targets = [told.telling.born[0].item, told.telling.born[-1].item]
    async with running(tmp_path) as node:
        node.people.snapshot = node.node.participants.snapshot = snapshot()
        node.clock.now = NOW_MS
        answers = await node.post_many([signed.token for _, signed in told.signed])
        assert {answer["status"] for answer in answers} == {201}, answers[0]
        anchor(node)
        found = [
            await node.client.get("/lots/" + target.replace("/", "%2F") + "/custody") for target in targets
        ]
    for target, answer in zip(targets, found, strict=True):
        assert answer.status_code == 200, answer.text
        bundle = parse_bundle(answer.content)
        records = [verify_record(record.token) for record in bundle.records]
        for record in records:
            check_record(record)
        steps = [read_step(record) for record in records if record.kind == "FilieraEvent"]
        graph = custody.build_graph(steps)
        walked = custody.walk(graph, target)
        judged = verdict(
            [
                *ledger.check_sequences(records),
                *ledger.check_accounts(steps),
                *custody.check_closure(graph, walked, target),
                *custody.check_cycles(walked),
                *custody.check_possession(graph, walked),
                *handover.check_handovers(graph, walked),
                *balance.check_balance(walked.steps),
            ]
        )
        assert judged.exit_status == 0, judged.findings
        assert len(walked.steps) >= 48
