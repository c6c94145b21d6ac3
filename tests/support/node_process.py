"""A node as a process of its own, on a real chain: started, killed without warning, started again."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from anchoring.acts import possession, sign_act
from node.participants.snapshot import ROLES

if TYPE_CHECKING:
    from protocol.records import Record
    from tests.support.chain import Deployed
    from tests.support.makers import Maker

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 4_000_000_000
_SERVE = "from node.cli import node; node(['serve'])"


class NodeProcess:
    """`filiera node serve` in a folder, on `deployed`'s chain."""

    def __init__(self, folder: Path, deployed: Deployed, **environment: str) -> None:
        self.folder = folder
        self.deployed = deployed
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.url, timeout=20)
        self._environment = {
            **os.environ,
            "FILIERA_DATA_DIR": str(folder),
            "FILIERA_CHAIN_URL": deployed.chain.url,
            "FILIERA_DEPLOYMENT": str(
                self._write("deployment.json", json.dumps(deployed.deployment.to_json()))
            ),
            "FILIERA_LOG_KEY_FILE": str(self._write("log.jwk", json.dumps(deployed.log_key.jwk))),
            "FILIERA_OPERATOR_KEY_FILE": str(self._write("operator.key", deployed.account.key.hex())),
            "FILIERA_PORT": str(self.port),
            "FILIERA_HEAD_SECONDS": "0.2",
            "FILIERA_CONFIRMATION": "depth:0",
            "FILIERA_VERIFIERS": "0",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def set(self, name: str, value: str) -> None:
        """Change a setting; it counts from the next start."""
        self._environment[name] = value

    def start(self) -> None:
        """Start and wait until it answers."""
        with (self.folder / "node.log").open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _SERVE], cwd=ROOT, env=self._environment, stdout=output, stderr=output
            )
        self.wait(lambda: self.client.get("/health").status_code == 200)

    def kill(self) -> None:
        """As a power cut: no time for anything."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """As an operator does."""
        if self._process is not None:
            self._process.terminate()
            assert self._process.wait(20) in {0, -15}, self.said()
            self._process = None

    def said(self) -> str:
        return (self.folder / "node.log").read_text("utf-8", "replace")

    def wait(self, condition: Any, seconds: float = 30.0) -> Any:
        """Wait until something is true; what the process said is the message if it never is."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if found := condition():
                    return found
            except httpx.HTTPError:
                assert self._process is None or self._process.poll() is None, self.said()
            time.sleep(0.05)
        raise AssertionError(self.said())

    def admit(self, maker: Maker) -> httpx.Response:
        """Admit a maker by an act that the coordinator signs and the node relays."""
        target = self.deployed.relayer().target("participants")
        r, s = possession(target, maker.id, maker.key)
        public = maker.key.public
        key = {
            "alg": 1,
            "use": 1,
            "capabilities": 7,
            "publicKey": public.uncompressed.hex(),
            "r": r.hex(),
            "s": s.hex(),
        }
        roles = sum(ROLES[role] for role in maker.roles)
        args = {"id": maker.id.hex(), "roles": roles, "profileDigest": "00" * 32, "keys": [key]}
        return self.coordinate("admit", args)

    def coordinate(self, act: str, args: dict[str, Any]) -> httpx.Response:
        """An act on the participants, signed by the coordinator and relayed by the node."""
        target = self.deployed.relayer().target("participants")
        nonce = self.client.get("/participants/nonce").json()["nonce"]
        signed = sign_act(target, "participants", act, args, nonce, DEADLINE, [self.deployed.coordinator])
        signatures = [
            {"keyHash": entry.key_hash.hex(), "r": entry.r.hex(), "s": entry.s.hex()} for entry in signed
        ]
        body = {
            "contract": "participants",
            "act": act,
            "args": args,
            "nonce": nonce,
            "deadline": DEADLINE,
        }
        return self.client.post("/participants/acts", json=body | {"signatures": signatures})

    def post(self, record: Record) -> httpx.Response:
        media_type = "application/vc+sd-jwt" if "~" in record.token else "application/vc+jwt"
        return self.client.post("/events", content=record.token, headers={"content-type": media_type})

    def proof(self, record: Record) -> dict[str, Any]:
        """Wait until the record is anchored; its proof."""
        answer = self.wait(lambda: _found(self.client.get(f"/events/{record.digest.hex()}/proof")))
        return answer.json()  # type: ignore[no-any-return]

    def _write(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(content)
        return path


def _found(answer: httpx.Response) -> httpx.Response | None:
    return answer if answer.status_code == 200 else None
