"""Public and private keys: P-256 and Ed25519, their names and their strict rules (protocol/README §3).

A `PublicKey` that exists has passed the rules: point on the curve, canonical encoding, not of small order. So
no later step needs to ask again, and registration and every verifier refuse the same keys.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from protocol import base58, base64url, curves
from protocol.errors import FormatError

Alg = Literal["ES256", "EdDSA"]

_PREFIXES: dict[Alg, bytes] = {"ES256": b"\x80\x24", "EdDSA": b"\xed\x01"}  # multicodec p256-pub, ed25519-pub
_RAW_BYTES: dict[Alg, int] = {"ES256": 33, "EdDSA": 32}
_COORDINATE_BYTES = 32
_ECDSA = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True)
class PublicKey:
    """A public key; `raw` is the 33-byte compressed P-256 point or the 32-byte Ed25519 key.

    Raises FormatError KEY_MALFORMED (length, encoding, not on the curve) or KEY_WEAK (small order).
    """

    alg: Alg
    raw: bytes

    def __post_init__(self) -> None:
        _ensure_sound(self.alg, self.raw)

    @cached_property
    def multicodec(self) -> bytes:
        """Varint prefix ‖ raw key: what did:key spells and the key id hashes."""
        return _PREFIXES[self.alg] + self.raw

    @cached_property
    def key_id(self) -> bytes:
        """The 32 bytes that stand for the key on chain."""
        return hashlib.sha256(self.multicodec).digest()

    @cached_property
    def did(self) -> str:
        """`did:key:z…`."""
        return "did:key:z" + base58.encode(self.multicodec)

    @cached_property
    def kid(self) -> str:
        """`did:key:z…#z…`, the header's `kid`."""
        return f"{self.did}#{self.did.removeprefix('did:key:')}"

    @cached_property
    def uncompressed(self) -> bytes:
        """P-256: x ‖ y, 64 bytes, without the 0x04 prefix. FormatError KEY_ALG_MISMATCH for Ed25519."""
        point = curves.decompress_p256(self.raw) if self.alg == "ES256" else None
        if point is None:
            raise FormatError("KEY_ALG_MISMATCH", alg=self.alg)
        return point[0].to_bytes(_COORDINATE_BYTES, "big") + point[1].to_bytes(_COORDINATE_BYTES, "big")

    @cached_property
    def jwk(self) -> dict[str, str]:
        """The public JWK (RFC 7517, RFC 8037), required members only."""
        if self.alg == "EdDSA":
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(self.raw)}
        x, y = self.uncompressed[:_COORDINATE_BYTES], self.uncompressed[_COORDINATE_BYTES:]
        return {"kty": "EC", "crv": "P-256", "x": base64url.encode(x), "y": base64url.encode(y)}

    @classmethod
    def from_did(cls, did: str) -> Self:
        """Read `did:key:z…`.

        FormatError KEY_MALFORMED unless it is the only spelling of a P-256 or Ed25519 key.
        """
        if not did.startswith("did:key:z"):
            raise FormatError("KEY_MALFORMED")
        data = base58.decode(did[9:])
        for alg, prefix in _PREFIXES.items():
            if data.startswith(prefix):
                return cls(alg, data[len(prefix) :])
        raise FormatError("KEY_MALFORMED")

    @classmethod
    def from_kid(cls, kid: str) -> Self:
        """Read `did:key:z…#z…`; both parts must name the same key, else FormatError KID_MALFORMED."""
        did, _, fragment = kid.partition("#")
        if not did.startswith("did:key:z") or fragment != did[8:]:
            raise FormatError("KID_MALFORMED")
        return cls.from_did(did)

    @classmethod
    def from_jwk(cls, jwk: dict[str, Any]) -> Self:
        """Read the public part of a JWK; members beyond kty, crv, x, y are not looked at."""
        kind = (jwk.get("kty"), jwk.get("crv"))
        if kind == ("OKP", "Ed25519"):
            return cls("EdDSA", _member(jwk, "x"))
        if kind == ("EC", "P-256"):
            return cls.from_uncompressed(_member(jwk, "x") + _member(jwk, "y"))
        raise FormatError("KEY_MALFORMED")

    @classmethod
    def from_uncompressed(cls, point: bytes) -> Self:
        """Read a P-256 point as x ‖ y (64 bytes) or 0x04 ‖ x ‖ y (65 bytes)."""
        if len(point) == 1 + 2 * _COORDINATE_BYTES and point[0] == 4:  # noqa: PLR2004 - SEC 1 §2.3.3
            point = point[1:]
        if len(point) != 2 * _COORDINATE_BYTES:
            raise FormatError("KEY_MALFORMED")
        x, y = (
            int.from_bytes(point[:_COORDINATE_BYTES], "big"),
            int.from_bytes(point[_COORDINATE_BYTES:], "big"),
        )
        key = cls("ES256", curves.compress_p256(x, y))
        if key.uncompressed != point:
            raise FormatError("KEY_MALFORMED")
        return key


