"""Witnesses for tests: as processes on a chain, and in memory over a chain that a test makes up."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from protocol.checkpoint import split_note
from protocol.checks.credentials import read_memberships, read_records
from protocol.checks.snapshot_view import questions_of
from protocol.cosignature import CHECKPOINT, SNAPSHOT, Statement, add_lines, cosign, format_cosigner
from protocol.hashing import sha256
from protocol.registry_state import RegistryLog, RegistryState, topics_of
from protocol.snapshot import Evidence, Snapshot, SnapshotTree, snapshot_origin
from tests.support.makers import Maker
from tests.support.simulator import LOG, LOG_KEY, ORIGIN, TRUST, Network
from verifier.witness.keyfile import load_key, make_key

if TYPE_CHECKING:
    from protocol.bundle import Bundle
    from protocol.bundle_model import BundleHead
    from protocol.keys import PrivateKey

ROOT = Path(__file__).resolve().parents[2]
_WITNESS = "from verifier.witness.cli import witness; witness()"


class WitnessProcess:
    """`filiera witness run` in a folder, on a chain's endpoint; stopped, killed, started again on the same port."""

    def __init__(self, folder: Path, name: str, trust: Path, chain_url: str) -> None:
        self.folder = folder
        self.name = name
        self.key_file = folder / f"{name.replace('/', '-')}.jwk"
        self.key = make_key(self.key_file, name)
        self.vkey = format_cosigner(name, self.key.public)
        self._trust, self._chain = trust, chain_url
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pinned(self) -> dict[str, str]:
        """The entry for a trust file."""
        return {"name": self.name, "key": load_key(self.key_file).public.raw.hex()}

    def start(self) -> None:
        """Start and wait until it answers."""
        arguments = ["run", "--key", str(self.key_file), "--trust", str(self._trust), "--chain", self._chain]
        with self._log().open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _WITNESS, *arguments, "--port", str(self.port)],
                cwd=ROOT,
                env={**os.environ},
                stdout=output,
                stderr=output,
            )
        until = time.monotonic() + 30
        while time.monotonic() < until:
            assert self._process.poll() is None, self.said()
            try:
                assert httpx.get(self.url).json()["name"] == self.name
            except httpx.HTTPError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(self.said())

    def kill(self) -> None:
        """As a power cut."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """As an operator does; the exit status."""
        assert self._process is not None
        self._process.terminate()
        status = self._process.wait(20)
        self._process = None
        return status

    def post(self, path: str, body: str) -> httpx.Response:
        return httpx.post(self.url + path, content=body.encode(), timeout=20)

    def said(self) -> str:
        return self._log().read_text("utf-8", "replace")

    def _log(self) -> Path:
        return self.folder / f"{self.key_file.stem}.log"


def trust_with(trust: dict[str, object], witnesses: list[WitnessProcess], quorum: int) -> str:
    """A trust file's text that pins witnesses."""
    pinned = [each.pinned for each in witnesses]
    return json.dumps({**trust, "witnesses": pinned, "witnessQuorum": quorum})


def log_of(
    contract: str, name: str, topics: list[bytes], words: list[bytes | int], block: int
) -> RegistryLog:
    """An event as an endpoint would give it; `topics` behind its own one, every word 32 bytes."""
    data = b"".join(word if isinstance(word, bytes) else word.to_bytes(32, "big") for word in words)
    own = bytes.fromhex(topics_of(contract)[name])
    transaction = "0x" + sha256(own + data + block.to_bytes(8, "big")).hex()
    return RegistryLog(contract, (own, *topics), data, block, transaction)


@dataclass
class ToldChain:
    """A chain that says what a test tells it: events by block, `latest`, and a name that stands for its fork."""

    events: list[RegistryLog] = field(default_factory=list)
    latest: int = 0
    fork: str = "main"

    def block_hash(self, number: int) -> str | None:
        return "0x" + sha256(f"{self.fork}/{number}".encode()).hex() if number <= self.latest else None

    def logs(self, first: int, last: int) -> list[RegistryLog]:
        return [event for event in self.events if first <= event.block <= last]

    def ensure_pinned(self) -> None:
        """It is always the chain that it says it is."""

    def state(self) -> RegistryState:
        state = RegistryState()
        for event in self.events:
            state.apply(event)
        return state


