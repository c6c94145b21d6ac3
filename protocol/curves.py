"""The two curves, as far as strict rules about encodings need them (protocol/README §3 Signatures).

Libraries disagree about Ed25519 keys of small order and about non-canonical encodings, so these are decided
here, with integers and nothing else, before any library is asked. Nothing secret passes through this module.
"""

from __future__ import annotations

from typing import Final

# RFC 8032 §5.1: edwards25519.
ED25519_P: Final = 2**255 - 19
ED25519_L: Final = 2**252 + 27742317777372353535851937790883648493
_ED25519_D: Final = -121665 * pow(121666, -1, ED25519_P) % ED25519_P

# SEC 2 §2.4.2: secp256r1.
P256_P: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256_N: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_P256_B: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B

_Y8: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7  # y of two points of order 8

_SMALL_ORDER_Y: Final = frozenset({0, 1, ED25519_P - 1, _Y8, ED25519_P - _Y8})
"""The y of the eight points whose order divides the cofactor: ±(·, 0), (0, 1), (0, −1), (±·, ±y8)."""


def split_ed25519(encoded: bytes) -> tuple[int, int]:
    """Return (y, sign of x) of a 32-byte encoding (RFC 8032 §5.1.3 step 1), without judging it."""
    number = int.from_bytes(encoded, "little")
    return number & (2**255 - 1), number >> 255


def is_canonical_ed25519(encoded: bytes) -> bool:
    """Tell whether y < p and, where x must be 0, its sign bit is 0: one spelling for each point."""
    y, sign = split_ed25519(encoded)
    return y < ED25519_P and not (sign and y in {1, ED25519_P - 1})


def is_small_order_ed25519(encoded: bytes) -> bool:
    """Tell whether the encoding, canonical or not, names a point whose order divides 8."""
    return split_ed25519(encoded)[0] % ED25519_P in _SMALL_ORDER_Y


def is_on_ed25519(encoded: bytes) -> bool:
    """Tell whether some x belongs to y (RFC 8032 §5.1.3 steps 2 and 3)."""
    y = split_ed25519(encoded)[0] % ED25519_P
    u, v = (y * y - 1) % ED25519_P, (_ED25519_D * y * y + 1) % ED25519_P
    x = u * pow(v, 3, ED25519_P) * pow(u * pow(v, 7, ED25519_P), (ED25519_P - 5) // 8, ED25519_P) % ED25519_P
    return v * x * x % ED25519_P in {u, -u % ED25519_P}


def decompress_p256(compressed: bytes) -> tuple[int, int] | None:
    """Return (x, y) of a 33-byte SEC 1 compressed point, or None if the bytes name no point of the curve."""
    if len(compressed) != 33 or compressed[0] not in {2, 3}:  # noqa: PLR2004 - SEC 1 §2.3.4
        return None
    x = int.from_bytes(compressed[1:], "big")
    if x >= P256_P:
        return None
    square = (x * x * x - 3 * x + _P256_B) % P256_P
    y = pow(square, (P256_P + 1) // 4, P256_P)
    if y * y % P256_P != square:
        return None
    return x, y if y % 2 == compressed[0] % 2 else P256_P - y


def compress_p256(x: int, y: int) -> bytes:
    """Return the 33-byte SEC 1 compressed form of (x, y)."""
    return bytes([2 + y % 2]) + x.to_bytes(32, "big")
