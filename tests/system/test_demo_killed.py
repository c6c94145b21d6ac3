"""The node of the demonstration is killed -9 again and again while the coat is told: nothing is lost, nothing doubled."""

from __future__ import annotations

import json
import random
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from client.demo.checking import await_witnessed, verify_offline
from client.demo.coat import story
from client.demo.coat.papers import bring
from client.demo.setup import WITNESSES, Setup
from client.demo.show import await_confirmed, custody_url
from client.demo.stage import Stage
from client.errors import ClientError
from client.node_client import NodeClient

pytestmark = pytest.mark.system
WAIT_SECONDS = 60.0


class Patient(NodeClient):
    """A client that sends again when the node is away, as a maker's program does with what lies in its journal."""

    def _send(self, method: str, path: str, **settings: Any) -> httpx.Response:
        until = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                return super()._send(method, path, **settings)
            except ClientError as error:
                if error.code != "NODE_UNREACHABLE" or time.monotonic() > until:
                    raise
                time.sleep(0.1)


class Quiet:
    """Says nothing."""

    def note(self, line: str) -> None:
        """Nothing."""

    def doing(self, line: str) -> None:
        """Nothing."""


class Reaper(threading.Thread):
    """Kills the node without warning, starts it again, a few times."""

    def __init__(self, setup: Setup, seed: int) -> None:
        super().__init__()
        self.kills = 0
        self.over = threading.Event()
        self._setup = setup
        self._random = random.Random(seed)

    def run(self) -> None:
        while not self.over.wait(self._random.uniform(0.05, 0.5)):
            self.strike()

    def strike(self) -> None:
        process = self._setup.processes._running["node"]
        process.kill()
        process.wait()
        self.kills += 1
        url = f"http://127.0.0.1:{self._setup.processes.settings['FILIERA_PORT']}"
        with NodeClient(url) as client:
            self._setup.processes.start("node", "node", "serve", ready=lambda _: client.is_ready())


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_acknowledged_is_lost_or_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    # A passport's act is answered once by the ledger: sent again after a lost answer it is refused, not lost.
    monkeypatch.setattr("client.demo.coat.performance.issue_passports", lambda *_: [])
    setup, coat = Setup(tmp_path / "home"), story()
    reaper = Reaper(setup, seed)
    clients: list[NodeClient] = []
    try:
        setup.start_chain()
        setup.deploy()
        setup.start_witnesses()
        started = setup.start_node()
        admitted = setup.admit(started, coat.companies, Quiet())
        node = Patient(started.url)
        clients += [started, node]
        stage = Stage(setup.home, node, setup.processes, admitted, setup.coordinator)

        def papers_first(stage_: Stage, sample: Any) -> int:
            # A paper streams; what a broken upload leaves is tested with the documents.
            count = bring(stage_, sample)
            reaper.start()
            return count

        monkeypatch.setattr("client.demo.coat.performance.bring", papers_first)
        target = coat.play(stage, Quiet())
        reaper.over.set()
        reaper.join()
        reaper.strike()  # between "received" and "anchored", as often as not
        assert reaper.kills >= 2
        await_confirmed(node, stage, Show())
        digests = [sent.digest for sent in stage.sent]
        assert len(set(digests)) == len(digests) == len(coat.telling.told)
        indices = [node.proof(digest)["index"] for digest in digests]
        assert len(set(indices)) == len(indices)
        for sent in stage.sent:
            assert node.submit(sent.token).receipt == sent.receipt
        # A node that was killed has forgotten what its witnesses signed last, and asks them.
        await_witnessed(setup, custody_url(node, target))
        report = setup.processes.attempt(
            "verify",
            custody_url(node, target),
            "--trust",
            str(setup.trust),
            "--chain",
            setup.chain_url,
            "--json",
        )
        assert (report.status, json.loads(report.output)["verdict"]) == (0, "verified")
        as_of = verify_offline(setup, custody_url(node, target), setup.home / "evidence.filiera")
        assert len(as_of["witnesses"]) == len(WITNESSES)
    finally:
        reaper.over.set()
        if reaper.is_alive():
            reaper.join()
        for client in clients:
            client.__exit__()
        setup.processes.stop()


class Show(Quiet):
    """What `await_confirmed` speaks to."""
