"""The curve rules against the group itself: the eight torsion points, square roots, point encodings."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from protocol import curves
from scripts.make_vectors.front_door_keys import small_order_encodings

P = curves.ED25519_P
D = -121665 * pow(121666, -1, P) % P


def points_with(y):
    """Every x that belongs to y on edwards25519."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    if root * root % P != square:
        root = root * pow(2, (P - 1) // 4, P) % P
    return {root, -root % P} if root * root % P == square else set()


def double(point):
    x, y = point
    k = D * x * x * y * y % P
    return 2 * x * y * pow(1 + k, -1, P) % P, (y * y + x * x) * pow(1 - k, -1, P) % P


def test_the_small_points_are_eight_and_their_order_divides_eight():
    points = set()
    for encoded in small_order_encodings():
        y = curves.split_ed25519(encoded)[0] % P
        points |= {(x, y) for x in points_with(y)}
    assert len(points) == 8
    for point in points:
        assert double(double(double(point))) == (0, 1)


@given(st.integers(0, 2**255 - 1), st.integers(0, 1))
def test_on_curve_agrees_with_a_square_root(y, sign):
    encoded = (y | sign << 255).to_bytes(32, "little")
    assert curves.is_on_ed25519(encoded) == bool(points_with(y % P))
    assert curves.is_canonical_ed25519(encoded) == (y < P and not (sign and y in {1, P - 1}))


@given(st.binary(min_size=32, max_size=32), st.sampled_from([0, 2, 3, 4]))
def test_p256_decompression_agrees_with_openssl(x, prefix):
    compressed = bytes([prefix]) + x
    try:
        numbers = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), compressed).public_numbers()
        expected = (numbers.x, numbers.y)
    except ValueError:
        expected = None
    assert curves.decompress_p256(compressed) == expected
    if expected is not None:
        assert curves.compress_p256(*expected) == compressed
