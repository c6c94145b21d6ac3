"""py-solc-x, Hardhat and protocol/abi give the same code, byte for byte."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from anchoring.artifacts import CONTRACT_NAMES, artifact
from anchoring.compiler import Compiled, compile_contracts, project_root
from protocol.errors import ChainError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def compiled() -> dict[str, Compiled]:
    return compile_contracts()


@pytest.mark.parametrize("name", CONTRACT_NAMES)
def test_compiled_code_equals_the_committed_artifact(compiled: dict[str, Compiled], name: str) -> None:
    assert compiled[name].creation == artifact(name).creation
    assert compiled[name].deployed == artifact(name).deployed
    assert compiled[name].abi == artifact(name).abi
    assert artifact(name).hash_of(compiled[name].deployed) == artifact(name).code_hash


@pytest.mark.parametrize("name", CONTRACT_NAMES)
def test_compiled_code_equals_what_hardhat_built(compiled: dict[str, Compiled], name: str) -> None:
    contract = CONTRACT_NAMES[name]
    file = project_root() / "artifacts" / "contracts" / f"{contract}.sol" / f"{contract}.json"
    assert file.exists(), "Hardhat has not built here: npx hardhat build"
    built = json.loads(file.read_text())
    assert bytes.fromhex(built["bytecode"][2:]) == compiled[name].creation


def test_source_absent_is_said(tmp_path: Path) -> None:
    shutil.copytree(project_root() / "contracts", tmp_path / "contracts")
    (tmp_path / "contracts" / "Relayed.sol").unlink()
    with pytest.raises(ChainError, match=r"COMPILER_FAILED at contracts/Relayed.sol"):
        compile_contracts(tmp_path)
