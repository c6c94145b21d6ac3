"""How a pseudonym gets in: a request that only the coordinator can open (design §4.10).

    maker        filiera participant pseudonym new … > request.json     sealed; says nothing to whoever carries it
    coordinator  filiera participant admit request.json                 opens it, admits with the member's own roles

Inside: the pseudonym's admission request, and the member's signed word that it stands for him. Nobody else learns who
that is: the membership that the coordinator signs names the pseudonym, and the company only at the tier `authority`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from client.chain_acts import Registry
from client.enrolment import AdmissionRequest, make_request, parse_request
from client.errors import ClientError
from client.profile import ensure_participant_id
from protocol.compact import parse_compact, sign_compact, verify_compact
from protocol.errors import FilieraError
from protocol.keys import PublicKey
from protocol.strict_json import dump_json, parse_json, parse_object

if TYPE_CHECKING:
    from protocol.keys import PrivateKey

FORMAT = "filiera-pseudonym-request/1"
TYP = "filiera-pseudonym+jwt"
SCHEME = "PSEUDONYM"
"""The register of a pseudonym's number, which is its id: an own one would say who it is."""
SEALED_BYTES = 4096
"""What is sealed is padded with spaces to this length: a company's name gives it no other."""
_ALG, _ENC = "ECDH-ES+A256KW", "A256GCM"
_REGISTRY = jwe.JWERegistry(algorithms=[_ALG, _ENC])


@dataclass(frozen=True)
class PseudonymRequest:
    """A pseudonym's request for admission, and the member (64 hex characters) that `key` speaks for."""

    request: AdmissionRequest
    member: str
    key: PublicKey


def seal_request(
    keys: tuple[PrivateKey, PrivateKey], member: str, participant: str, registry: Registry, country: str,
    coordinator: PublicKey,
) -> bytes:  # fmt: skip
    """Ask for a pseudonym; `keys` are the member's own and the pseudonym's. `PSEUDONYM_COORDINATOR` for no P-256."""
    own, key = keys
    if coordinator.alg != "ES256":
        raise ClientError("PSEUDONYM_COORDINATOR", "--coordinator")
    name = f"pseudonym {participant[:12]}"
    request = make_request(participant, [key], registry, name, country, [(SCHEME, participant)])
    word = {"iss": own.public.did, "member": member, "pseudonym": participant, **_place(registry)}
    inside = {"request": request.to_json(), "word": sign_compact(word, own, TYP)}
    clear = dump_json(inside).ljust(SEALED_BYTES)
    reader = ECKey.import_key(dict(coordinator.jwk))
    sealed = jwe.encrypt_compact({"alg": _ALG, "enc": _ENC}, clear, reader, registry=_REGISTRY)
    return dump_json({"format": FORMAT, "sealed": sealed}) + b"\n"


def is_sealed_request(data: bytes) -> bool:
    """Tell whether a request file is one that has to be opened first."""
    try:
        value = parse_json(data)
    except FilieraError:
        return False
    return isinstance(value, dict) and value.get("format") == FORMAT


def open_request(data: bytes, coordinator: PrivateKey) -> PseudonymRequest:
    """Open and check a request: ClientError `PSEUDONYM_SEALED` for another reader, `REQUEST_MALFORMED` otherwise.

    The member's word must name this pseudonym on this registry; whether its key speaks for the member, the ledger says
    (`ensure_of_member`).
    """
    try:
        outside = parse_object(data)
        inside: Any = parse_object(_opened(str(outside["sealed"]), coordinator))
        request = parse_request(dump_json(inside["request"]))
        key = PublicKey.from_did(parse_object(parse_compact(inside["word"]).payload)["iss"])
        word = verify_compact(inside["word"], key, TYP)
        expected = {"pseudonym": request.participant, **_place(request.registry)}
        if any(word[name] != value for name, value in expected.items()):
            raise ClientError("REQUEST_MALFORMED", "word", reason="word")
        return PseudonymRequest(request, ensure_participant_id(str(word["member"])), key)
    except ClientError:
        raise
    except (FilieraError, KeyError, TypeError, AttributeError) as error:
        reason = error.code if isinstance(error, FilieraError) else type(error).__name__
        raise ClientError("REQUEST_MALFORMED", reason=reason) from error


def ensure_of_member(asked: PseudonymRequest, participants: Collection[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the member's roles; `PSEUDONYM_MEMBER` unless it is active and the key one of its open `admin` keys."""
    for entry in participants:
        if entry.get("id") == asked.member and entry.get("active"):
            keys = [key for key in entry.get("keys", ()) if key.get("keyHash") == asked.key.key_id.hex()]
            if any(
                key["toBlock"] is key["disputedFrom"] is None and "admin" in key["capabilities"]
                for key in keys
            ):
                return tuple(map(str, entry.get("roles", ())))
    raise ClientError("PSEUDONYM_MEMBER", participant=asked.member)


def _opened(sealed: str, coordinator: PrivateKey) -> bytes:
    if coordinator.alg != "ES256":
        raise ClientError("PSEUDONYM_SEALED", "--key")
    key = ECKey.import_key({name: coordinator.jwk[name] for name in ("kty", "crv", "x", "y", "d")})
    try:
        return jwe.decrypt_compact(sealed, key, registry=_REGISTRY).plaintext or b""
    except (JoseError, ValueError) as error:
        raise ClientError("PSEUDONYM_SEALED", "--key") from error


def _place(registry: Registry) -> dict[str, Any]:
    return {"chainId": registry.chain_id, "registry": registry.address}
