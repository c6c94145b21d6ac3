"""A node in memory for tests: SQLite in a folder, participants that the test chooses, a clock that stands still."""

from __future__ import annotations

import hashlib
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx

from anchoring.confirmation import ConfirmationRule
from anchoring.deployment import DeployedContract, DeployedLog, Deployment
from anchoring.worker import AnchoringWorker, WorkerSettings
from node import migrations
from node.app import create_app
from node.config import Settings
from node.log.head_store import SqlHeadStore
from node.participants.service import FixedParticipants
from protocol.hashing import log_id
from protocol.keys import private_key_from_secret
from tests.support.makers import NOW_MS, seeded, snapshot_of
from tests.support.memory_registry import MemoryRegistry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from fastapi import FastAPI

    from node.deps import Node
    from protocol.records import Record
    from tests.support.makers import Maker

ORIGIN = "log.example/filiera-test"
LOG_KEY = private_key_from_secret("EdDSA", seeded("log key"))


def settings_in(folder: Path, **changes: Any) -> Settings:
    """Settings for a node in a folder, with a log key and a deployment file, but no ledger behind it."""
    key_file = folder / "log.jwk"
    if not key_file.exists():
        key_file.touch(mode=0o600)
        key_file.write_text(json.dumps(LOG_KEY.jwk))
    deployment = folder / "deployment.json"
    deployment.write_text(json.dumps(DEPLOYMENT.to_json()))
    defaults = {"data_dir": folder, "deployment": deployment, "log_key_file": key_file}
    return Settings(**{**defaults, "anchoring": "off", "verifiers": 0, **changes})


def _contract(letter: str) -> DeployedContract:
    return DeployedContract("0x" + letter * 40, 1, "0x" + letter * 64, "0x" + letter * 64)


DEPLOYMENT = Deployment(
    chain_id=31337,
    genesis="0x" + "9" * 64,
    participants=_contract("a"),
    anchors=_contract("b"),
    passports=_contract("c"),
    log=DeployedLog(
        ORIGIN,
        hashlib.sha256(ORIGIN.encode()).hexdigest(),
        LOG_KEY.public.raw.hex(),
        "0" * 64,
        "0x" + "d" * 40,
    ),
)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self, now: int = NOW_MS) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class Running:
    """A started node and a client that speaks to it without a network."""

    def __init__(
        self, app: FastAPI, client: httpx.AsyncClient, people: FixedParticipants, clock: Clock
    ) -> None:
        self.app = app
        self.client = client
        self.people = people
        self.clock = clock

    @property
    def node(self) -> Node:
        return self.app.state.node  # type: ignore[no-any-return]

    async def post(self, token: str | Record, media_type: str = "", **headers: str) -> httpx.Response:
        text = token if isinstance(token, str) else token.token
        media_type = media_type or ("application/vc+sd-jwt" if "~" in text else "application/vc+jwt")
        return await self.client.post(
            "/events", content=text, headers={"content-type": media_type, **headers}
        )

    async def post_many(self, tokens: list[Any]) -> list[dict[str, Any]]:
        lines = "\n".join(json.dumps(getattr(token, "token", token)) for token in tokens)
        answer = await self.client.post(
            "/events", content=lines, headers={"content-type": "application/x-ndjson"}
        )
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]

    async def stored(self, *records: Record) -> None:
        for record in records:
            answer = await self.post(record)
            assert answer.status_code == 201, answer.text


@asynccontextmanager
async def running(folder: Path, *makers: Maker, **changes: Any) -> AsyncIterator[Running]:
    """A node that knows the makers."""
    settings, clock = settings_in(folder, **changes), Clock()
    people = FixedParticipants(snapshot_of(*makers))
    app = create_app(settings, participants=people, clock=clock)
    migrations.migrate(app.state.node.database.engine)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://node.test") as client,
    ):
        yield Running(app, client, people, clock)


def anchor(node: Running, chain: MemoryRegistry | None = None, steps: int = 4) -> MemoryRegistry:
    """Run the real worker over a chain in memory."""
    chain = chain or MemoryRegistry(log_id=log_id(ORIGIN))
    store = SqlHeadStore(node.node.database, node.node.log._repository)
    worker = AnchoringWorker(store, chain, WorkerSettings(ConfirmationRule(1), cadence=0.0), holder="test")
    for _ in range(steps):
        worker.step()
        chain.mine()
    worker.release()
    return chain
