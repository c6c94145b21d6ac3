"""Chain, contracts, witnesses and node of the demonstration, each started by the command that an operator would type.

Keys are made here, on this machine, for this run: the coordinator's, the log's, the witnesses', and the chain account
that pays.
"""

from __future__ import annotations

import json
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from client import files
from client.chain_acts import Registry
from client.demo.admission import Admitted, admit, make_company, open_maker
from client.demo.processes import START_SECONDS, Processes
from client.errors import ClientError
from client.keystore import new_key, save_key
from client.node_client import NodeClient
from client.profile import new_participant_id
from protocol.strict_json import parse_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from client.demo.stage import Company, Report
    from client.signing import Maker

HOST = "127.0.0.1"
DEFAULT_PORT = 8420
ORIGIN = "demo.filiera.example/log"
SECOND_ORIGIN = "prato.filiera.example/log"
# Heads every half second and a block every second: fast to watch, and the rule of confirmation is a real one.
_PACE = {
    "FILIERA_HEAD_SECONDS": "0.5",
    "FILIERA_CONFIRMATION": "depth:1",
    "FILIERA_PARTICIPANTS_SECONDS": "0.5",
    "FILIERA_WITNESS_SECONDS": "1",
    "FILIERA_PEER_SECONDS": "0.2",
}
# Two witnesses of two members, as names; both have to agree.
WITNESSES = ("association.filiera.example/witness", "laboratory.filiera.example/witness")
_BLOCK_SECONDS = "1"


