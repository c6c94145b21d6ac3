"""Acts: bytes equal to the vectors, arguments refused one wrong thing at a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from anchoring.acts import ActTarget, act_abi, act_digest, act_digest_input, act_names, act_values, sign_act
from anchoring.artifacts import CONTRACT_NAMES
from protocol.errors import ChainError
from tests.support.chain import ed25519, p256

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "chain" / "acts.json").read_text())
TARGET = ActTarget(31337, b"\x11" * 20)
ADMIT: dict[str, Any] = {
    "id": "ab" * 32,
    "roles": 1,
    "profileDigest": "0x" + "00" * 32,
    "keys": [{"alg": 1, "use": 1, "capabilities": 5, "publicKey": "11" * 64, "r": "22" * 32, "s": "33" * 32}],
}


def owner(act: str) -> str:
    return next(name for name in CONTRACT_NAMES if act in act_names(name))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["act"])
def test_act_digest_equals_the_vector(vector: dict[str, Any]) -> None:
    contract = owner(vector["act"])
    names = [entry["name"] for entry in act_abi(contract, vector["act"])["inputs"][:-1]]
    values = act_values(contract, vector["act"], dict(zip(names, vector["args"], strict=True)))
    target = ActTarget(vector["chainId"], bytes.fromhex(vector["contract"][2:]))
    given = (target, contract, vector["act"], values, int(vector["nonce"]), int(vector["deadline"]))
    assert "0x" + act_digest_input(*given).hex() == vector["preimage"]
    assert "0x" + act_digest(*given).hex() == vector["digest"]


def test_every_contract_has_acts_and_anchor_is_none_of_them() -> None:
    assert all(act_names(name) for name in CONTRACT_NAMES)
    assert "anchor" not in act_names("anchors")


@pytest.mark.parametrize(
    "changes",
    [{"id": "ab" * 31}, {"id": 5}, {"id": "xy" * 32}, {"roles": 65_536}, {"roles": -1}, {"roles": True},
     {"roles": "01"}, {"roles": "65536"}, {"keys": {}}, {"keys": [{}]}, {"keys": [{**ADMIT["keys"][0], "more": 1}]}, {"extra": 1}],
    ids=str,
)  # fmt: skip
def test_act_argument_of_the_wrong_form_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ChainError, match="CHAIN_ACT_ARGUMENT"):
        act_values("participants", "admit", {**ADMIT, **changes})


def test_act_argument_absent_is_refused() -> None:
    with pytest.raises(ChainError, match="CHAIN_ACT_ARGUMENT"):
        act_values("participants", "admit", {name: ADMIT[name] for name in ("id", "roles")})


@pytest.mark.parametrize("act", ["anchor", "activateKey", "nonceOf", "nothing"])
def test_act_that_is_none_is_refused(act: str) -> None:
    with pytest.raises(ChainError, match="CHAIN_ACT_UNKNOWN"):
        act_values("participants", act, {})


def test_act_is_signed_with_low_s_and_only_by_p256() -> None:
    keys = [p256(f"coordinator {number}") for number in range(8)]
    half = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 // 2
    for signature in sign_act(TARGET, "participants", "admit", ADMIT, 0, 1, keys):
        assert int.from_bytes(signature.s, "big") <= half
    with pytest.raises(ChainError, match="CHAIN_ACT_KEY_KIND"):
        sign_act(TARGET, "participants", "admit", ADMIT, 0, 1, [ed25519("log")])
