"""The embedded chain: one anvil process on this machine, its state in one file. For demonstration and tests.

It listens on loopback only, without CORS, and holds no account: whoever runs it funds accounts by `fund`.
What it loses on a power cut (about its last second) the worker anchors again from the outbox.

Only the process that was started here is ever ended, by its own number.
"""

from __future__ import annotations

import atexit
import os
import re
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from web3.types import RPCEndpoint

from anchoring.client import connect
from anchoring.compiler import project_root
from anchoring.devstate import StateFile
from anchoring.errors import chain_errors
from protocol.errors import ChainError

if TYPE_CHECKING:
    from web3 import Web3

HOST = "127.0.0.1"
CHAIN_ID = 31337
# Enough for millions of heads, far from what could overflow anything.
FUNDS = 10**21
_START_SECONDS = 20.0
_STOP_SECONDS = 10.0
# A file written less than this after a moment may show what was before it.
_DUMP_SECONDS = 0.1
_LISTENING = re.compile(r"Listening on 127\.0\.0\.1:(\d+)")


@dataclass(frozen=True, slots=True)
class DevChainSettings:
    """How to start it.

    `state` None: nothing on disk. `port` 0: any free one. `block_seconds` None: a block for each transaction.
    `allow_origin` is the one web page that may ask it: its calls can also change the chain, so by default none may.
    `hardfork` is the oldest rules that our contracts must run under; what works there works everywhere.
    """

    state: Path | None = None
    port: int = 0
    chain_id: int = CHAIN_ID
    block_seconds: int | None = None
    hardfork: str = "paris"
    slots_in_an_epoch: int | None = None
    allow_origin: str | None = None


class DevChain:
    """A running chain; `start` returns when it answers. A context manager that stops it at the end."""

    def __init__(self, settings: DevChainSettings | None = None) -> None:
        self.settings = settings or DevChainSettings()
        self.port = self.settings.port
        self._process: subprocess.Popen[bytes] | None = None
        self._state = StateFile(self.settings.state) if self.settings.state is not None else None

    @property
    def url(self) -> str:
        """The JSON-RPC address."""
        return f"http://{HOST}:{self.port}"

    @property
    def pid(self) -> int | None:
        """Number of our process, None if it does not run."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def web3(self) -> Web3:
        """A fresh connection."""
        return connect(self.url)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Self:
        """Start and wait until it answers; ChainError DEVCHAIN_FAILED with its last words if it does not."""
        if self.pid is not None:
            return self
        genesis_time = self._state.prepare() if self._state is not None else None
        command = [str(anvil_binary()), *self._arguments(genesis_time)]
        reader, writer = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own binary, no shell
                command, stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.STDOUT
            )
        except OSError as error:
            os.close(reader)
            raise ChainError("DEVCHAIN_FAILED", reason=str(error)) from error
        finally:
            os.close(writer)
        atexit.register(self.stop)
        self._await_ready(reader)
        if genesis_time is not None:
            self.rpc("evm_setTime", [int(time.time())])  # else its clock begins at the genesis block's time
        if self._state is not None:
            self._state.start_keeping()
        return self

    def stop(self) -> None:
        """Ask it to end, which also writes its state; kill it if it does not."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it without warning, as a power cut would."""
        self._end(signal.SIGKILL)

    def wait(self) -> int:
        """Wait until it ends by itself; its exit status."""
        return self._process.wait() if self._process is not None else 0

    def fund(self, address: str, wei: int = FUNDS) -> None:
        """Give an account its balance; only a development chain can."""
        self.rpc("anvil_setBalance", [address, hex(wei)])

    def rpc(self, method: str, params: list[Any] | None = None) -> Any:
        """Call a method of anvil's own; ChainError if it refuses."""
        with chain_errors():
            answer = self.web3.provider.make_request(RPCEndpoint(method), params or [])
        if answer.get("error"):
            raise ChainError("CHAIN_CALL_REFUSED", method, reason=str(answer["error"])[:200])
        return answer.get("result")

    def persist(self, seconds: float = _STOP_SECONDS) -> None:
        """Wait until the state file is newer than this call: what is on chain now survives a kill."""
        if self._state is None:
            return
        asked, until = time.time() + _DUMP_SECONDS, time.monotonic() + seconds
        while time.monotonic() < until:
            if self._state.keep() > asked:
                return
            time.sleep(0.05)
        raise ChainError("DEVCHAIN_FAILED", reason="state not written")

    def _arguments(self, genesis_time: int | None) -> list[str]:
        settings = self.settings
        arguments = ["--host", HOST, "--port", str(settings.port), "--chain-id", str(settings.chain_id)]
        arguments += ["--accounts", "0", "--hardfork", settings.hardfork]
        arguments += ["--allow-origin", settings.allow_origin] if settings.allow_origin else ["--no-cors"]
        arguments += ["--disable-default-create2-deployer"]
        if settings.state is not None:
            arguments += ["--state", str(settings.state), "--state-interval", "1"]
        if genesis_time is not None:
            arguments += ["--timestamp", str(genesis_time)]
        if settings.block_seconds is not None:
            arguments += ["--block-time", str(settings.block_seconds), "--mixed-mining"]
        if settings.slots_in_an_epoch is not None:
            arguments += ["--slots-in-an-epoch", str(settings.slots_in_an_epoch)]
        return arguments

    def _await_ready(self, reader: int) -> None:
        """Read the port from the first lines; then a thread drains the rest, so that the pipe never fills."""
        os.set_blocking(reader, False)
        until, text = time.monotonic() + _START_SECONDS, ""
        while (match := _LISTENING.search(text)) is None:
            if time.monotonic() > until or (self._process is not None and self._process.poll() is not None):
                os.close(reader)
                self.kill()
                raise ChainError("DEVCHAIN_FAILED", reason=text.strip()[-300:])
            with suppress(BlockingIOError):
                text += os.read(reader, 65_536).decode("utf-8", "replace")
            time.sleep(0.01)
        self.port = int(match[1])
        os.set_blocking(reader, True)
        _drain(reader)

    def _end(self, number: signal.Signals) -> None:
        atexit.unregister(self.stop)
        if self._state is not None:
            self._state.stop_keeping()
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def anvil_binary() -> Path:
    """The anvil program: FILIERA_ANVIL, or the one in `node_modules`; ChainError DEVCHAIN_ABSENT."""
    named = os.environ.get("FILIERA_ANVIL")
    if named:
        candidates = [Path(named)]
    else:
        modules = Path(os.environ.get("FILIERA_NODE_MODULES", project_root() / "node_modules"))
        candidates = sorted((modules / "@foundry-rs").glob("anvil-*/bin/anvil*"))
    for candidate in candidates:
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    raise ChainError("DEVCHAIN_ABSENT", named or "")


def _drain(reader: int) -> None:
    def read() -> None:
        with os.fdopen(reader, "rb") as stream:
            while stream.read1(65_536):
                pass

    threading.Thread(target=read, name="anvil-output", daemon=True).start()
