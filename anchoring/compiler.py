"""Compile the contracts with the npm compiler through py-solc-x; nothing is downloaded.

Deployment takes its code from `protocol/abi`; compiling here is the check that this code is what the sources
say. All sources are given inline, because the wrapped compiler has no way to fetch imports.
"""

from __future__ import annotations

import os
import posixpath
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import solcx
from solcx.exceptions import SolcError

from anchoring.artifacts import CONTRACT_NAMES
from protocol.errors import ChainError

if TYPE_CHECKING:
    from collections.abc import Iterator

# The same as in hardhat.config.js and scripts/export_abi.py; a test compares the code of all three.
SETTINGS: dict[str, Any] = {
    "evmVersion": "paris",
    "optimizer": {"enabled": True, "runs": 200},
    "metadata": {"bytecodeHash": "none"},
}
_IMPORT = re.compile(r"""^import\s[^;]*?["']([^"']+)["'];""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Compiled:
    """Creation code and deployed code (immutables zero) of one contract, with its ABI."""

    name: str
    abi: list[dict[str, Any]]
    creation: bytes
    deployed: bytes


def project_root() -> Path:
    """The folder that holds `contracts/`, `scripts/` and `node_modules/`."""
    return Path(__file__).resolve().parent.parent


def compile_contracts(root: Path | None = None) -> dict[str, Compiled]:
    """All three contracts by their names in deployment files; ChainError COMPILER_FAILED with the reason."""
    base = root or project_root()
    names = [f"contracts/{contract}.sol" for contract in CONTRACT_NAMES.values()]
    outputs = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]
    source = {
        "language": "Solidity",
        "sources": read_sources(base, names),
        "settings": {**SETTINGS, "outputSelection": {"*": {"*": outputs}}},
    }
    try:
        with _node_first():
            output = solcx.compile_standard(source, solc_binary=base / "scripts" / "solc.cjs")
    except (SolcError, OSError, ValueError) as error:
        raise ChainError("COMPILER_FAILED", reason=str(error)[:500]) from error
    return {name: _compiled(contract, output["contracts"]) for name, contract in CONTRACT_NAMES.items()}


def read_sources(root: Path, names: list[str]) -> dict[str, dict[str, str]]:
    """Everything reachable by imports, named `contracts/…` and `@openzeppelin/contracts/…`."""
    found: dict[str, dict[str, str]] = {}
    queue = list(names)
    while queue:
        name = queue.pop()
        if name in found:
            continue
        file = root / "node_modules" / name if name.startswith("@") else root / name
        try:
            text = file.read_text(encoding="utf-8")
        except OSError as error:
            raise ChainError("COMPILER_FAILED", name, reason="source absent") from error
        found[name] = {"content": text}
        queue += [_resolve(name, target) for target in _IMPORT.findall(text)]
    return dict(sorted(found.items()))


def _resolve(importer: str, target: str) -> str:
    """The source name that `target` means inside `importer`."""
    if not target.startswith("."):
        return target
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), target))


def _compiled(contract: str, output: dict[str, Any]) -> Compiled:
    entry = output[f"contracts/{contract}.sol"][contract]
    code = entry["evm"]
    return Compiled(
        name=contract,
        abi=entry["abi"],
        creation=bytes.fromhex(code["bytecode"]["object"]),
        deployed=bytes.fromhex(code["deployedBytecode"]["object"]),
    )


@contextmanager
def _node_first() -> Iterator[None]:
    """Put this environment's Node before any other: the compiler script finds its own by PATH."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before
