"""The deployment file is read strictly; the trust file pins no more than it must."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchoring.deploy import write_json
from anchoring.deployment import load_deployment, parse_deployment
from protocol.errors import ChainError

if TYPE_CHECKING:
    from pathlib import Path


def contract(byte: str) -> dict[str, Any]:
    return {
        "address": "0x" + byte * 20, "block": 3, "transaction": "0x" + byte * 32, "codeHash": "0x" + byte * 32
    }  # fmt: skip


EXAMPLE: dict[str, Any] = {
    "format": "filiera-deployment/1",
    "chainId": 31337,
    "genesis": "0x" + "ab" * 32,
    "participants": contract("11"),
    "anchors": contract("22"),
    "passports": contract("33"),
    "log": {
        "origin": "log.example/one",
        "logId": "44" * 32,
        "logKey": "55" * 32,
        "participant": "66" * 32,
        "operator": "0x" + "77" * 20,
    },
}


def test_deployment_read_and_written_is_the_same() -> None:
    assert parse_deployment(json.dumps(EXAMPLE).encode()).to_json() == EXAMPLE


def test_trust_names_code_and_log_but_nothing_of_who_pays() -> None:
    trust = parse_deployment(json.dumps(EXAMPLE).encode()).trust(confirmations=2)
    assert trust["format"] == "filiera-trust/1"
    assert trust["anchors"] == {"address": "0x" + "22" * 20, "codeHash": "0x" + "22" * 32}
    assert trust["logs"] == [{"origin": "log.example/one", "logKey": "55" * 32}]
    assert trust["confirmations"] == 2
    assert "77" * 20 not in json.dumps(trust)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "filiera-deployment/2"),
        (("chainId",), True),
        (("chainId",), "31337"),
        (("genesis",), "ab" * 32),
        (("participants",), None),
        (("anchors", "address"), "0x12"),
        (("passports", "codeHash"), "0x" + "AB" * 32),
        (("participants", "block"), -1),
        (("log", "origin"), "two words"),
        (("log", "logKey"), ""),
    ],
)
def test_deployment_with_one_thing_wrong_is_refused(path: tuple[str, ...], value: object) -> None:
    broken = json.loads(json.dumps(EXAMPLE))
    target = broken
    for name in path[:-1]:
        target = target[name]
    target[path[-1]] = value
    with pytest.raises(ChainError, match="DEPLOYMENT_MALFORMED at /" + path[0]):
        parse_deployment(json.dumps(broken).encode())


@given(st.binary(max_size=200))
def test_deployment_any_bytes_give_only_our_error(data: bytes) -> None:
    with pytest.raises(ChainError):
        parse_deployment(data)


def test_deployment_absent_is_said(tmp_path: Path) -> None:
    with pytest.raises(ChainError, match="DEPLOYMENT_ABSENT"):
        load_deployment(tmp_path / "none.json")


def test_file_written_is_whole_and_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "out" / "deployment.json"
    write_json(file, EXAMPLE)
    with pytest.raises(ChainError, match="FILE_EXISTS"):
        write_json(file, {})
    write_json(file, EXAMPLE, replace=True)
    assert [entry.name for entry in file.parent.iterdir()] == ["deployment.json"]
    assert load_deployment(file).to_json() == EXAMPLE
