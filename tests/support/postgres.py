"""A real PostgreSQL of its own for a test: made in a folder, on loopback only, ended with the test."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_USERS = ("postgres", "nobody")


def binaries() -> Path:
    """Folder of `initdb` and `postgres`; an error that says what to install if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    beside = shutil.which("initdb")
    if found:
        return found[-1].parent
    if beside is None:
        raise RuntimeError("PostgreSQL is missing: run scripts/ci/system_packages.sh, or install its server")
    return Path(beside).resolve().parent


class Server:
    """One cluster. PostgreSQL refuses to run as root, so under root it belongs to another user."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"postgresql+psycopg://filiera@127.0.0.1:{self.port}/postgres"
        self._owner = _unprivileged() if os.getuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Make the cluster."""
        if self._owner:
            os.chown(self.folder, self._owner.pw_uid, self._owner.pw_gid)
        arguments = [
            "-D",
            str(self.folder / "data"),
            "-U",
            "filiera",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
        ]
        subprocess.run(
            [binaries() / "initdb", *arguments], check=True, stdout=subprocess.DEVNULL, **self._as_owner()
        )

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = ["-D", self.folder / "data", "-p", str(self.port), "-h", "127.0.0.1", "-k", self.folder]
        self._process = subprocess.Popen(
            [binaries() / "postgres", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._as_owner(),
        )
        for _ in range(200):
            ready = [binaries() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
            if subprocess.run(ready, check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError("PostgreSQL did not start")

    def kill(self) -> None:
        """As a power cut, as far as one process can have it: immediate shutdown, recovery at the next start."""
        if self._process is not None:
            self._process.send_signal(3)
            self._process.wait(20)
            self._process = None

    def _as_owner(self) -> dict[str, Any]:
        if self._owner is None:
            return {}
        return {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "cwd": self.folder}


def server() -> Iterator[Server]:
    """A running cluster; for a fixture to yield from. Pytest's own folders are closed to other users."""
    found = Server(Path(tempfile.mkdtemp(prefix="filiera-pg-")))
    found.create()
    found.start()
    try:
        yield found
    finally:
        found.kill()
        shutil.rmtree(found.folder, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd:
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in _USERS if name in known)