@dataclass
class Setup:
    """The demonstration's folder and programs; its parts are set up in the order of the methods."""

    home: Path
    port: int | None = None
    two_nodes: bool = False
    processes: Processes = field(init=False)
    coordinator: Maker = field(init=False)
    deployment: dict[str, Any] = field(init=False, default_factory=dict)
    _second_port: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.processes = Processes(self.home / "output", {"FILIERA_DATA_DIR": str(self.home / "node")})

    @property
    def keys(self) -> Path:
        """The folder of all keys."""
        return self.home / "keys"

    @property
    def trust(self) -> Path:
        """The trust file: what a verifier pins."""
        return self.home / "trust.json"

    @property
    def chain_url(self) -> str:
        """The chain's JSON-RPC address."""
        return self.processes.settings["FILIERA_CHAIN_URL"]

    def start_chain(self) -> str:
        """Make keys and start the chain; returns its address. What does not need the chain is done meanwhile."""
        self.home.mkdir(parents=True, exist_ok=True)
        state = self.home / "chain" / "state.json"
        self.port = self.port or _free_port(DEFAULT_PORT)
        # The page of a passport may ask the chain too, if its visitor wants it.
        pages = ("--allow-origin", f"http://{HOST}:{self.port}")
        arguments = ("--state", str(state), "--port", "0", "--block-seconds", _BLOCK_SECONDS)
        self.processes.launch("chain", "chain", "up", *arguments, *pages)
        self._make_keys()
        self.processes.await_ready("chain", lambda said: "url" in _json(said))
        url = str(_json(self.processes.said("chain"))["url"])
        self.processes.settings["FILIERA_CHAIN_URL"] = url
        return url

    def deploy(self) -> dict[str, Any]:
        """Put the contracts on the chain, admit the coordinator, open the log; returns the deployment."""
        self.processes.run(
            "chain", "deploy", "--fund", "--coordinator", str(self.keys / "coordinator.jwk"),
            "--participant", self.coordinator.participant, "--log-origin", ORIGIN,
            "--out", str(self.home / "deployment.json"), "--trust-out", str(self.trust),
        )  # fmt: skip
        found = parse_json(files.read(self.home / "deployment.json"))
        if not isinstance(found, dict):
            raise ClientError("DEPLOYMENT_INCOMPLETE", "deployment.json")
        self.deployment = found
        if self.two_nodes:
            self._open_second_log()
        self._pin_witnesses()
        return found

    def start_witnesses(self) -> None:
        """Start the witnesses, each with its own key and its own eyes on the chain; the node is told where they are."""
        for key in self._witness_keys:
            arguments = ("--key", str(key), "--trust", str(self.trust), "--port", "0")
            self.processes.launch(key.stem, "witness", "run", *arguments)
        for key in self._witness_keys:
            self.processes.await_ready(key.stem, lambda said: "url" in _json(said))
        urls = [str(_json(self.processes.said(key.stem))["url"]) for key in self._witness_keys]
        self.processes.settings["FILIERA_WITNESSES"] = " ".join(urls)

    def start_node(self) -> NodeClient:
        """Start the node in demo mode, which listens on this machine only; returns its client when it is ready."""
        node = NodeClient(f"http://{HOST}:{self.port}")
        self.processes.settings |= {
            "FILIERA_DEMO": "1", "FILIERA_HOST": HOST, "FILIERA_PORT": str(self.port), **_PACE,
            "FILIERA_DEPLOYMENT": str(self.home / "deployment.json"),
            # What the passports' pages check against, and whom a visitor may ask beside the node.
            "FILIERA_TRUST": str(self.trust), "FILIERA_PUBLIC_CHAINS": self.chain_url,
        }  # fmt: skip
        if self.two_nodes:
            self._second_port = _free_port(DEFAULT_PORT + 1)
            self.processes.settings["FILIERA_PEERS"] = f"http://{HOST}:{self._second_port}"
        self.processes.start("node", "node", "serve", ready=lambda _: node.is_ready())
        return node

    def start_second_node(self) -> NodeClient:
        """Start another operator's node: its own log, database and account, on the same chain."""
        node = NodeClient(f"http://{HOST}:{self._second_port}")
        settings = {
            "FILIERA_DATA_DIR": str(self.home / "second"), "FILIERA_PORT": str(self._second_port),
            "FILIERA_DEPLOYMENT": str(self.home / "deployment-second.json"),
            "FILIERA_LOG_KEY_FILE": str(self.keys / "second-log.jwk"),
            "FILIERA_OPERATOR_KEY_FILE": str(self.keys / "second-operator.key"),
            "FILIERA_PEERS": f"http://{HOST}:{self.port}",
        }  # fmt: skip
        self.processes.start("second", "node", "serve", ready=lambda _: node.is_ready(), settings=settings)
        return node

    def admit(self, node: NodeClient, companies: Sequence[Company], report: Report) -> dict[str, Admitted]:
        """Admit the companies one after the other, in the order of the coordinator's acts."""
        registry = Registry.of(self.deployment)
        nonce = node.nonce("participants")
        admitted = {}
        for number, company in enumerate(companies):
            report.doing(company.name)
            made, request = make_company(self.keys, company, registry)
            admit(node, self.coordinator, request, company.roles, nonce + number)
            admitted[company.id] = made
        await_admitted(node, [made.maker.participant for made in admitted.values()])
        return admitted

    @property
    def _witness_keys(self) -> list[Path]:
        return [self.keys / f"witness-{number}.jwk" for number in range(1, len(WITNESSES) + 1)]

    def _open_second_log(self) -> None:
        save_key(self.keys / "second-log.jwk", new_key("EdDSA"))
        account = _json(self.processes.run("chain", "account", str(self.keys / "second-operator.key")))
        self.processes.run(
            "chain", "open-log", "--fund", "--coordinator", str(self.keys / "coordinator.jwk"),
            "--deployment", str(self.home / "deployment.json"), "--participant", self.coordinator.participant,
            "--log-origin", SECOND_ORIGIN, "--log-key", str(self.keys / "second-log.jwk"),
            "--log-operator", str(account["address"]), "--out", str(self.home / "deployment-second.json"),
            "--trust", str(self.trust),
        )  # fmt: skip

    def _pin_witnesses(self) -> None:
        """Add the witnesses to the trust file, as a coordinator does by hand: all of them have to agree."""
        shown = self.processes.run_all([("witness", "show", "--key", str(key)) for key in self._witness_keys])
        trust = json.loads(files.read(self.trust))
        trust |= {"witnesses": [_json(each) for each in shown], "witnessQuorum": len(WITNESSES)}
        self.trust.write_text(json.dumps(trust, indent=2) + "\n", "utf-8")

    def _make_keys(self) -> None:
        coordinator = new_key()
        path = self.keys / "coordinator.jwk"
        save_key(path, coordinator)
        save_key(self.keys / "log.jwk", new_key("EdDSA"))
        self.coordinator = open_maker(path, coordinator, new_participant_id())
        account = self.keys / "operator.key"
        named = zip(self._witness_keys, WITNESSES, strict=True)
        self.processes.run_all(
            [
                ("chain", "account", str(account)),
                ("node", "migrate"),
                *(("witness", "key", str(path), "--name", name) for path, name in named),
            ]
        )
        self.processes.settings |= {
            "FILIERA_OPERATOR_KEY_FILE": str(account),
            "FILIERA_LOG_KEY_FILE": str(self.keys / "log.jwk"),
        }


def await_admitted(node: NodeClient, participants: Sequence[str]) -> None:
    """Wait until a node, which reads the chain every half second, knows all of them."""
    until = time.monotonic() + START_SECONDS
    while set(participants) - {str(entry.get("id")) for entry in node.participants()}:
        if time.monotonic() > until:
            raise ClientError("DEMO_TOO_SLOW", "participants", seconds=int(START_SECONDS), reason="–")
        time.sleep(0.1)


def _json(text: str) -> dict[str, Any]:
    with suppress(json.JSONDecodeError):
        value = json.loads(text)
        return value if isinstance(value, dict) else {}
    return {}


def _free_port(wanted: int) -> int:
    """Return `wanted` if nobody listens there, any free port otherwise."""
    for port in (wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise ClientError("DEMO_NO_PORT", "--port")


def ensure_free(port: int) -> None:
    """Raise `DEMO_PORT_TAKEN` if somebody listens on a port that the user asked for."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ClientError(
                "DEMO_PORT_TAKEN", "--port", port=port, reason=error.strerror or error
            ) from error
