"""Acts of the registries in Python: arguments by name → ABI, digest to sign, authorization.

Generic over the ABI: whatever function takes an `auth` is an act. The bytes are those of README §9; the
hand-written encoder of `protocol.acts` and the contracts themselves are the second and third opinion in the
tests.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eth_abi.abi import encode
from eth_abi.exceptions import EncodingError
from eth_utils.address import to_checksum_address

from anchoring.artifacts import artifact
from protocol.errors import ChainError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocol.keys import PrivateKey

ACT_TAG = "filiera-act/1"
KEY_TAG = "filiera-key/1"


@dataclass(frozen=True, slots=True)
class ActSignature:
    """One P-256 signature of an act; three times 32 bytes, low s."""

    key_hash: bytes
    r: bytes
    s: bytes


@dataclass(frozen=True, slots=True)
class ActTarget:
    """The contract that an act is for: chain id and 20-byte address are part of the digest."""

    chain_id: int
    contract: bytes


def act_abi(contract: str, act: str) -> dict[str, Any]:
    """The ABI entry of an act of `participants`, `anchors` or `passports`; ChainError CHAIN_ACT_UNKNOWN."""
    for entry in artifact(contract).abi:
        if entry["type"] == "function" and entry["name"] == act and _takes_auth(entry):
            return entry
    raise ChainError("CHAIN_ACT_UNKNOWN", contract=contract, act=act)


def act_names(contract: str) -> list[str]:
    """All acts of a contract."""
    return [
        entry["name"]
        for entry in artifact(contract).abi
        if entry["type"] == "function" and _takes_auth(entry)
    ]


def act_values(contract: str, act: str, args: Mapping[str, Any]) -> list[Any]:
    """Arguments in order as the encoder wants them, from JSON by their names in the ABI.

    Hex text with or without 0x becomes bytes, structs are objects. CHAIN_ACT_ARGUMENT names what is
    absent, too many or of the wrong form.
    """
    inputs = act_abi(contract, act)["inputs"][:-1]
    return _fields(inputs, args, "/args")


def act_digest_input(
    target: ActTarget, contract: str, act: str, values: list[Any], nonce: int, deadline: int
) -> bytes:
    """The bytes whose SHA-256 is signed; give them to `PrivateKey.sign`, which hashes once."""
    types = [_type(entry) for entry in act_abi(contract, act)["inputs"][:-1]]
    address = "0x" + target.contract.hex()
    try:
        encoded = encode(types, values)
        return encode(
            ["string", "uint256", "address", "string", "bytes", "uint256", "uint64"],
            [ACT_TAG, target.chain_id, address, act, encoded, nonce, deadline],
        )
    except EncodingError as error:
        raise ChainError("CHAIN_ACT_ARGUMENT", "/args", reason=str(error)[:200]) from error


def act_digest(
    target: ActTarget, contract: str, act: str, values: list[Any], nonce: int, deadline: int
) -> bytes:
    """The 32-byte digest of an act."""
    return hashlib.sha256(act_digest_input(target, contract, act, values, nonce, deadline)).digest()


def sign_act(
    target: ActTarget,
    contract: str,
    act: str,
    args: Mapping[str, Any],
    nonce: int,
    deadline: int,
    keys: Iterable[PrivateKey],
) -> list[ActSignature]:
    """Sign an act with each key (P-256 only)."""
    message = act_digest_input(target, contract, act, act_values(contract, act, args), nonce, deadline)
    return [_signature(key, message) for key in keys]


def possession(target: ActTarget, participant: bytes, key: PrivateKey) -> tuple[bytes, bytes]:
    """(r, s) by which a P-256 signing key proves that it is held and meant for `participant`."""
    types = ["string", "uint256", "address", "bytes32", "bytes32"]
    values = [KEY_TAG, target.chain_id, "0x" + target.contract.hex(), participant, key.public.key_id]
    signature = _signature(key, encode(types, values))
    return signature.r, signature.s


def authorization(
    nonce: int, deadline: int, signatures: Iterable[ActSignature]
) -> tuple[int, int, list[Any]]:
    """The `auth` argument as the encoder wants it."""
    return nonce, deadline, [(entry.key_hash, entry.r, entry.s) for entry in signatures]


def _signature(key: PrivateKey, message: bytes) -> ActSignature:
    if key.alg != "ES256":
        raise ChainError("CHAIN_ACT_KEY_KIND", alg=key.alg)
    signature = key.sign(message)
    return ActSignature(key.public.key_id, signature[:32], signature[32:])


def _takes_auth(entry: dict[str, Any]) -> bool:
    return bool(entry["inputs"]) and entry["inputs"][-1]["name"] == "auth"


def _type(entry: dict[str, Any]) -> str:
    kind: str = entry["type"]
    if not kind.startswith("tuple"):
        return kind
    return "(" + ",".join(_type(part) for part in entry["components"]) + ")" + kind.removeprefix("tuple")


def _fields(inputs: list[dict[str, Any]], args: object, place: str) -> list[Any]:
    if not isinstance(args, dict) or set(args) != {entry["name"] for entry in inputs}:
        raise ChainError("CHAIN_ACT_ARGUMENT", place, expected=", ".join(entry["name"] for entry in inputs))
    return [_value(entry, args[entry["name"]], f"{place}/{entry['name']}") for entry in inputs]


def _value(entry: dict[str, Any], value: object, place: str) -> Any:
    kind: str = entry["type"]
    if kind.endswith("[]"):
        if not isinstance(value, list):
            raise ChainError("CHAIN_ACT_ARGUMENT", place, expected=kind)
        inner = {**entry, "type": kind[:-2]}
        return [_value(inner, part, f"{place}/{index}") for index, part in enumerate(value)]
    if kind == "tuple":
        return tuple(_fields(entry["components"], value, place))
    return _plain(kind, value, place)


def _plain(kind: str, value: object, place: str) -> Any:
    """One elementary value; numbers are checked against their width, fixed bytes against their length."""
    if kind.startswith("uint"):
        number = _number(value)
        if number is not None and number < 1 << int(kind[4:]):
            return number
    elif (kind == "bool" and isinstance(value, bool)) or (kind == "string" and isinstance(value, str)):
        return value
    elif kind == "address" and isinstance(value, str):
        return to_checksum_address(_hex(value, 20, place))
    elif kind.startswith("bytes") and isinstance(value, str | bytes):
        return _hex(value, int(kind[5:]) if kind != "bytes" else None, place)
    raise ChainError("CHAIN_ACT_ARGUMENT", place, expected=kind)


def _number(value: object) -> int | None:
    """A JSON integer, or its decimal text: JSON holds no 64-bit numbers safely."""
    if isinstance(value, str) and re.fullmatch(r"0|[1-9][0-9]{0,77}", value, re.ASCII):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _hex(value: str | bytes, length: int | None, place: str) -> bytes:
    try:
        data = value if isinstance(value, bytes) else bytes.fromhex(value.removeprefix("0x"))
    except ValueError as error:
        raise ChainError("CHAIN_ACT_ARGUMENT", place, expected="hex") from error
    if length is not None and len(data) != length:
        raise ChainError("CHAIN_ACT_ARGUMENT", place, expected=f"{length} bytes")
    return data
