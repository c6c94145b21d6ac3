"""One way to verify: libraries' signatures hold, second spellings and weak keys do not."""

from __future__ import annotations

import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from protocol import curves
from protocol.errors import FilieraError, SignatureInvalid
from protocol.keys import PublicKey, private_key_from_secret
from protocol.signatures import normalise_low_s, signature_from_der, verify
from scripts.make_vectors.front_door_keys import small_order_encodings
from tests.support.shared import vectors

KEYS = {
    alg: private_key_from_secret(alg, hashlib.sha256(alg.encode()).digest()) for alg in ("ES256", "EdDSA")
}
ALGS = st.sampled_from(sorted(KEYS))


@given(ALGS, st.binary(max_size=200))
def test_own_signature_holds_and_has_the_low_form(alg, message):
    signature = KEYS[alg].sign(message)
    verify(KEYS[alg].public, message, signature)
    if alg == "ES256":
        assert normalise_low_s(signature) == signature


@given(ALGS, st.integers(0, 511), st.binary(min_size=1, max_size=20))
def test_one_flipped_bit_is_refused(alg, bit, message):
    signature = bytearray(KEYS[alg].sign(message))
    signature[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SignatureInvalid):
        verify(KEYS[alg].public, message, bytes(signature))


@given(ALGS, st.binary(max_size=70))
def test_only_our_errors_leave_verify(alg, signature):
    with pytest.raises(SignatureInvalid):
        verify(KEYS[alg].public, b"message", signature)


@given(st.binary(max_size=20))
def test_high_s_holds_and_is_normalised(message):
    low = KEYS["ES256"].sign(message)
    high = low[:32] + (curves.P256_N - int.from_bytes(low[32:], "big")).to_bytes(32, "big")
    verify(KEYS["ES256"].public, message, high)
    assert normalise_low_s(high) == low


@pytest.mark.parametrize("signature", [b"", bytes(64), bytes(63), b"\xff" * 64])
def test_what_is_no_signature_is_not_normalised(signature):
    with pytest.raises(SignatureInvalid, match="SIGNATURE_MALFORMED"):
        normalise_low_s(signature)


def test_der_leads_to_the_pair():
    pair = KEYS["ES256"].sign(b"message")
    r, s = int.from_bytes(pair[:32], "big"), int.from_bytes(pair[32:], "big")
    assert signature_from_der(encode_dss_signature(r, s)) == pair


@given(st.binary(max_size=80))
def test_only_our_errors_leave_the_der_reader(der):
    with pytest.raises(SignatureInvalid):
        signature_from_der(der + b"\0")


@pytest.mark.parametrize("numbers", [(0, 1), (1, 0), (2**256, 1), (1, curves.P256_N)])
def test_der_out_of_range_is_refused(numbers):
    with pytest.raises(SignatureInvalid, match="SIGNATURE_MALFORMED"):
        signature_from_der(encode_dss_signature(*numbers))


@pytest.mark.parametrize(
    "der", ["30060201ff020101", "30060201010201ff", "3007020200ff020101ff", "300602010102010100"]
)
def test_der_with_negative_numbers_or_trailing_bytes_is_refused(der):
    with pytest.raises(SignatureInvalid, match="SIGNATURE_MALFORMED"):
        signature_from_der(bytes.fromhex(der))


@pytest.mark.parametrize("raw", small_order_encodings(), ids=bytes.hex)
def test_key_for_which_anybody_signs_is_refused_though_a_library_takes_it(raw):
    with pytest.raises(FilieraError, match="KEY_WEAK"):
        PublicKey("EdDSA", raw)


def test_the_library_alone_would_take_the_identity_key():
    # Why our rules come first: with the identity as key, R = identity and s = 0 sign every message.
    identity = (1).to_bytes(32, "little")
    ed25519.Ed25519PublicKey.from_public_bytes(identity).verify(identity + bytes(32), b"anything")


@pytest.mark.shared
def test_public_ed25519_vectors():
    groups = json.loads(vectors("wycheproof", "ed25519_test.json").read_text("utf-8"))["testGroups"]
    checked = [
        check(PublicKey("EdDSA", bytes.fromhex(g["publicKey"]["pk"])), test)
        for g in groups
        for test in g["tests"]
    ]
    assert len(checked) >= 150


@pytest.mark.shared
def test_public_p256_vectors():
    name = "ecdsa_secp256r1_sha256_p1363_half.json"
    groups = json.loads(vectors("wycheproof", name).read_text("utf-8"))["testGroups"]
    checked = [
        check(PublicKey.from_uncompressed(bytes.fromhex(group["publicKey"]["uncompressed"])), test)
        for group in groups
        for test in group["tests"]
    ]
    assert len(checked) >= 100


def check(key, test):
    try:
        verify(key, bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"]))
        result = "valid"
    except SignatureInvalid:
        result = "invalid"
    assert result == test["result"], test
    return test
