"""Health, formats by digest, the command line."""

from __future__ import annotations

import hashlib
import json

import pytest
from click.testing import CliRunner

from node.cli import node as command
from protocol.schema import names
from tests.support.makers import Maker
from tests.support.nodes import LOG_KEY, running

anyio = pytest.mark.anyio


@anyio
async def test_health_ready_and_metrics(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        assert (await node.client.get("/health")).json() == {"status": "ok"}
        await node.stored(anna.declare("wool"))
        ready = await node.client.get("/ready")
        metrics = (await node.client.get("/metrics")).text
        assert ready.status_code == 200
        assert "filiera_records_unanchored 1\n" in metrics
        assert "filiera_participants 1\n" in metrics
        node.clock.now += 3_600_001
        overdue = await node.client.get("/ready")
    assert (overdue.status_code, overdue.json()["promises"]) == (503, "overdue")


@anyio
async def test_formats_are_served_by_their_digest_and_no_other(tmp_path):
    async with running(tmp_path) as node:
        schemas = (await node.client.get("/schemas")).json()
        contexts = (await node.client.get("/contexts")).json()
        assert set(schemas) == names()
        for address in [*schemas.values(), *contexts.values()]:
            answer = await node.client.get(address)
            assert answer.status_code == 200
            assert hashlib.sha256(answer.content).hexdigest() == address.rpartition("@")[2]
            assert "immutable" in answer.headers["cache-control"]
        other = await node.client.get(f"/schemas/party@{'0' * 64}")
        above = await node.client.get(f"/schemas/..%2Fvocabulary%2Facts@{'0' * 64}")
    assert (other.status_code, other.json()["code"]) == (404, "FORMAT_UNKNOWN")
    assert above.status_code in {404, 422}


@anyio
async def test_deployment_is_information(tmp_path):
    async with running(tmp_path) as node:
        shown = (await node.client.get("/deployment")).json()
    assert shown["log"]["origin"] in shown["log"]["vkey"]
    assert shown["chainId"] == 31337


def environment(tmp_path, **more):
    key = tmp_path / "log.jwk"
    key.write_text(json.dumps(LOG_KEY.jwk))
    key.chmod(0o600)
    return {"FILIERA_DATA_DIR": str(tmp_path), "FILIERA_LOG_KEY_FILE": str(key), **more}


def test_cli_migrate_then_status(tmp_path):
    run = CliRunner(env=environment(tmp_path))
    empty = run.invoke(command, ["status"])
    assert empty.exit_code == 2
    assert json.loads(empty.output)["version"] is None
    assert run.invoke(command, ["migrate"]).exit_code == 0
    status = run.invoke(command, ["status"])
    assert status.exit_code == 0, status.output
    assert json.loads(status.output)["waiting"] == 0


def test_cli_refusals_are_said_in_two_languages_without_a_traceback(tmp_path):
    run = CliRunner(env=environment(tmp_path, FILIERA_LOG_KEY_FILE=str(tmp_path / "none")))
    answer = run.invoke(command, ["serve"])
    assert answer.exit_code == 3
    assert "LOG_KEY_ABSENT" in answer.output
    assert "Traceback" not in answer.output


def test_cli_demo_on_an_open_address_is_refused(tmp_path):
    run = CliRunner(env=environment(tmp_path, FILIERA_DEMO="1", FILIERA_HOST="0.0.0.0"))
    answer = run.invoke(command, ["serve"])
    assert answer.exit_code == 3
    assert "loopback" in answer.output


def test_cli_old_database_is_refused(tmp_path, monkeypatch):
    run = CliRunner(env=environment(tmp_path, FILIERA_ORIGIN="log.example/x"))
    assert run.invoke(command, ["migrate"]).exit_code == 0
    monkeypatch.setattr("node.migrations.newest", lambda: "9999")
    answer = run.invoke(command, ["serve"])
    assert (answer.exit_code, "DATABASE_VERSION" in answer.output) == (3, True)
