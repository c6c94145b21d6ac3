"""Conformance questions about keys and bare signatures, answered by the product's own functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.errors import FormatError
from protocol.keys import PublicKey
from protocol.signatures import signature_from_der, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CURVES = {"ES256": "P-256", "EdDSA": "Ed25519"}


def verify_signature(question: Mapping[str, Any]) -> dict[str, Any]:
    """`verify`: `alg` (ed25519, es256, es256-der), `key`, `msg`, `sig` in hex → `valid`."""
    alg, key, signature = question["alg"], bytes.fromhex(question["key"]), bytes.fromhex(question["sig"])
    if alg not in {"ed25519", "es256", "es256-der"}:
        raise FormatError("ALG_REFUSED", "alg", alg=str(alg)[:80])
    public = PublicKey("EdDSA", key) if alg == "ed25519" else PublicKey.from_uncompressed(key)
    if alg == "es256-der":
        signature = signature_from_der(signature)
    verify(public, bytes.fromhex(question["msg"]), signature)
    return {"valid": True}


def read_did_key(question: Mapping[str, Any]) -> dict[str, Any]:
    """`did.key`: `did` → `type` (curve) and `public_key`.

    32 bytes, or the compressed point of 33 bytes, in hex.
    """
    key = PublicKey.from_did(question["did"])
    return {"type": _CURVES[key.alg], "public_key": key.raw.hex()}


OPS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "verify": verify_signature,
    "did.key": read_did_key,
}
