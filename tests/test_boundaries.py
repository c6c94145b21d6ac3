"""House rules that no tool checks for us: sizes, package markers, the closed list of codes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from protocol.codes import all_codes

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("protocol", "client", "anchoring", "node", "verifier")
MAX_LINES = {"code": 500, "tests": 800}
MAX_FUNCTION_LINES = 80
VERDICT_WORDS = {"verified", "not proven", "pending", "unreachable", "expired", "revoked", "refused"}


def python_files(*folders: str) -> list[Path]:
    """Every Python file that git would take from the folders."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    return [ROOT / name for name in listed if name.endswith(".py") and (ROOT / name).exists()]


def test_files_stay_small() -> None:
    limits = [(file, MAX_LINES["code"]) for file in python_files(*PACKAGES, "scripts")]
    limits += [(file, MAX_LINES["tests"]) for file in python_files("tests")]
    too_long = [
        str(file.relative_to(ROOT)) for file, limit in limits if len(file.read_text().splitlines()) > limit
    ]
    assert too_long == []


def test_functions_stay_small() -> None:
    too_long = []
    for file in python_files(*PACKAGES):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                length = node.end_lineno - node.lineno + 1
                if length > MAX_FUNCTION_LINES:
                    too_long.append(f"{file.relative_to(ROOT)}:{node.name} ({length})")
    assert too_long == []


def test_every_test_folder_is_a_package() -> None:
    # Without tests/__init__.py the folder tests/node would hide the package `node`.
    folders = {file.parent for file in python_files("tests")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_every_raised_code_is_in_the_closed_list() -> None:
    raised = set()
    for file in python_files(*PACKAGES):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and _is_our_error(node.func) and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    raised.add(first.value)
    assert raised - all_codes().keys() == set()


def _is_our_error(called: ast.expr) -> bool:
    name = (
        called.id
        if isinstance(called, ast.Name)
        else called.attr
        if isinstance(called, ast.Attribute)
        else ""
    )
    return name.endswith(("Error", "SignatureInvalid")) and name not in {
        "ValueError",
        "KeyError",
        "TypeError",
    }


@pytest.mark.parametrize("name", sorted(all_codes()))
def test_code_is_complete(name: str) -> None:
    code = all_codes()[name]
    assert re.fullmatch(r"[A-Z][A-Z0-9_]+", name)
    assert code.verdict in VERDICT_WORDS
    assert code.severity in {"refused", "incomplete", "notice"}
    for language in ("it", "en"):
        assert code.texts[language]["sentence"].strip()
        assert code.texts[language]["remedy"].strip()


def test_packages_keep_to_their_imports() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