@dataclass(frozen=True, repr=False)
class PrivateKey:
    """A private key that signs; it is made elsewhere (randomness is passed in) and never printed."""

    native: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

    def __post_init__(self) -> None:
        if isinstance(self.native, ec.EllipticCurvePrivateKey) and not isinstance(
            self.native.curve, ec.SECP256R1
        ):
            raise FormatError("KEY_MALFORMED")

    @cached_property
    def public(self) -> PublicKey:
        """The public half."""
        if isinstance(self.native, ed25519.Ed25519PrivateKey):
            return PublicKey("EdDSA", self.native.public_key().public_bytes_raw())
        numbers = self.native.public_key().public_numbers()
        return PublicKey("ES256", curves.compress_p256(numbers.x, numbers.y))

    @property
    def alg(self) -> Alg:
        """`ES256` or `EdDSA`."""
        return self.public.alg

    def sign(self, message: bytes) -> bytes:
        """Return r ‖ s (ES256 over SHA-256 of `message`, low s) or the Ed25519 signature: 64 bytes."""
        if isinstance(self.native, ed25519.Ed25519PrivateKey):
            return self.native.sign(message)
        r, s = decode_dss_signature(self.native.sign(message, _ECDSA))
        return r.to_bytes(_COORDINATE_BYTES, "big") + min(s, curves.P256_N - s).to_bytes(
            _COORDINATE_BYTES, "big"
        )

    @property
    def jwk(self) -> dict[str, str]:
        """The private JWK: secret, for the maker's own storage only."""
        if isinstance(self.native, ed25519.Ed25519PrivateKey):
            secret = self.native.private_bytes_raw()
        else:
            secret = self.native.private_numbers().private_value.to_bytes(_COORDINATE_BYTES, "big")
        return {**self.public.jwk, "d": base64url.encode(secret)}


def private_key_from_jwk(jwk: dict[str, Any]) -> PrivateKey:
    """Read a private JWK.

    FormatError KEY_MALFORMED if `d` is absent, out of range or not the secret of x (and y).
    """
    public = PublicKey.from_jwk(jwk)
    key = private_key_from_secret(public.alg, _member(jwk, "d"))
    if key.public != public:
        raise FormatError("KEY_MALFORMED")
    return key


def private_key_from_secret(alg: Alg, secret: bytes) -> PrivateKey:
    """Build a key from 32 secret bytes drawn by the caller: P-256 scalar (big-endian) or Ed25519 seed."""
    if len(secret) != _COORDINATE_BYTES:
        raise FormatError("KEY_MALFORMED")
    if alg == "EdDSA":
        return PrivateKey(ed25519.Ed25519PrivateKey.from_private_bytes(secret))
    scalar = int.from_bytes(secret, "big")
    if not 0 < scalar < curves.P256_N:
        raise FormatError("KEY_MALFORMED")
    return PrivateKey(ec.derive_private_key(scalar, ec.SECP256R1()))


def _member(jwk: dict[str, Any], name: str) -> bytes:
    """Return a JWK member of 32 bytes; RFC 7518 §6.2.1 asks for the full length, leading zeros included."""
    text = jwk.get(name)
    if not isinstance(text, str):
        raise FormatError("KEY_MALFORMED", name)
    data = base64url.decode(text, name)
    if len(data) != _COORDINATE_BYTES:
        raise FormatError("KEY_MALFORMED", name)
    return data


@lru_cache(maxsize=4096)
def _ensure_sound(alg: Alg, raw: bytes) -> None:
    """Refuse what is no point, has a second spelling or lies in the small subgroup.

    Sound keys are remembered.
    """
    if alg not in _PREFIXES or len(raw) != _RAW_BYTES[alg]:
        raise FormatError("KEY_MALFORMED")
    if alg == "ES256":
        if curves.decompress_p256(raw) is None:
            raise FormatError("KEY_MALFORMED")
        return
    if curves.is_small_order_ed25519(raw):
        raise FormatError("KEY_WEAK")
    if not curves.is_canonical_ed25519(raw) or not curves.is_on_ed25519(raw):
        raise FormatError("KEY_MALFORMED")
