"""Our contracts on a network, put there as its coordinator would: with `filiera chain deploy`.

keys/coordinator.jwk, log.jwk, operator.key    deployment.json    trust.json
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from anchoring.accounts import create_account, load_account
from client.keystore import new_key, save_key
from scripts.network.network import NetworkError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ORIGIN = "log.example/filiera-network"
_FILIERA = (sys.executable, "-m", "client.cli")


def make_keys(folder: Path) -> str:
    """Make the coordinator's, the log's and the operator's keys unless they are there; the operator's address."""
    keys = folder / "keys"
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, algorithm in (("coordinator", "ES256"), ("log", "EdDSA")):
        if not (keys / f"{name}.jwk").exists():
            save_key(keys / f"{name}.jwk", new_key(algorithm))  # type: ignore[arg-type]
    path = keys / "operator.key"
    account = load_account(path) if path.exists() else create_account(path)
    return str(account.address)


def deploy(folder: Path, urls: Sequence[str], depth: int) -> None:
    """Deploy unless it was done; who verifies shall want `depth` blocks on top of a head."""
    if (folder / "deployment.json").exists():
        return
    keys = folder / "keys"
    _filiera(
        "chain", "deploy", "--chain-url", ",".join(urls), "--operator-key", str(keys / "operator.key"),
        "--coordinator", str(keys / "coordinator.jwk"), "--log-key", str(keys / "log.jwk"),
        "--log-origin", ORIGIN, "--confirmations", str(depth),
        "--out", str(folder / "deployment.json"), "--trust-out", str(folder / "trust.json"),
    )  # fmt: skip


def settings(folder: Path, urls: Sequence[str], depth: int) -> dict[str, str]:
    """What a node on this network is told."""
    return {
        "FILIERA_CHAIN_URL": ",".join(urls),
        "FILIERA_CONFIRMATION": f"depth:{depth}",
        "FILIERA_DEPLOYMENT": str(folder / "deployment.json"),
        "FILIERA_OPERATOR_KEY_FILE": str(folder / "keys" / "operator.key"),
        "FILIERA_LOG_KEY_FILE": str(folder / "keys" / "log.jwk"),
        "FILIERA_TRUST": str(folder / "trust.json"),
    }


def _filiera(*arguments: str) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FILIERA_")}
    kept = {name: value for name, value in os.environ.items() if name == "FILIERA_LANG"}
    command = [*_FILIERA, *arguments]
    done = subprocess.run(command, env=inherited | kept, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NetworkError(f"filiera {' '.join(arguments[:2])}: {done.stderr.strip()}")
