"""The embedded chain as a process: loopback only, state on disk, ended by its own number."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from anchoring.devchain import DevChain, DevChainSettings, anvil_binary
from protocol.errors import ChainError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.chain


def test_state_survives_a_kill_once_persisted(tmp_path: Path) -> None:
    settings = DevChainSettings(state=tmp_path / "state.json")
    address = "0x" + "12" * 20
    with DevChain(settings) as chain:
        genesis = chain.web3.eth.get_block(0)["hash"]
        chain.fund(address, 5)
        chain.rpc("evm_mine")
        chain.persist()
        chain.kill()
        assert chain.pid is None
        chain.start()
        assert chain.web3.eth.get_balance(address) == 5  # type: ignore[arg-type]
        assert chain.web3.eth.get_block(0)["hash"] == genesis


def test_chain_listens_on_loopback_and_holds_no_account() -> None:
    with DevChain() as chain:
        assert chain.url.startswith("http://127.0.0.1:")
        assert list(chain.web3.eth.accounts) == []
        with socket.socket() as other:
            other.settimeout(0.5)
            assert other.connect_ex((own_address(), chain.port)) != 0 or own_address().startswith("127.")


def test_stop_ends_only_its_own_process() -> None:
    with DevChain() as first, DevChain() as second:
        first.stop()
        assert first.pid is None
        assert second.pid is not None
        assert second.web3.eth.block_number == 0


def test_port_in_use_is_said() -> None:
    with DevChain() as chain, pytest.raises(ChainError, match="DEVCHAIN_FAILED"):
        DevChain(DevChainSettings(port=chain.port)).start()


def test_method_that_is_none_is_refused() -> None:
    with DevChain() as chain, pytest.raises(ChainError):
        chain.rpc("anvil_nothing")


def test_binary_absent_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FILIERA_ANVIL", str(tmp_path / "anvil"))
    with pytest.raises(ChainError, match="DEVCHAIN_ABSENT"):
        anvil_binary()


def test_command_up_runs_until_interrupted(tmp_path: Path) -> None:
    script = "from anchoring.cli import chain; chain()"
    command = [sys.executable, "-c", script, "up", "--port", "0", "--state", str(tmp_path / "state.json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        text = ""
        while line := process.stdout.readline():
            text += line
            if line.rstrip() == "}":
                break
        shown = json.loads(text)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    assert shown["url"].startswith("http://127.0.0.1:")
    assert (tmp_path / "state.json").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(shown["pid"], 0)


def own_address() -> str:
    """An address of this machine other than loopback, if it has one."""
    try:
        return socket.gethostbyname(socket.gethostname())
    except OSError:
        return "127.0.0.1"
