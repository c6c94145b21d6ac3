"""Acts of the registries: the bytes that are signed, with no wallet and no chain at hand (README §9).

    message = act_digest_input("passports", "issue", {"issuer": …, "passportId": …, "digest": …},
                               chain_id=…, address="0x…", nonce=…, deadline=…)
    signature = key.sign(message)          # hashes once; verify with protocol.signatures.verify

Arguments go by their names in the ABI; bytes as hex or bytes. Every act that a registry takes signed is listed here.
The tests hold the list against the contracts' ABI, the bytes against vectors that the contracts themselves produced.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from protocol.abi_encoding import abi_encode, encode_fields
from protocol.errors import ChainError
from protocol.hashing import sha256

if TYPE_CHECKING:
    from collections.abc import Mapping

ACT_TAG: Final = "filiera-act/1"
KEY_TAG: Final = "filiera-key/1"

Contract = Literal["participants", "anchors", "passports"]
Fields = tuple[tuple[str, str], ...]

_KEY_INPUT = "(uint8 alg, uint8 use, uint8 capabilities, bytes publicKey, bytes32 r, bytes32 s)"
_ITEM = "(bytes32 batchRoot, bytes32 passportId, bytes32 digest, uint64 index, bytes32[] proof)"
_CLOSE: Fields = (("id", "bytes32"), ("keyHash", "bytes32"), ("toBlock", "uint64"), ("reason", "uint8"))
_ONE_KEY: Fields = (("id", "bytes32"), ("keyHash", "bytes32"))
_NEW_KEY: Fields = (("id", "bytes32"), ("key", _KEY_INPUT))
_PASSPORT: Fields = (("issuer", "bytes32"), ("passportId", "bytes32"))

ACTS: Final[Mapping[str, Mapping[str, Fields]]] = MappingProxyType({
    "participants": {
        "admit": (
            ("id", "bytes32"), ("roles", "uint16"), ("profileDigest", "bytes32"), ("keys", f"{_KEY_INPUT}[]"),
        ),
        "change": (("id", "bytes32"), ("roles", "uint16"), ("active", "bool")),
        "addKey": (*_NEW_KEY, ("fromBlock", "uint64")),
        "proposeKey": _NEW_KEY,
        "recoverKey": _NEW_KEY,
        "cancelKey": _ONE_KEY,
        "cancelKeyByCoordinator": _ONE_KEY,
        "closeKey": _CLOSE,
        "closeKeyByCoordinator": _CLOSE,
        "proposeCoordinators": (("keys", "bytes[]"), ("newThreshold", "uint8")),
        "cancelCoordinators": (),
    },
    "anchors": {
        "openLog": (
            ("logId", "bytes32"), ("operator", "address"), ("participantId", "bytes32"), ("logKey", "bytes32"),
            ("origin", "string"),
        ),
        "setOperator": (("logId", "bytes32"), ("operator", "address")),
        "announceSuccessor": (("successor_", "address"),),
    },
    "passports": {
        "issue": (*_PASSPORT, ("digest", "bytes32")),
        "issueBatch": (("issuer", "bytes32"), ("root", "bytes32"), ("count", "uint64"), ("manifest", "bytes32")),
        "revise": (*_PASSPORT, ("digest", "bytes32")),
        "setStatus": (*_PASSPORT, ("status", "uint8"), ("evidence", "bytes32")),
        "supersede": (*_PASSPORT, ("by", "bytes32")),
        "setItemStatus": (("issuer", "bytes32"), ("item", _ITEM), ("status", "uint8"), ("evidence", "bytes32")),
    },
})  # fmt: skip
"""Every act by contract and name: the arguments in order, each with its ABI type."""


def act_fields(contract: str, act: str) -> Fields:
    """Return an act's arguments as (name, ABI type), in order; ChainError `CHAIN_ACT_UNKNOWN`."""
    fields = ACTS.get(contract, {}).get(act)
    if fields is None:
        raise ChainError("CHAIN_ACT_UNKNOWN", contract=contract, act=act)
    return fields


def encode_args(contract: str, act: str, args: Mapping[str, object]) -> bytes:
    """Return `abi.encode` of an act's arguments, given by name; ChainError `CHAIN_ACT_ARGUMENT` names the place."""
    return encode_fields(act_fields(contract, act), args, "/args")


def act_digest_input(
    contract: str,
    act: str,
    args: Mapping[str, object],
    *,
    chain_id: int,
    address: str | bytes,
    nonce: int,
    deadline: int,
) -> bytes:
    """Return the bytes whose SHA-256 authorises an act (README §9).

    `address` is the contract's, 20 bytes or hex; `deadline` in unix seconds. Chain and contract are part of what is
    signed: a signature is of no use elsewhere, and the nonce makes it of no use twice. `contract` is a name of `ACTS`.
    """
    return abi_encode(
        ("string", "uint256", "address", "string", "bytes", "uint256", "uint64"),
        (ACT_TAG, chain_id, address, act, encode_args(contract, act, args), nonce, deadline),
    )


def act_digest(
    contract: str,
    act: str,
    args: Mapping[str, object],
    *,
    chain_id: int,
    address: str | bytes,
    nonce: int,
    deadline: int,
) -> bytes:
    """Return the 32-byte digest that the contract checks."""
    return sha256(
        act_digest_input(
            contract, act, args, chain_id=chain_id, address=address, nonce=nonce, deadline=deadline
        )
    )


def possession_input(chain_id: int, address: str | bytes, participant: str | bytes, key_id: bytes) -> bytes:
    """Return the bytes by whose signature a key proves that it is held and meant for `participant` (README §9)."""
    return abi_encode(
        ("string", "uint256", "address", "bytes32", "bytes32"),
        (KEY_TAG, chain_id, address, participant, key_id),
    )


def possession_digest(chain_id: int, address: str | bytes, participant: str | bytes, key_id: bytes) -> bytes:
    """Return the 32-byte digest of the proof of possession."""
    return sha256(possession_input(chain_id, address, participant, key_id))
