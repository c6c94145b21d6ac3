"""The single way to check a signature (protocol/README §3 Signatures).

Our rules of encoding come first, because libraries disagree on them; then `cryptography` is asked once.
Ed25519 is checked without the cofactor: the computed R must equal the encoded R byte for byte.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from protocol import curves
from protocol.errors import SignatureInvalid

if TYPE_CHECKING:
    from protocol.keys import PublicKey

SIGNATURE_BYTES = 64
_HALF = 32
_ECDSA = ec.ECDSA(hashes.SHA256())


def verify(key: PublicKey, message: bytes, signature: bytes) -> None:
    """Check r ‖ s (ES256, high s allowed) or an Ed25519 signature over `message`.

    Raises SignatureInvalid SIGNATURE_MALFORMED (length, r, s or R out of range) or SIGNATURE_INVALID.
    """
    if len(signature) != SIGNATURE_BYTES:
        raise SignatureInvalid("SIGNATURE_MALFORMED")
    try:
        if key.alg == "ES256":
            r, s = _ensure_in_range(signature)
            _load_p256(key.raw).verify(encode_dss_signature(r, s), message, _ECDSA)
        else:
            _ensure_strict_ed25519(signature)
            _load_ed25519(key.raw).verify(signature, message)
    except InvalidSignature as error:
        raise SignatureInvalid("SIGNATURE_INVALID") from error


def normalise_low_s(signature: bytes) -> bytes:
    """Return the P-256 signature r ‖ s with s ≤ n/2, the only form the chain takes; needs no key."""
    if len(signature) != SIGNATURE_BYTES:
        raise SignatureInvalid("SIGNATURE_MALFORMED")
    _, s = _ensure_in_range(signature)
    return signature[:_HALF] + min(s, curves.P256_N - s).to_bytes(_HALF, "big")


def signature_from_der(der: bytes) -> bytes:
    """Return r ‖ s of a P-256 signature in DER (RFC 3279 §2.2.3), the form of smart cards and X.509 tools."""
    try:
        r, s = decode_dss_signature(der)
        signature = r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")
    except (ValueError, OverflowError) as error:  # no DER, or r or s negative or of more than 32 bytes
        raise SignatureInvalid("SIGNATURE_MALFORMED") from error
    _ensure_in_range(signature)
    return signature


def _ensure_in_range(signature: bytes) -> tuple[int, int]:
    r, s = int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big")
    if not (0 < r < curves.P256_N and 0 < s < curves.P256_N):
        raise SignatureInvalid("SIGNATURE_MALFORMED")
    return r, s


def _ensure_strict_ed25519(signature: bytes) -> None:
    """Refuse a second spelling of R or of s (RFC 8032 §5.1.7 step 1; malleability)."""
    if int.from_bytes(signature[_HALF:], "little") >= curves.ED25519_L:
        raise SignatureInvalid("SIGNATURE_MALFORMED")
    if not curves.is_canonical_ed25519(signature[:_HALF]):
        raise SignatureInvalid("SIGNATURE_MALFORMED")


@lru_cache(maxsize=4096)
def _load_p256(raw: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)


@lru_cache(maxsize=4096)
def _load_ed25519(raw: bytes) -> ed25519.Ed25519PublicKey:
    return ed25519.Ed25519PublicKey.from_public_bytes(raw)