def spun_network() -> Network:
    """Anna declares and spins, Bice receives the yarn; in two heads."""
    network, anna, bice = Network(), Maker("anna"), Maker("bice")
    network.makers = [anna, bice]
    wool = anna.declare("wool", **{"filiera:stage": "raw-material"})
    network.anchor([wool, anna.spin("wool", "yarn", "120", "110")])
    shipment = anna.ship("yarn", bice, "110")
    network.anchor([shipment, bice.receive(shipment, "yarn", "110")])
    return network


def closed_key(network: Network, block: int) -> RegistryLog:
    """The event by which the first maker's key is closed, from block 9 on."""
    maker = network.makers[0]
    topics = [maker.id, maker.key.public.key_id]
    return log_of("participants", "KeyClosed", topics, [9, 0, 0, 0, 0], block)


def network_events(network: Network) -> list[RegistryLog]:
    """The events behind what the simulated chain answers (`Network.view`)."""
    view = network.view()
    found = [log_of("anchors", "LogOpened", [LOG, bytes(32), bytes(32)], [view.log_keys[LOG]], 1)]
    for (party, key_hash), key in view.keys.items():
        found.append(log_of("participants", "ParticipantAdmitted", [party], [1 | 2 | 16, bytes(32)], 1))
        words: list[bytes | int] = [1, 1, key.capabilities, 0, key.from_block, 0, 0]
        found.append(log_of("participants", "KeyAdded", [party, key_hash], words, 1))
    for (log, seq), head in sorted(view.heads.items()):
        topics = [log, seq.to_bytes(32, "big"), head.root]
        words = [head.size, bytes(32), head.head_hash, head.manifest, 0]
        anchored = log_of("anchors", "HeadAnchored", topics, words, head.block)
        found.append(replace(anchored, transaction=network.heads[seq - 1].transaction))
    return found


def snapshot_at(chain: ToldChain, block: int) -> tuple[Snapshot, SnapshotTree]:
    """The snapshot that an honest keeper of the simulated log makes at a block."""
    tree = SnapshotTree(chain.state().entries())
    block_hash = str(chain.block_hash(block))
    origin = snapshot_origin(ORIGIN)
    contracts = dict(TRUST.contracts)
    snapshot = Snapshot(
        origin, len(tree.entries), tree.root, TRUST.chain_id, TRUST.genesis, block, block_hash, contracts
    )
    return snapshot, tree


def witnessed(
    bundle: Bundle, chain: ToldChain, signers: dict[str, PrivateKey], time: int = 1_700_000_000
) -> Bundle:
    """A bundle with the snapshot of a chain, and its newest checkpoint, both cosigned by `signers`."""
    block = chain.latest
    snapshot, tree = snapshot_at(chain, block)
    note = snapshot.sign(LOG_KEY)
    heads = [_cosigned_head(head, signers, time) for head in bundle.heads]
    bundle = replace(bundle, heads=tuple(heads))
    records, _ = read_records(bundle.records)
    members, _ = read_memberships(bundle.memberships)
    proofs = tree.prove(questions_of(bundle, records, members))
    return replace(bundle, snapshot=Evidence(cosigned(note, signers, time, SNAPSHOT), proofs))


def cosigned(note: str, signers: dict[str, PrivateKey], time: int, statement: Statement) -> str:
    """A note with the lines of all signers."""
    body, _ = split_note(note)
    lines = [cosign(body, time, name, key, statement) for name, key in signers.items()]
    return add_lines(note, "".join(lines))


def _cosigned_head(head: BundleHead, signers: dict[str, PrivateKey], time: int) -> BundleHead:
    if not head.checkpoint:
        return head
    return replace(head, checkpoint=cosigned(head.checkpoint, signers, time, CHECKPOINT))
