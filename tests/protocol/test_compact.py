"""Plain tokens: one kind does not stand in for another, and other libraries read what we sign."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from protocol.compact import parse_compact, sign_compact, verify_compact
from protocol.errors import FilieraError, FormatError, SignatureInvalid
from protocol.limits import MAX_TOKEN_BYTES
from scripts.make_vectors.front_door_parts import ED25519, P256, compact_json, raw_token, token

TYP = "filiera-receipt+jwt"
KEYS = pytest.mark.parametrize("key", [ED25519, P256], ids=["EdDSA", "ES256"])


@KEYS
def test_signed_token_is_read_here_and_by_another_library(key):
    text = sign_compact({"iss": "log.example", "b": 1, "a": [True, None]}, key, TYP)
    assert verify_compact(text, key.public, TYP) == {"iss": "log.example", "b": 1, "a": [True, None]}
    kind = OKPKey if key is ED25519 else ECKey
    registry = jws.JWSRegistry(algorithms=["EdDSA", "ES256"])
    registry.get_alg = jws.JWSRegistry.algorithms.__getitem__  # without its notice about the name EdDSA
    theirs = jws.deserialize_compact(text, kind.import_key(key.public.jwk), registry=registry)
    assert json.loads(theirs.payload) == verify_compact(text, key.public, TYP)
    assert theirs.headers() == {"alg": key.alg, "kid": key.public.kid, "typ": TYP}


def test_another_kind_of_token_is_refused():
    text = sign_compact({"a": 1}, ED25519, TYP)
    with pytest.raises(FormatError, match="TYP_REFUSED"):
        verify_compact(text, ED25519.public, "filiera-auth+jwt")
    assert verify_compact(text, ED25519.public, None) == {"a": 1}


def test_selective_token_is_not_a_plain_one():
    with pytest.raises(FormatError, match="TOKEN_MALFORMED"):
        verify_compact(sign_compact({"a": 1}, ED25519, TYP) + "~", ED25519.public, TYP)


def test_another_key_does_not_verify():
    with pytest.raises(SignatureInvalid, match="KEY_ALG_MISMATCH"):
        verify_compact(sign_compact({"a": 1}, ED25519, TYP), P256.public, TYP)
    with pytest.raises(SignatureInvalid, match="SIGNATURE_INVALID"):
        verify_compact(token({"a": 1}, ED25519, typ=TYP)[:-8] + "AAAAAAAA", ED25519.public, TYP)


def test_same_ed25519_token_again_is_the_same_bytes():
    # The log's receipts rest on this (README §8).
    assert sign_compact({"a": 1}, ED25519, TYP) == sign_compact({"a": 1}, ED25519, TYP)


def test_kid_and_cty_are_taken_as_given():
    header = parse_compact(sign_compact({}, P256, TYP, kid="did:web:example.org#1", cty="vc")).header
    assert (header["kid"], header["cty"]) == ("did:web:example.org#1", "vc")


def test_long_header_is_read_and_refused_like_a_short_one():
    header = compact_json({"alg": "EdDSA", "kid": "x" * 2_000, "typ": TYP})
    assert len(parse_compact(raw_token(header, b"{}", ED25519)).header["kid"]) == 2_000
    with pytest.raises(FormatError, match="HEADER_NAME_REFUSED"):
        parse_compact(token({}, kid="x" * 2_000, crit=[]))


def test_header_handed_out_is_a_copy():
    text = sign_compact({}, ED25519, TYP)
    parse_compact(text).header["alg"] = "none"
    assert parse_compact(text).header["alg"] == "EdDSA"


def test_payload_near_the_limit_is_signed():
    claims = {f"a{number}": "x" * 8_000 for number in range(18)}
    text = sign_compact(claims, P256, TYP)
    assert len(text) < MAX_TOKEN_BYTES
    assert verify_compact(text, P256.public, TYP) == claims


@given(st.text("abAB01-_.~= é\n", max_size=40) | st.binary(max_size=40))
def test_only_our_errors_leave_the_front_door(text):
    with pytest.raises(FilieraError):
        parse_compact(text)
