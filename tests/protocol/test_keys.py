"""Keys: one spelling each, sound or refused, the same names as other programs give them."""

from __future__ import annotations

import contextlib
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey
from openvc.did.did_key import DidKeyResolver

from protocol import base58
from protocol.errors import FormatError
from protocol.keys import PrivateKey, PublicKey, private_key_from_jwk, private_key_from_secret
from tests.support.shared import vectors

SECRETS = st.binary(min_size=32, max_size=32).filter(any)
ALGS = st.sampled_from(["ES256", "EdDSA"])


def key(alg="ES256", seed=b"test"):
    return private_key_from_secret(alg, hashlib.sha256(seed).digest())


@given(ALGS, SECRETS)
def test_every_form_of_a_key_leads_back_to_it(alg, secret):
    private = private_key_from_secret(alg, hashlib.sha256(secret).digest())
    public = private.public
    assert PublicKey.from_did(public.did) == PublicKey.from_kid(public.kid) == public
    assert PublicKey.from_jwk(public.jwk) == public
    assert private_key_from_jwk(private.jwk).public == public
    if alg == "ES256":
        assert PublicKey.from_uncompressed(public.uncompressed) == public
        assert PublicKey.from_uncompressed(b"\x04" + public.uncompressed) == public


@given(ALGS, SECRETS)
def test_other_libraries_name_the_same_key(alg, secret):
    public = private_key_from_secret(alg, hashlib.sha256(secret).digest()).public
    assert DidKeyResolver().resolve(public.did).verification_methods[0].public_key_jwk == public.jwk
    theirs = (ECKey if alg == "ES256" else OKPKey).import_key(public.jwk)
    assert {**theirs.as_dict(private=False)}.items() >= public.jwk.items()


def test_key_id_hashes_the_multicodec_bytes():
    for alg, prefix in (("ES256", "8024"), ("EdDSA", "ed01")):
        public = key(alg).public
        assert public.multicodec.hex() == prefix + public.raw.hex()
        assert public.key_id == hashlib.sha256(public.multicodec).digest()


@given(st.text(max_size=60) | st.text("123456789ABCabc", max_size=60).map("did:key:z".__add__))
def test_only_our_errors_leave_the_reader_and_what_it_reads_it_writes(text):
    for read in (PublicKey.from_did, PublicKey.from_kid):
        try:
            public = read(text)
        except FormatError:
            continue
        assert text in {public.did, public.kid}


@given(st.binary(max_size=60))
def test_base58_leads_back(data):
    assert base58.decode(base58.encode(data)) == data


@given(
    st.dictionaries(
        st.sampled_from(["kty", "crv", "x", "y", "d"]),
        st.sampled_from(["OKP", "EC", "Ed25519", "P-256", "", "AA", "A" * 43, key().public.jwk["x"]])
        | st.integers()
        | st.none(),
    )
)
def test_only_our_errors_leave_the_jwk_readers(jwk):
    for read in (PublicKey.from_jwk, private_key_from_jwk):
        with contextlib.suppress(FormatError):
            read(jwk)


@pytest.mark.parametrize(
    "change",
    [
        {"d": "A" * 43},
        {"d": key("ES256", b"other").jwk["d"]},
        {"x": key("ES256", b"other").jwk["x"]},
        {"y": None},
        {"x": key().jwk["x"][:-3]},
        {"crv": "P-384"},
        {"kty": "RSA"},
    ],
)
def test_jwk_whose_parts_do_not_belong_together_is_refused(change):
    with pytest.raises(FormatError, match=r"KEY_MALFORMED|BASE64URL_MALFORMED"):
        private_key_from_jwk(key().jwk | change)


@pytest.mark.parametrize(
    ("alg", "raw"),
    [("ES256", b""), ("ES256", bytes(33)), ("EdDSA", bytes(31)), ("EdDSA", bytes(33)), ("RS256", bytes(32))],
)
def test_unsound_key_cannot_be_made(alg, raw):
    with pytest.raises(FormatError, match="KEY_MALFORMED"):
        PublicKey(alg, raw)


def test_point_off_the_curve_is_refused_though_its_x_is_on_it():
    point = bytearray(key().public.uncompressed)
    point[-1] ^= 1
    with pytest.raises(FormatError, match="KEY_MALFORMED"):
        PublicKey.from_uncompressed(bytes(point))
    with pytest.raises(FormatError, match="KEY_MALFORMED"):
        PublicKey.from_uncompressed(bytes(point[:-1]))


@pytest.mark.parametrize("secret", [bytes(32), b"\xff" * 32, b"short"])
def test_secret_out_of_range_is_refused(secret):
    with pytest.raises(FormatError, match="KEY_MALFORMED"):
        private_key_from_secret("ES256", secret)


def test_key_of_another_curve_does_not_sign():
    with pytest.raises(FormatError, match="KEY_MALFORMED"):
        PrivateKey(ec.derive_private_key(7, ec.SECP384R1()))


def test_uncompressed_form_is_for_p256_only():
    with pytest.raises(FormatError, match="KEY_ALG_MISMATCH"):
        _ = key("EdDSA").public.uncompressed


def test_secret_is_not_printed():
    private = key()
    assert private.jwk["d"] not in repr(private)
    assert private.alg == "ES256"


@pytest.mark.shared
@pytest.mark.parametrize("file", ["nist-curves.json", "ed25519-x25519.json"])
def test_public_did_key_vectors(file):
    documents = json.loads(vectors("did-key", file).read_text("utf-8"))
    read = 0
    for did, document in documents.items():
        method = document.get("verificationMethod", {})
        if method.get("publicKeyJwk", {}).get("crv") not in {None, "P-256", "Ed25519"}:
            with pytest.raises(FormatError, match="KEY_MALFORMED"):
                PublicKey.from_did(did)
            continue
        public = PublicKey.from_did(did)
        read += 1
        assert public.kid == f"{did}#{did.removeprefix('did:key:')}"
        if "publicKeyJwk" in method:
            assert public.jwk.items() <= method["publicKeyJwk"].items()
        if "publicKeyBase58" in document.get("verificationKeyPair", {}):
            assert base58.decode(document["verificationKeyPair"]["publicKeyBase58"]) == public.raw
        if "privateKeyJwk" in method:
            assert private_key_from_jwk(method["privateKeyJwk"]).public == public
    assert read >= 2
