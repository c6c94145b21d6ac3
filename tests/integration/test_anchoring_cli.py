"""`filiera chain` and `filiera anchor` as an operator types them."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from anchoring.cli import anchor, chain
from anchoring.deployment import load_deployment
from anchoring.devchain import DevChain
from tests.support.chain import ORIGIN, Deployed, ed25519, p256
from tests.support.memory_head_store import MemoryHeadStore

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.chain

STORE = MemoryHeadStore(time.monotonic)


def open_store() -> MemoryHeadStore:
    """What FILIERA_HEAD_STORE names in these tests."""
    return STORE


def run(command: Any, *arguments: str | Path, **environment: str) -> Result:
    return CliRunner().invoke(
        command, [str(part) for part in arguments], env={"FILIERA_LANG": "en", **environment}
    )


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {name: tmp_path / f"{name}.json" for name in ("coordinator", "log", "deployment", "trust")}
    made["coordinator"].write_text(json.dumps(p256("coordinator").jwk))
    made["log"].write_text(json.dumps(ed25519("log").jwk))
    made["operator"] = tmp_path / "operator.key"
    return made


def deploy_arguments(files: dict[str, Path], url: str) -> list[str | Path]:
    return [
        "deploy", "--chain-url", url, "--operator-key", files["operator"], "--coordinator", files["coordinator"],
        "--log-origin", ORIGIN, "--log-key", files["log"], "--out", files["deployment"],
        "--trust-out", files["trust"], "--fund",
    ]  # fmt: skip


def test_operator_sets_up_a_chain_from_nothing(files: dict[str, Path]) -> None:
    with DevChain() as devchain:
        made = run(chain, "account", files["operator"])
        assert made.exit_code == 0, made.output
        result = run(chain, *deploy_arguments(files, devchain.url))
        assert result.exit_code == 0, result.output
        deployment = load_deployment(files["deployment"])
        assert json.loads(result.output) == deployment.to_json()
        assert json.loads(files["trust"].read_text()) == deployment.trust(
            0, [p256("coordinator").public.did], 1
        )
        assert deployment.log.operator == json.loads(made.output)["address"]

        again = run(chain, *deploy_arguments(files, devchain.url))
        assert again.exit_code == 3
        assert "FILE_EXISTS" in again.output

        status = run(chain, "status", "--chain-url", devchain.url, "--deployment", files["deployment"])
        assert json.loads(status.output)["participants"] == 1
        assert json.loads(status.output)["log"]["seq"] == 0


def test_anchor_status_compares_and_dry_run_changes_nothing(
    deployed: Deployed, files: dict[str, Path]
) -> None:
    files["operator"].write_text(deployed.account.key.hex())
    files["operator"].chmod(0o600)
    files["deployment"].write_text(json.dumps(deployed.deployment.to_json()))
    STORE.receive(b"\x42" * 32)
    environment = {
        "FILIERA_CHAIN_URL": deployed.chain.url,
        "FILIERA_DEPLOYMENT": str(files["deployment"]),
        "FILIERA_OPERATOR_KEY_FILE": str(files["operator"]),
        "FILIERA_HEAD_STORE": f"{__name__}:open_store",
    }
    for command in ("status", "run"):
        result = run(anchor, command, "--dry-run", **environment)
        assert result.exit_code == 0, result.output
        shown = json.loads(result.output)
        assert (shown["pending"], shown["chainSeq"], shown["next"]["seq"]) == (1, 0, 1)
        assert shown["transaction"] is None
    assert STORE.rows == []
    assert STORE._lease is None


@pytest.mark.parametrize(
    ("change", "exit_code", "code"),
    [
        ({"FILIERA_DEPLOYMENT": "absent.json"}, 3, "DEPLOYMENT_ABSENT"),
        ({"FILIERA_HEAD_STORE": "nowhere:store"}, 3, "HEAD_STORE_ABSENT"),
        ({"FILIERA_OPERATOR_KEY_FILE": "absent.key"}, 3, "ACCOUNT_FILE_UNREADABLE"),
        ({"FILIERA_CHAIN_URL": "http://127.0.0.1:9"}, 2, "CHAIN_UNREACHABLE"),
    ],
)
def test_anchor_status_says_what_is_wrong(
    deployed: Deployed, files: dict[str, Path], change: dict[str, str], exit_code: int, code: str
) -> None:
    files["operator"].write_text(deployed.account.key.hex())
    files["operator"].chmod(0o600)
    files["deployment"].write_text(json.dumps(deployed.deployment.to_json()))
    environment = {
        "FILIERA_CHAIN_URL": deployed.chain.url,
        "FILIERA_DEPLOYMENT": str(files["deployment"]),
        "FILIERA_OPERATOR_KEY_FILE": str(files["operator"]),
        "FILIERA_HEAD_STORE": f"{__name__}:open_store",
    }
    result = run(anchor, "status", **{**environment, **change})
    assert result.exit_code == exit_code, result.output
    assert code in result.output


def test_italian_is_the_first_language(tmp_path: Path) -> None:
    result = run(
        chain,
        "status",
        "--chain-url",
        "http://127.0.0.1:9",
        "--deployment",
        tmp_path / "x",
        FILIERA_LANG="it",
    )
    assert "Il file della distribuzione non c'è" in result.output
