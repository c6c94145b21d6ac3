"""Acts of the registries, signed without a wallet (README §9): the bytes, the signatures, the node's JSON form.

Only the acts that the command offers are here, with their arguments spelled out; the bytes are held against the vectors
that the contracts themselves produced.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eth_abi.abi import encode

from client.errors import ClientError
from protocol.signatures import verify

if TYPE_CHECKING:
    from protocol.keys import PrivateKey, PublicKey

ACT_TAG, KEY_TAG = "filiera-act/1", "filiera-key/1"
# An act that nobody relayed by then is void; long enough for a second coordinator to sign.
DEADLINE_SECONDS = 3600

ROLES = {
    "supplier": 1, "brand": 2, "retailer": 4, "repairer": 8, "recycler": 16, "certifier": 32, "association": 64,
    "authority": 128, "observer": 256, "technical-operator": 512, "coordinator": 1024,
}  # fmt: skip
CAPTURE, PASSPORT, ADMIN = 1, 2, 4
SIGNING = 1
_ALG = {"ES256": 1, "EdDSA": 2}
_KEY_TYPE = "(uint8,uint8,uint8,bytes,bytes32,bytes32)"
_TYPES = {
    "admit": ("bytes32", "uint16", "bytes32", f"{_KEY_TYPE}[]"),
    "change": ("bytes32", "uint16", "bool"),
}


@dataclass(frozen=True)
class Registry:
    """The contract that an act is for: part of what is signed, so an act for one chain is of no use on another."""

    chain_id: int
    address: str

    @classmethod
    def of(cls, deployment: Mapping[str, Any]) -> Registry:
        """Read the participants' registry from a deployment or trust file, or from the node's word."""
        contract = deployment.get("participants")
        chain_id = deployment.get("chainId")
        if not isinstance(contract, dict) or not isinstance(chain_id, int):
            raise ClientError("DEPLOYMENT_INCOMPLETE", "participants")
        return cls(chain_id, str(contract.get("address")).lower())


@dataclass(frozen=True)
class KeyGrant:
    """A key at admission: capabilities as bits, and the signature by which a P-256 key proves possession."""

    key: PublicKey
    capabilities: int
    possession: bytes

    def to_json(self) -> dict[str, Any]:
        """The contract's `KeyInput`; Ed25519 keys prove possession off chain only, so r and s are zero there."""
        proof = self.possession if self.key.alg == "ES256" else bytes(64)
        raw = self.key.uncompressed if self.key.alg == "ES256" else self.key.raw
        return {
            "alg": _ALG[self.key.alg],
            "use": SIGNING,
            "capabilities": self.capabilities,
            "publicKey": raw.hex(),
            "r": proof[:32].hex(),
            "s": proof[32:].hex(),
        }


def admit_args(participant: str, roles: int, profile_digest: str, keys: Sequence[KeyGrant]) -> dict[str, Any]:
    """The arguments of `admit`, by their names in the ABI."""
    shown = [grant.to_json() for grant in keys]
    return {"id": participant, "roles": roles, "profileDigest": profile_digest, "keys": shown}


def change_args(participant: str, roles: int, *, active: bool) -> dict[str, Any]:
    """The arguments of `change`, by their names in the ABI."""
    return {"id": participant, "roles": roles, "active": active}


def sign_act(
    registry: Registry,
    act: str,
    args: Mapping[str, Any],
    nonce: int,
    signers: Sequence[PrivateKey],
    deadline: int | None = None,
) -> dict[str, Any]:
    """Return the act as `POST /participants/acts` takes it, signed by each key. `deadline` is in unix seconds."""
    limit = int(time.time()) + DEADLINE_SECONDS if deadline is None else deadline
    message = act_message(registry, act, args, nonce, limit)
    return {
        "contract": "participants",
        "act": act,
        "args": dict(args),
        "nonce": nonce,
        "deadline": limit,
        "signatures": [_signature(key, message) for key in signers],
    }


def act_message(registry: Registry, act: str, args: Mapping[str, Any], nonce: int, deadline: int) -> bytes:
    """The bytes whose SHA-256 is signed (README §9)."""
    encoded = encode(_TYPES[act], [_plain(value) for value in args.values()])
    return encode(
        ["string", "uint256", "address", "string", "bytes", "uint256", "uint64"],
        [ACT_TAG, registry.chain_id, registry.address, act, encoded, nonce, deadline],
    )


def possession_message(registry: Registry, participant: str, key: PublicKey) -> bytes:
    """The bytes by whose signature a key proves that it is held and meant for `participant` (README §9)."""
    return encode(
        ["string", "uint256", "address", "bytes32", "bytes32"],
        [KEY_TAG, registry.chain_id, registry.address, bytes.fromhex(participant), key.key_id],
    )


def prove_possession(registry: Registry, participant: str, key: PrivateKey) -> bytes:
    """Sign the proof of possession."""
    return key.sign(possession_message(registry, participant, key.public))


def verify_possession(registry: Registry, participant: str, grant: KeyGrant) -> None:
    """Raise SignatureInvalid unless the key's holder meant it for `participant` on this registry."""
    verify(grant.key, possession_message(registry, participant, grant.key), grant.possession)


def _signature(key: PrivateKey, message: bytes) -> dict[str, str]:
    if key.alg != "ES256":
        raise ClientError("ACT_NEEDS_P256", "--key")
    signature = key.sign(message)
    return {"keyHash": key.public.key_id.hex(), "r": signature[:32].hex(), "s": signature[32:].hex()}


def _plain(value: Any) -> Any:
    """Hex text becomes bytes, a key its tuple; the order of names is the order of the ABI."""
    if isinstance(value, str):
        return bytes.fromhex(value)
    if isinstance(value, list):
        return [tuple(_plain(part) for part in entry.values()) for entry in value]
    return value
