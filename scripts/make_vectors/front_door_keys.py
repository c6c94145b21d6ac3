"""Cases of did:key and of bare signatures: what libraries disagree on comes first."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from protocol import base58, curves
from scripts.make_vectors.front_door_parts import ED25519, P256, Case, sign

if TYPE_CHECKING:
    from protocol.keys import PublicKey

_ED_PREFIX, _P256_PREFIX = b"\xed\x01", b"\x80\x24"
_MESSAGE = b"filiera"
_N, _L, _P = curves.P256_N, curves.ED25519_L, curves.ED25519_P


def key_cases() -> list[Case]:
    """Each case: `did`, and `alg`, `raw`, `keyId`, `kid`, `jwk` or the `code` of its refusal."""
    good = {"good_p256": P256.public, "good_ed25519": ED25519.public}
    cases: list[Case] = [
        {
            "name": name,
            "did": key.did,
            "alg": key.alg,
            "raw": key.raw.hex(),
            "keyId": key.key_id.hex(),
            "kid": key.kid,
            "jwk": key.jwk,
            "code": None,
        }
        for name, key in good.items()
    ]
    cases += [{"name": name, "did": did, "code": "KEY_MALFORMED"} for name, did in _malformed_dids().items()]
    for number, raw in enumerate(small_order_encodings()):
        cases.append(
            {"name": f"ed25519_small_order_{number}", "did": _did(_ED_PREFIX + raw), "code": "KEY_WEAK"}
        )
    return cases


def small_order_encodings() -> list[bytes]:
    """Every 32-byte text that some library takes for a point whose order divides 8, canonical or not."""
    y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
    canonical = [0, 1, _P - 1, y8, _P - y8]
    beyond = [_P, _P + 1]  # p − 1 + p and the larger ones do not fit into 255 bits
    return [(y | sign << 255).to_bytes(32, "little") for y in [*canonical, *beyond] for sign in (0, 1)]


def _malformed_dids() -> dict[str, str]:
    p256, ed25519 = P256.public.raw, ED25519.public.raw
    off_curve = next(
        x for x in range(5, 99) if curves.decompress_p256(b"\x02" + x.to_bytes(32, "big")) is None
    )
    not_on_edwards = next(
        encoded for y in range(2, 99) if not curves.is_on_ed25519(encoded := y.to_bytes(32, "little"))
    )
    return {
        "did_empty": "did:key:",
        "did_other_multibase": "did:key:m" + "7QE" * 12,
        "did_method_in_capitals": "did:KEY:" + ED25519.public.did[8:],
        "did_with_fragment": ED25519.public.kid,
        "did_with_query": ED25519.public.did + "?x=1",
        "did_with_newline": ED25519.public.did + "\n",
        "did_character_outside_base58": ED25519.public.did[:-1] + "0",
        "did_leading_zero_byte": "did:key:z1" + ED25519.public.did[9:],
        "did_thousands_of_characters": "did:key:z" + "2" * 5_000,
        "did_x25519": _did(b"\xec\x01" + ed25519),
        "did_secp256k1": _did(b"\xe7\x01" + p256),
        "did_p384": _did(b"\x81\x24\x02" + bytes(47) + b"\x05"),
        "did_prefix_varint_not_minimal": _did(b"\xed\x81\x00" + ed25519),
        "ed25519_one_byte_short": _did(_ED_PREFIX + ed25519[:-1]),
        "ed25519_one_byte_more": _did(_ED_PREFIX + ed25519 + b"\0"),
        "ed25519_y_not_below_p": _did(_ED_PREFIX + (_P + 3).to_bytes(32, "little")),
        "ed25519_not_on_curve": _did(_ED_PREFIX + not_on_edwards),
        "p256_uncompressed": _did(_P256_PREFIX + b"\x04" + P256.public.uncompressed),
        "p256_hybrid_prefix": _did(_P256_PREFIX + b"\x06" + p256[1:]),
        "p256_x_not_below_p": _did(_P256_PREFIX + b"\x02" + (curves.P256_P + 5).to_bytes(32, "big")),
        "p256_not_on_curve": _did(_P256_PREFIX + b"\x02" + off_curve.to_bytes(32, "big")),
        "p256_point_at_infinity": _did(_P256_PREFIX + bytes(33)),
    }


def _did(multicodec: bytes) -> str:
    return "did:key:z" + base58.encode(multicodec)


def signature_cases() -> list[Case]:
    """Each case: `did`, `message` and `signature` (r ‖ s, or R ‖ s) in hex, `code` or null."""
    return _p256_cases() + _ed25519_cases()


def _p256_cases() -> list[Case]:
    good = sign(P256, _MESSAGE)
    r, s = int.from_bytes(good[:32], "big"), int.from_bytes(good[32:], "big")
    low, high = min(s, _N - s), max(s, _N - s)

    def pair(first: int, second: int) -> bytes:
        return first.to_bytes(32, "big") + second.to_bytes(32, "big")

    return [
        _case(P256.public, "good_es256_low_s", pair(r, low), None),
        _case(P256.public, "good_es256_high_s", pair(r, high), None),
        _case(P256.public, "es256_other_message", good, "SIGNATURE_INVALID", b"filierA"),
        _case(P256.public, "es256_bit_of_r_flipped", pair(r ^ 1, s), "SIGNATURE_INVALID"),
        _case(P256.public, "es256_r_zero", pair(0, s), "SIGNATURE_MALFORMED"),
        _case(P256.public, "es256_s_zero", pair(r, 0), "SIGNATURE_MALFORMED"),
        _case(P256.public, "es256_r_is_n", pair(_N, s), "SIGNATURE_MALFORMED"),
        _case(P256.public, "es256_s_is_n", pair(r, _N), "SIGNATURE_MALFORMED"),
        _case(P256.public, "es256_all_ones", b"\xff" * 64, "SIGNATURE_MALFORMED"),
        _case(P256.public, "es256_all_zero", bytes(64), "SIGNATURE_MALFORMED"),
        _case(P256.public, "es256_der_instead_of_pair", b"\x30\x44\x02\x20" + good[:60], "SIGNATURE_INVALID"),
        _case(P256.public, "es256_one_byte_short", good[:-1], "SIGNATURE_MALFORMED"),
        _case(P256.public, "es256_one_byte_more", good + b"\0", "SIGNATURE_MALFORMED"),
        _case(P256.public, "es256_empty", b"", "SIGNATURE_MALFORMED"),
    ]


def _ed25519_cases() -> list[Case]:
    good = sign(ED25519, _MESSAGE)
    point, s = good[:32], int.from_bytes(good[32:], "little")

    def with_s(value: int) -> bytes:
        return point + value.to_bytes(32, "little")

    def with_r(value: int) -> bytes:
        return value.to_bytes(32, "little") + good[32:]

    return [
        _case(ED25519.public, "good_ed25519", good, None),
        _case(ED25519.public, "ed25519_other_message", good, "SIGNATURE_INVALID", b"filierA"),
        _case(
            ED25519.public, "ed25519_bit_of_r_flipped", bytes([good[0] ^ 1]) + good[1:], "SIGNATURE_INVALID"
        ),
        _case(ED25519.public, "ed25519_s_plus_l", with_s(s + _L), "SIGNATURE_MALFORMED"),
        _case(ED25519.public, "ed25519_s_is_l", with_s(_L), "SIGNATURE_MALFORMED"),
        _case(ED25519.public, "ed25519_r_not_below_p", with_r(_P + 2), "SIGNATURE_MALFORMED"),
        _case(ED25519.public, "ed25519_r_is_p", with_r(_P), "SIGNATURE_MALFORMED"),
        _case(ED25519.public, "ed25519_r_negative_zero", with_r(1 | 1 << 255), "SIGNATURE_MALFORMED"),
        _case(ED25519.public, "ed25519_r_identity_s_zero", with_r(1)[:32] + bytes(32), "SIGNATURE_INVALID"),
        _case(ED25519.public, "ed25519_mixed_torsion_r", *_torsion_signature()),
        _case(ED25519.public, "ed25519_one_byte_short", good[:-1], "SIGNATURE_MALFORMED"),
        _case(ED25519.public, "ed25519_one_byte_more", good + b"\0", "SIGNATURE_MALFORMED"),
    ]


def _torsion_signature() -> tuple[bytes, str]:
    """R is off by a point of order 2: the equation holds with the cofactor, not without it, so refused."""
    secret = bytearray(hashlib.sha512(hashlib.sha256(b"filiera vectors Ed25519").digest()).digest())
    secret[0] &= 248
    secret[31] = secret[31] & 127 | 64
    scalar = int.from_bytes(secret[:32], "little")
    nonce = int.from_bytes(hashlib.sha512(b"filiera torsion").digest(), "little") % _L
    x, y = _multiply(nonce)
    x, y = -x % _P, -y % _P  # adding (0, −1), the point of order 2
    encoded = (y | (x & 1) << 255).to_bytes(32, "little")
    hashed = hashlib.sha512(encoded + ED25519.public.raw + _MESSAGE).digest()
    s = (nonce + int.from_bytes(hashed, "little") * scalar) % _L
    return encoded + s.to_bytes(32, "little"), "SIGNATURE_INVALID"


def _multiply(scalar: int) -> tuple[int, int]:
    """scalar × base point of edwards25519 (RFC 8032 §5.1), slowly."""
    d = -121665 * pow(121666, -1, _P) % _P
    y = 4 * pow(5, -1, _P) % _P
    x = 15112221349535400772501151409588531511454012693041857206046113283949847762202
    total, power = (0, 1), (x, y)

    def add(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
        (x1, y1), (x2, y2) = first, second
        k = d * x1 * x2 * y1 * y2 % _P
        return (
            (x1 * y2 + x2 * y1) * pow(1 + k, -1, _P) % _P,
            (y1 * y2 + x1 * x2) * pow(1 - k, -1, _P) % _P,
        )

    while scalar:
        if scalar & 1:
            total = add(total, power)
        power, scalar = add(power, power), scalar >> 1
    return total


def _case(key: PublicKey, name: str, signature: bytes, code: str | None, message: bytes = _MESSAGE) -> Case:
    return {
        "name": name,
        "did": key.did,
        "message": message.hex(),
        "signature": signature.hex(),
        "code": code,
    }
