"""Keys, salts, claims and raw tokens from which the front-door vectors are put together."""

from __future__ import annotations

import hashlib
import itertools
import json
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from protocol import base64url
from protocol.keys import PrivateKey, private_key_from_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

Case = dict[str, Any]

P256 = private_key_from_secret("ES256", hashlib.sha256(b"filiera vectors P-256").digest())
ED25519 = private_key_from_secret("EdDSA", hashlib.sha256(b"filiera vectors Ed25519").digest())
LOT, OUTPUT = "urn:filiera:lot:" + "a" * 26, "urn:filiera:lot:" + "b" * 26
ID = "urn:uuid:0e6f1b6e-6e0c-4f0b-9f58-6c9b5f0f6a01"
_DETERMINISTIC = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


def salts(label: str = "salt") -> Iterator[bytes]:
    """Salts that can be counted; real ones are random."""
    return (hashlib.sha256(f"{label}{number}".encode()).digest()[:16] for number in itertools.count())


def sign(key: PrivateKey, message: bytes) -> bytes:
    """Sign so that the same message gives the same bytes."""
    if not isinstance(key.native, ec.EllipticCurvePrivateKey):
        return key.sign(message)
    r, s = decode_dss_signature(key.native.sign(message, _DETERMINISTIC))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def compact_json(value: object) -> bytes:
    """JSON as most programs write it: no spaces, names in their order."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def raw_token(header: bytes, payload: bytes, key: PrivateKey) -> str:
    """Sign whatever bytes stand there, allowed or not."""
    signing_input = f"{base64url.encode(header)}.{base64url.encode(payload)}"
    return f"{signing_input}.{base64url.encode(sign(key, signing_input.encode()))}"


def token(
    payload: object, key: PrivateKey = ED25519, disclosures: tuple[str, ...] | None = None, **header: Any
) -> str:
    """Sign a payload; `header` members replace the right ones, None leaves one out."""
    typ = "vc+jwt" if disclosures is None else "vc+sd-jwt"
    members = {"alg": key.alg, "kid": key.public.kid, "typ": typ} | header
    kept = {name: value for name, value in members.items() if value is not None}
    jwt = raw_token(compact_json(kept), compact_json(payload), key)
    return jwt if disclosures is None else "~".join((jwt, *disclosures, ""))


def disclosure(*entries: object) -> str:
    """Write a disclosure."""
    return base64url.encode(compact_json(list(entries)))


def digest(text: str) -> str:
    """The digest by which a payload names a disclosure."""
    return base64url.encode(hashlib.sha256(text.encode()).digest())


def padded(*disclosures: str) -> list[str]:
    """The sorted `_sd` array of some disclosures with its decoys."""
    count = -len(disclosures) % 4 if disclosures else 4
    decoys = [digest(f"decoy {number} of {disclosures}") for number in range(count)]
    return sorted([*map(digest, disclosures), *decoys])


def credential(
    subject: dict[str, Any] | None = None, key: PrivateKey = ED25519, **changes: Any
) -> dict[str, Any]:
    """A spinning event's credential; `changes` replace members of the envelope, None leaves one out."""
    claims = {
        "@context": ["https://www.w3.org/ns/credentials/v2", "urn:filiera:context:1"],
        "id": ID,
        "type": ["VerifiableCredential", "FilieraEvent"],
        "issuer": key.public.did,
        "validFrom": "2026-03-02T00:00:00Z",
        "credentialSubject": event() if subject is None else subject,
    } | changes
    return {name: value for name, value in claims.items() if value is not None}


def event(**changes: Any) -> dict[str, Any]:
    """A spinning event in full form; `changes` replace properties, None leaves one out."""
    subject = {
        "type": "TransformationEvent",
        "eventID": ID,
        "eventTime": "2026-03-02T08:15:00Z",
        "eventTimeZoneOffset": "+01:00",
        "bizStep": "commissioning",
        "disposition": "active",
        "filiera:act": "process",
        "filiera:processType": "spinning",
        "filiera:day": "2026-03-02",
        "filiera:participant": "5a" * 32,
        "filiera:recordSeq": 3,
        "filiera:previousRecord": "c0" * 32,
        "inputQuantityList": [{"epcClass": LOT, "quantity": "120", "uom": "KGM"}],
        "outputQuantityList": [{"epcClass": OUTPUT, "quantity": "110.4", "uom": "KGM"}],
        "filiera:scrap": [{"quantity": "9.6", "uom": "KGM", "destination": "recycling"}],
        "readPoint": {"id": "urn:filiera:facility:" + "c" * 26},
        "filiera:onBehalfOf": {"party": "urn:filiera:participant:" + "d1" * 32, "basis": "contract"},
        "filiera:account": [
            {"lot": LOT, "lotSeq": 1, "before": "120", "after": "0", "uom": "KGM", "previous": "e2" * 32},
            {"lot": OUTPUT, "lotSeq": 0, "before": "0", "after": "110.4", "uom": "KGM"},
        ],
    } | changes
    return {name: value for name, value in subject.items() if value is not None}
