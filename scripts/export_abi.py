"""Compile the contracts and write `protocol/abi/*.json`, what every reader of the chain needs.

Usage: `python scripts/export_abi.py [--check]`. With `--check` nothing is written; the exit code is 1 if
the files on disk are not what the sources give. Node must be in PATH and `node_modules` installed.

About code hashes: a contract's immutables are written into its deployed code, so that code differs from
one deployment to the next. The hashes here are those of the code with every immutable's bytes set to zero.
To check a contract on the chain: take its code, read each immutable at its `offsets` (32 bytes each,
compare with what you expect), set these bytes to zero, hash, compare.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "protocol" / "abi"
CONTRACTS = ("ParticipantRegistry", "AnchorRegistry", "PassportRegistry")
# The same as in hardhat.config.js; tests compare the byte code of both.
SETTINGS: dict[str, Any] = {
    "evmVersion": "paris",
    "optimizer": {"enabled": True, "runs": 200},
    "metadata": {"bytecodeHash": "none"},
}
IMPORT = re.compile(r"""^import\s[^;]*?["']([^"']+)["'];""", re.MULTILINE)


def read_sources(names: list[str]) -> dict[str, dict[str, str]]:
    """All sources reachable by imports, inline, named `contracts/…` and `@openzeppelin/contracts/…`."""
    found: dict[str, dict[str, str]] = {}
    while names:
        name = names.pop()
        if name in found:
            continue
        file = ROOT / "node_modules" / name if name.startswith("@") else ROOT / name
        text = file.read_text(encoding="utf-8")
        found[name] = {"content": text}
        names.extend(resolve_import(name, target) for target in IMPORT.findall(text))
    return dict(sorted(found.items()))


def resolve_import(importer: str, target: str) -> str:
    """The source name that `target` means inside `importer`."""
    if not target.startswith("."):
        return target
    parts = importer.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def compile_all() -> dict[str, Any]:
    """The compiler's output for the three registries; stops the program on any error or warning."""
    wanted = ["abi", "evm.bytecode.object", "evm.deployedBytecode", "storageLayout"]
    source = {
        "language": "Solidity",
        "sources": read_sources([f"contracts/{name}.sol" for name in CONTRACTS]),
        "settings": {**SETTINGS, "outputSelection": {"*": {"*": wanted, "": ["ast"]}}},
    }
    result = subprocess.run(
        ["node", str(ROOT / "scripts" / "solc.cjs"), "--standard-json"],
        input=json.dumps(source),
        capture_output=True,
        text=True,
        check=True,
    )
    output: dict[str, Any] = json.loads(result.stdout)
    problems = [e["formattedMessage"] for e in output.get("errors", [])]
    if problems:
        sys.exit("\n".join(problems))
    return output


def compiler_version() -> str:
    """The compiler's own name for its version, with the commit."""
    command = ["node", str(ROOT / "scripts" / "solc.cjs"), "--version"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return text.rsplit("Version: ", 1)[1].strip()


def variable_names(node: Any) -> dict[str, str]:
    """AST id → name of every variable declaration below `node`."""
    names: dict[str, str] = {}
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if item.get("nodeType") == "VariableDeclaration":
                names[str(item["id"])] = item["name"]
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return names


def clean_layout(layout: dict[str, Any]) -> dict[str, Any]:
    """The storage layout without AST ids, which change with any edit."""

    def walk(item: Any) -> Any:
        if isinstance(item, dict):
            return {key: walk(value) for key, value in item.items() if key not in ("astId", "contract")}
        return [walk(value) for value in item] if isinstance(item, list) else item

    text = json.dumps({"storage": layout["storage"], "types": layout["types"] or {}})
    cleaned: dict[str, Any] = walk(json.loads(re.sub(r"((?:struct|enum|contract)\(\w+\))\d+", r"\1", text)))
    return cleaned


def describe(name: str, output: dict[str, Any], names: dict[str, str], version: str) -> dict[str, Any]:
    """What is written about one contract."""
    contract = output["contracts"][f"contracts/{name}.sol"][name]
    deployed = contract["evm"]["deployedBytecode"]
    code = bytes.fromhex(deployed["object"])
    immutables = {
        names[ast_id]: [place["start"] for place in places]
        for ast_id, places in deployed.get("immutableReferences", {}).items()
    }
    return {
        "contract": name,
        "compiler": {"version": version, "settings": SETTINGS},
        "abi": contract["abi"],
        "bytecode": "0x" + contract["evm"]["bytecode"]["object"],
        "deployedBytecode": "0x" + code.hex(),
        "immutables": {"length": 32, "offsets": dict(sorted(immutables.items()))},
        "codeHash": {
            "of": "deployed code with the bytes of all immutables set to zero",
            "sha256": "0x" + hashlib.sha256(code).hexdigest(),
            "keccak256": "0x" + keccak(code).hex(),
            "length": len(code),
        },
        "storageLayout": clean_layout(contract["storageLayout"]),
    }


def main() -> int:
    """Write or compare the files."""
    parser = argparse.ArgumentParser(description="Compile the contracts and export what readers need.")
    parser.add_argument("--check", action="store_true", help="compare with the files on disk, write nothing")
    check = parser.parse_args().check
    output, version = compile_all(), compiler_version()
    names = variable_names([source["ast"] for source in output["sources"].values()])
    stale = []
    for name in CONTRACTS:
        text = json.dumps(describe(name, output, names, version), indent=1) + "\n"
        file = OUT / f"{name}.json"
        if check:
            if not file.is_file() or file.read_text(encoding="utf-8") != text:
                stale.append(file.name)
            continue
        OUT.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    if stale:
        print(f"out of date, run scripts/export_abi.py: {', '.join(stale)}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
