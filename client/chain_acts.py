"""Acts of the registries, signed without a wallet (README §9): who signs, and the form that the node relays.

The bytes are those of `protocol.acts`. `sign_act` is for any act of the three registries:

    registry = Registry.of(node.deployment(), "passports")
    act = sign_act(registry, "issue", {"issuer": …, "passportId": …, "digest": …}, nonce, [key], contract="passports")
    node.relay(act)
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from client.errors import ClientError
from protocol.acts import act_digest_input, possession_input
from protocol.roles import SIGNING
from protocol.signatures import normalise_low_s, verify

if TYPE_CHECKING:
    from protocol.keys import PrivateKey, PublicKey

# An act that nobody relayed by then is void; long enough for a second coordinator to sign.
DEADLINE_SECONDS = 3600

_ALG = {"ES256": 1, "EdDSA": 2}
_ADDRESS = re.compile(r"0x[0-9a-f]{40}", re.ASCII)


@dataclass(frozen=True)
class Registry:
    """The contract that an act is for: part of what is signed, so an act for one chain is of no use on another."""

    chain_id: int
    address: str

    @classmethod
    def of(cls, deployment: Mapping[str, Any], contract: str = "participants") -> Registry:
        """Read a registry from a deployment or trust file, or from the node's word; `DEPLOYMENT_INCOMPLETE`."""
        found = deployment.get(contract)
        chain_id = deployment.get("chainId")
        address = str(found.get("address")).lower() if isinstance(found, dict) else ""
        if not isinstance(chain_id, int) or not _ADDRESS.fullmatch(address):
            raise ClientError("DEPLOYMENT_INCOMPLETE", contract, contract=contract)
        return cls(chain_id, address)


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
    contract: str = "participants",
) -> dict[str, Any]:
    """Return the act as `POST /participants/acts` takes it, signed by each key. `deadline` is in unix seconds."""
    limit = int(time.time()) + DEADLINE_SECONDS if deadline is None else deadline
    message = act_message(registry, act, args, nonce, limit, contract)
    return {
        "contract": contract,
        "act": act,
        "args": dict(args),
        "nonce": nonce,
        "deadline": limit,
        "signatures": [_signature(key, message) for key in signers],
    }


def cosign_act(registry: Registry, act: Mapping[str, Any], signer: PrivateKey) -> dict[str, Any]:
    """Return the act with one more signature, over what it says and nothing else (k of n, from another machine)."""
    message = act_message(
        registry, act["act"], act["args"], act["nonce"], act["deadline"], act.get("contract", "participants")
    )
    added = _signature(signer, message)
    others = [entry for entry in act["signatures"] if entry["keyHash"] != added["keyHash"]]
    return {**act, "signatures": [*others, added]}


def act_message(
    registry: Registry,
    act: str,
    args: Mapping[str, Any],
    nonce: int,
    deadline: int,
    contract: str = "participants",
) -> bytes:
    """The bytes whose SHA-256 is signed (README §9)."""
    return act_digest_input(
        contract,
        act,
        args,
        chain_id=registry.chain_id,
        address=registry.address,
        nonce=nonce,
        deadline=deadline,
    )


def possession_message(registry: Registry, participant: str, key: PublicKey) -> bytes:
    """The bytes by whose signature a key proves that it is held and meant for `participant` (README §9)."""
    return possession_input(registry.chain_id, registry.address, participant, key.key_id)


def prove_possession(registry: Registry, participant: str, key: PrivateKey) -> bytes:
    """Sign the proof of possession; a P-256 proof has a low s, as the chain demands."""
    signature = key.sign(possession_message(registry, participant, key.public))
    return normalise_low_s(signature) if key.alg == "ES256" else signature


def verify_possession(registry: Registry, participant: str, grant: KeyGrant) -> None:
    """Raise SignatureInvalid unless the key's holder meant it for `participant` on this registry."""
    verify(grant.key, possession_message(registry, participant, grant.key), grant.possession)


def _signature(key: PrivateKey, message: bytes) -> dict[str, str]:
    if key.alg != "ES256":
        raise ClientError("ACT_NEEDS_P256", "--key")
    signature = normalise_low_s(key.sign(message))
    return {"keyHash": key.public.key_id.hex(), "r": signature[:32].hex(), "s": signature[32:].hex()}
