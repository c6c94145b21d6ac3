"""Signing a record: hidden by default, checked before it leaves, never with the time in the open."""

from __future__ import annotations

import pytest

from protocol.disclosure import policy
from protocol.errors import FormatError
from protocol.issue import issue_record
from protocol.records import verify_record
from scripts.make_vectors.front_door_parts import ED25519, P256, credential, event, salts


@pytest.mark.parametrize("key", [ED25519, P256], ids=["EdDSA", "ES256"])
def test_default_hides_what_the_vocabulary_says(key):
    record = verify_record(issue_record(credential(key=key), key, salts()))
    hidden = {entry.place.pattern.removeprefix("credentialSubject.") for entry in record.opened}
    assert hidden
    assert hidden <= policy("FilieraEvent").hidden_by_default
    assert record.claims == credential(key=key)


def test_nothing_hidden_is_a_plain_token():
    text = issue_record(credential(validFrom="2026-03-02T08:15:00Z"), ED25519, salts(), hidden=())
    assert "~" not in text
    assert verify_record(text).typ == "vc+jwt"


def test_path_that_does_not_occur_leaves_a_plain_token():
    assert verify_record(issue_record(credential(), ED25519, salts(), ["filiera:lotCode"])).typ == "vc+jwt"


def test_hidden_time_is_not_told_by_the_envelope():
    with pytest.raises(FormatError, match="TIME_SHOWN"):
        issue_record(credential(validFrom="2026-03-02T08:15:00Z"), ED25519, salts())


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        (credential(key=P256), "ISSUER_KEY_MISMATCH"),
        (credential(id=None), "PAYLOAD_MALFORMED"),
        (credential(type="FilieraEvent"), "RECORD_TYPE_UNKNOWN"),
        (credential(event(**{"filiera:recordSeq": 1.5})), "JSON_NUMBER_REFUSED"),
        (credential(event(**{"filiera:day": None})), "MUST_DISCLOSE_HIDDEN"),
    ],
)
def test_what_the_front_door_would_refuse_is_not_handed_out(claims, code):
    with pytest.raises(FormatError, match=code):
        issue_record(claims, ED25519, salts())


def test_same_salts_and_ed25519_give_the_same_token():
    assert issue_record(credential(), ED25519, salts()) == issue_record(credential(), ED25519, salts())
