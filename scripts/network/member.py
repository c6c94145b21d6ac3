"""One member of the network: its folder with keys and blocks, and its geth process.

The process outlives whoever started it. It is found again by the number in its folder, and only ended if that
process still runs on this very folder: a number may have been given to a stranger since.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

from eth_account import Account
from eth_keys.datatypes import PrivateKey

from scripts.network import geth, ipc

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
# Rounds of the key file's own derivation: its password lies beside it, so more would protect nothing.
_SCRYPT_ROUNDS = 4_096


@dataclass(frozen=True, slots=True)
class Identity:
    """What the others know of a member: the address that seals, where it is reached, its key among peers (hex).

    `prefix` starts its program, for example in a network namespace; empty means on this machine as it is.
    """

    name: str
    signer: str
    peer_key: str
    host: str
    rpc_port: int
    peer_port: int
    prefix: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The JSON-RPC address."""
        return f"http://{self.host}:{self.rpc_port}"

    @property
    def enode(self) -> str:
        """Where peers find it."""
        return f"enode://{self.peer_key}@{self.host}:{self.peer_port}"

    def to_json(self) -> dict[str, Any]:
        """For the network's file."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """As it was written."""
        return cls(**{**value, "prefix": tuple(value["prefix"])})


def make_keys(folder: Path) -> tuple[str, str]:
    """Make the sealing account and the key among peers in a member's folder; address and public key (hex)."""
    (folder / "keystore").mkdir(parents=True, mode=0o700)
    account, password = Account.create(), secrets.token_urlsafe(24)
    sealed = Account.encrypt(account.key, password, kdf="scrypt", iterations=_SCRYPT_ROUNDS)
    _write_secret(folder / "keystore" / f"signer-{account.address[2:].lower()}", json.dumps(sealed))
    _write_secret(folder / "password", password)
    peer = PrivateKey(secrets.token_bytes(32))
    _write_secret(folder / "nodekey", peer.to_hex()[2:])
    return str(account.address), peer.public_key.to_hex()[2:]


@dataclass
class Member:
    """A member in `folder`. `chain_id` and `peers` are those of its network."""

    folder: Path
    identity: Identity
    chain_id: int
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """How people call it."""
        return self.identity.name

    @property
    def socket(self) -> Path:
        """Its own door for administration."""
        return self.folder / "geth.ipc"

    @property
    def pid(self) -> int | None:
        """Number of its process, None if it does not run."""
        if self._process is not None:
            return self._process.pid if self._process.poll() is None else None
        try:
            pid = int((self.folder / "pid").read_text())
        except (OSError, ValueError):
            return None
        return pid if f"--datadir {self.folder} " in _command_of(pid) else None

    def ask(self, method: str, *parameters: Any) -> Any:
        """A question at its own door."""
        return ipc.call(self.socket, method, *parameters)

    def block(self, number: int | str = "latest") -> dict[str, Any] | None:
        """A block without its transactions, None if it has none of that number."""
        name = hex(number) if isinstance(number, int) else number
        found: dict[str, Any] | None = self.ask("eth_getBlockByNumber", name, False)  # noqa: FBT003 - JSON-RPC
        return found

    def height(self) -> int:
        """Number of its newest block."""
        return int(self.ask("eth_blockNumber"), 16)

    def initialise(self, genesis: Path) -> None:
        """Write block 0."""
        arguments = ("--datadir", str(self.folder), "--state.scheme", "hash", "init", str(genesis))
        subprocess.run([geth.build(), *arguments], check=True, capture_output=True)

    def know(self, peers: Iterable[Identity]) -> None:
        """Write down whom to call, for the next start."""
        others = [peer.enode for peer in peers if peer.name != self.name]
        (self.folder / "peers.toml").write_text(f"[Node.P2P]\nStaticNodes = {json.dumps(others)}\n")

    def start(self) -> None:
        """Start and return; `await_ready` waits for it."""
        if self.pid is not None:
            return
        self.socket.unlink(missing_ok=True)
        with (self.folder / "geth.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        (self.folder / "pid").write_text(str(self._process.pid))

    def await_ready(self) -> None:
        """Wait until it answers; RuntimeError with its last words if it does not."""
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.ask("eth_chainId")
            except ipc.MemberAwayError:
                if self.pid is None or time.monotonic() > until:
                    words = (self.folder / "geth.log").read_text("utf-8", "replace")[-1_500:]
                    raise RuntimeError(f"{self.name} does not start:\n{words}") from None
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """As its operator does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        pid = self.pid
        if pid is not None:
            os.kill(pid, how)
            until = time.monotonic() + _STOP_SECONDS
            while self.pid == pid:
                if time.monotonic() > until:
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.02)
        self._process = None

    def _command(self) -> list[str]:
        me = self.identity
        # Nothing is forgotten and every block's state is written: a lazier client loses heads in a power cut.
        keeping = ("--syncmode", "full", "--gcmode", "archive", "--state.scheme", "hash", "--cache", "64")
        # Peers are those in the file and nobody else is looked for.
        peering = (
            "--config", str(self.folder / "peers.toml"), "--nodekey", str(self.folder / "nodekey"),
            "--port", str(me.peer_port), "--nat", f"extip:{me.host}", "--nodiscover", "--maxpeers", "16",
            "--netrestrict", "127.0.0.0/8" if me.host == "127.0.0.1" else f"{me.host}/24",
        )  # fmt: skip
        # Over HTTP only what reads and what hands over signed transactions.
        serving = (
            "--http", "--http.addr", me.host, "--http.port", str(me.rpc_port), "--http.api", "eth,net,web3",
            "--rpc.txfeecap", "0",
            "--ipcpath", str(self.socket), "--authrpc.addr", "127.0.0.1", "--authrpc.port", "0",
        )  # fmt: skip
        sealing = (
            "--mine", "--miner.etherbase", me.signer, "--miner.gaslimit", "30000000",
            "--unlock", me.signer, "--password", str(self.folder / "password"), "--allow-insecure-unlock",
        )  # fmt: skip
        common = ("--datadir", str(self.folder), "--networkid", str(self.chain_id))
        return [*me.prefix, str(geth.build()), *common, *keeping, *peering, *serving, *sealing]


def _command_of(pid: int) -> str:
    """The command line of a process, empty if it does not run."""
    question = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    told = subprocess.run(question, capture_output=True, text=True, check=False)
    return told.stdout.strip()


def _write_secret(path: Path, content: str) -> None:
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(content)
