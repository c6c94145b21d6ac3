"""Acts by hand: the bytes of the contracts' own vectors, the ABI's list of acts, and eth_abi as second opinion."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from protocol.abi_encoding import abi_encode, parse_type
from protocol.acts import (
    ACTS,
    act_digest,
    act_digest_input,
    act_fields,
    encode_args,
    possession_digest,
    possession_input,
)
from protocol.errors import ChainError, FilieraError
from protocol.keys import PublicKey
from protocol.signatures import verify

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/vectors/chain/acts.json").read_text("utf-8"))
KEYS = json.loads((ROOT / "tests/vectors/chain/keys.json").read_text("utf-8"))
ABI = {"participants": "ParticipantRegistry", "anchors": "AnchorRegistry", "passports": "PassportRegistry"}


def owner(act: str) -> str:
    return next(contract for contract, acts in ACTS.items() if act in acts)


def given_by_name(vector: dict[str, Any]) -> dict[str, Any]:
    names = [name for name, _ in act_fields(owner(vector["act"]), vector["act"])]
    return dict(zip(names, vector["args"], strict=True))


def placed(vector: dict[str, Any]) -> dict[str, Any]:
    return {
        "chain_id": vector["chainId"],
        "address": vector["contract"],
        "nonce": int(vector["nonce"]),
        "deadline": int(vector["deadline"]),
    }


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["act"])
def test_act_bytes_are_those_of_the_contracts(vector: dict[str, Any]) -> None:
    contract, act, args = owner(vector["act"]), vector["act"], given_by_name(vector)
    assert "0x" + encode_args(contract, act, args).hex() == vector["encodedArgs"]
    message = act_digest_input(contract, act, args, **placed(vector))
    assert "0x" + message.hex() == vector["preimage"]
    assert "0x" + act_digest(contract, act, args, **placed(vector)).hex() == vector["digest"]
    for entry in vector["signatures"]:
        key = PublicKey.from_uncompressed(bytes.fromhex(entry["publicKey"][2:]))
        verify(key, message, bytes.fromhex(entry["r"][2:] + entry["s"][2:]))


@pytest.mark.parametrize("contract", ABI)
def test_list_of_acts_is_that_of_the_abi(contract: str) -> None:
    abi = json.loads((ROOT / f"protocol/abi/{ABI[contract]}.json").read_text("utf-8"))["abi"]
    signed = {
        entry["name"]: [(part["name"], _text(part)) for part in entry["inputs"][:-1]]
        for entry in abi
        if entry["type"] == "function" and entry["inputs"] and entry["inputs"][-1]["name"] == "auth"
    }
    listed = {name: list(fields) for name, fields in ACTS[contract].items()}
    assert listed == signed


def _text(part: dict[str, Any]) -> str:
    kind: str = part["type"]
    if not kind.startswith("tuple"):
        return kind
    inner = ", ".join(f"{_text(entry)} {entry['name']}" for entry in part["components"])
    return f"({inner}){kind.removeprefix('tuple')}"


def test_possession_bytes_are_those_of_the_contracts() -> None:
    shown = [entry for entry in KEYS["accepted"] if "possession" in entry]
    assert shown
    for entry in shown:
        proof = entry["possession"]
        key = PublicKey.from_uncompressed(bytes.fromhex(entry["publicKey"][2:]))
        place = (proof["chainId"], proof["contract"], proof["participantId"])
        message = possession_input(*place, key.key_id)
        assert "0x" + message.hex() == proof["preimage"]
        assert "0x" + possession_digest(*place, key.key_id).hex() == proof["digest"]
        verify(key, message, bytes.fromhex(proof["r"][2:] + proof["s"][2:]))


_WORDS = st.one_of(
    st.sampled_from([8, 16, 32, 64, 128, 256]).flatmap(
        lambda bits: st.tuples(st.just(f"uint{bits}"), st.integers(0, 2**bits - 1))
    ),
    st.tuples(st.just("bool"), st.booleans()),
    st.tuples(st.just("address"), st.binary(min_size=20, max_size=20)),
    st.integers(1, 32).flatmap(
        lambda size: st.tuples(st.just(f"bytes{size}"), st.binary(min_size=size, max_size=size))
    ),
    st.tuples(st.just("bytes"), st.binary(max_size=70)),
    st.tuples(st.just("string"), st.text(st.characters(exclude_categories=["Cs"]), max_size=40)),
)


def _grow(inner: st.SearchStrategy[tuple[str, Any]]) -> st.SearchStrategy[tuple[str, Any]]:
    tuples = st.lists(inner, min_size=1, max_size=4).map(
        lambda parts: ("(" + ",".join(kind for kind, _ in parts) + ")", tuple(value for _, value in parts))
    )
    return st.one_of(
        tuples, st.tuples(inner, st.integers(0, 3)).map(lambda x: (f"{x[0][0]}[]", [x[0][1]] * x[1]))
    )


@given(st.lists(st.recursive(_WORDS, _grow, max_leaves=6), max_size=4))
def test_encoding_equals_eth_abi(pairs: list[tuple[str, Any]]) -> None:
    kinds, values = [kind for kind, _ in pairs], [value for _, value in pairs]
    assert abi_encode(kinds, values) == encode(kinds, values)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uint8", 256),
        ("uint8", -1),
        ("uint8", True),
        ("uint8", 1.0),
        ("uint8", "0x01"),
        ("uint8", "01"),
        ("uint64", None),
        ("bool", 1),
        ("bool", "true"),
        ("address", "0x11"),
        ("address", b"\x11" * 32),
        ("bytes32", "ab" * 31),
        ("bytes32", "zz" * 32),
        ("bytes32", "0x" + "ab" * 33),
        ("bytes", "abc"),
        ("bytes", 7),
        ("string", b"text"),
        ("string", "\ud800"),
        ("bytes32[]", "ab" * 32),
        ("(uint8 a, uint8 b)", [1]),
        ("(uint8 a, uint8 b)", {"a": 1}),
        ("(uint8 a, uint8 b)", {"a": 1, "b": 2, "c": 3}),
        ("(uint8 a, uint8 b)", 7),
    ],
)
def test_value_of_the_wrong_form_is_refused_at_its_place(kind: str, value: object) -> None:
    with pytest.raises(ChainError) as refused:
        abi_encode([kind], [value], "/args")
    assert refused.value.code == "CHAIN_ACT_ARGUMENT"
    assert refused.value.place.startswith("/args/0")


def test_place_names_the_part_of_a_part() -> None:
    with pytest.raises(ChainError) as refused:
        abi_encode(["(uint8 a, (bytes32 b)[] c)"], [{"a": 1, "c": [{"b": "00" * 32}, {"b": "00"}]}])
    assert refused.value.place == "/0/c/1/b"


@pytest.mark.parametrize(
    "text",
    ["", "int8", "uint7", "uint", "uint264", "bytes0", "bytes33", "(", "()", "(uint8", "uint8)", "(uint8,)",
     "uint8[3]", "uint8 a b", "uint8[", "fixed", "uint8,uint8", "(" * 5000 + ")" * 5000, "[]uint8", "uint8 []"],
)  # fmt: skip
def test_type_that_is_not_known_is_refused(text: str) -> None:
    if text == "uint8 []":  # white space means nothing
        assert parse_type(text).word == "list"
        return
    with pytest.raises(ChainError):
        parse_type(text)


@given(st.text("uint8bytes32()[], aé", max_size=30))
def test_only_our_errors_leave_the_type_parser(text: str) -> None:
    with suppress(FilieraError):
        parse_type(text)


def test_number_of_values_must_be_that_of_the_types() -> None:
    with pytest.raises(ChainError):
        abi_encode(["uint8"], [1, 2])


def test_unknown_act_is_refused() -> None:
    with pytest.raises(ChainError) as refused:
        act_fields("participants", "anchor")
    assert refused.value.code == "CHAIN_ACT_UNKNOWN"
