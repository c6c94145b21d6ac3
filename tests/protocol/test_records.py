"""Records: the same bytes are the same record, whoever shows more or less of it."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey

from protocol.errors import AuthorityError, ConflictError, FilieraError, FormatError, SignatureInvalid
from protocol.issue import issue_record
from protocol.records import merge_disclosures, parse_record, restrict, verify_record
from scripts.make_vectors.front_door_parts import ED25519, P256, credential, event, salts, token

TOKEN = issue_record(credential(key=P256), P256, salts())
RECORD = verify_record(TOKEN)
DISCLOSURES = TOKEN.split("~")[1:-1]
WEB = "did:web:example.org"


def with_disclosures(texts):
    return "~".join((RECORD.jwt, *texts, ""))


SUBSETS = st.sets(st.sampled_from(range(len(DISCLOSURES)))).map(
    lambda chosen: [DISCLOSURES[index] for index in sorted(chosen)]
)


def test_maker_signs_and_everybody_reads():
    assert RECORD.claims == credential(key=P256)
    assert (RECORD.issuer, RECORD.key, RECORD.typ) == (P256.public.did, P256.public, "vc+sd-jwt")
    assert RECORD.kind == "FilieraEvent"
    assert RECORD.subject["filiera:act"] == "process"
    assert RECORD.digest == hashlib.sha256(TOKEN.split("~")[0].encode()).digest()
    assert RECORD.token == TOKEN


def test_another_library_verifies_the_same_bytes():
    theirs = jws.deserialize_compact(RECORD.jwt, ECKey.import_key(P256.public.jwk), algorithms=["ES256"])
    assert json.loads(theirs.payload) == RECORD.payload


@given(SUBSETS)
def test_less_shown_is_the_same_record_and_nothing_is_made_up(texts):
    record = verify_record(with_disclosures(texts))
    assert (record.digest, record.id) == (RECORD.digest, RECORD.id)
    assert is_part(record.claims, RECORD.claims)
    assert len(record.opened) == len(texts)


def is_part(some, whole):
    """Tell whether `some` is `whole` without some properties; lists never lose elements."""
    if isinstance(some, dict):
        return some.keys() <= whole.keys() and all(is_part(some[name], whole[name]) for name in some)
    if isinstance(some, list):
        return len(some) == len(whole) and all(map(is_part, some, whole))
    return some == whole


@given(SUBSETS, SUBSETS)
def test_merging_shows_what_either_showed(first, second):
    merged = merge_disclosures(
        verify_record(with_disclosures(first)), verify_record(with_disclosures(second))
    )
    assert set(merged.disclosures) == {*first, *second}
    assert merged.key == P256.public
    assert verify_record(merged.token).claims == merged.claims


def test_two_records_are_not_merged():
    other = verify_record(issue_record(credential(key=P256), P256, salts()))
    with pytest.raises(ConflictError, match="RECORDS_DIFFER"):
        merge_disclosures(RECORD, other)


def test_tiers_contain_each_other():
    shown = {
        tier: set(verify_record(restrict(RECORD, tier)).disclosures)
        for tier in ("public", "legitimate", "authority")
    }
    assert shown["public"] == set()
    assert shown["public"] < shown["legitimate"] < shown["authority"] == set(DISCLOSURES)
    assert "filiera:previousRecord" not in verify_record(restrict(RECORD, "legitimate")).subject


def test_restricting_a_plain_record_changes_nothing():
    plain = verify_record(token(credential()))
    assert restrict(plain, "public") == plain.token == plain.jwt


def test_withheld_is_told_apart_from_absent():
    public = verify_record(restrict(RECORD, "public"))
    assert public.is_withheld("/credentialSubject/inputQuantityList/0", "quantity")
    assert public.is_withheld("/credentialSubject", "eventTime")
    assert not public.is_withheld("/credentialSubject", "errorDeclaration")
    assert not public.is_withheld("/credentialSubject", "filiera:act")
    assert not public.is_withheld("/credentialSubject/filiera:nowhere", "quantity")
    assert not RECORD.is_withheld("/credentialSubject", "eventTime")


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("AQgw._-~ =é"))
def test_one_changed_character_is_refused(at, character):
    changed = TOKEN[:at] + character + TOKEN[at + 1 :]
    if changed != TOKEN:
        with pytest.raises(FilieraError):
            verify_record(changed)


@given(st.sampled_from(DISCLOSURES), st.sampled_from(DISCLOSURES))
def test_disclosures_of_another_record_or_twice_are_refused(first, second):
    other = parse_record(issue_record(credential(key=P256), P256, salts("other")))
    with pytest.raises(SignatureInvalid, match="DISCLOSURE_UNREFERENCED"):
        parse_record(other.token + first + "~")
    with pytest.raises(FormatError, match="DISCLOSURE_DUPLICATE"):
        parse_record(with_disclosures([first, second, first]))


def test_front_door_alone_does_not_check_the_signature():
    forged = RECORD.jwt[:-10] + "AAAAAAAAAA"
    assert parse_record(TOKEN.replace(RECORD.jwt, forged)).claims == RECORD.claims
    with pytest.raises(SignatureInvalid):
        verify_record(TOKEN.replace(RECORD.jwt, forged))


def test_did_web_issuer_needs_the_key_that_the_membership_lists():
    text = issue_record(credential(issuer=WEB), ED25519, salts(), kid=f"{WEB}#key-1")
    with pytest.raises(AuthorityError, match="KEY_UNKNOWN"):
        verify_record(text)
    with pytest.raises(AuthorityError, match="KEY_UNKNOWN"):
        _ = parse_record(text).key
    assert verify_record(text, ED25519.public).key == ED25519.public
    with pytest.raises(SignatureInvalid, match="KEY_ALG_MISMATCH"):
        verify_record(text, P256.public)


def test_did_key_issuer_does_not_take_another_key():
    assert verify_record(TOKEN, P256.public).key == P256.public
    with pytest.raises(AuthorityError, match="KEY_UNKNOWN"):
        verify_record(TOKEN, ED25519.public)


@given(
    st.dictionaries(
        st.sampled_from(
            ["id", "type", "issuer", "validFrom", "credentialSubject", "@context", "_sd_alg", "x"]
        ),
        st.none()
        | st.integers()
        | st.text(max_size=5)
        | st.lists(st.text(max_size=5) | st.integers(), max_size=3),
        min_size=1,
    )
)
def test_only_our_errors_leave_whatever_stands_in_the_envelope(changes):
    with pytest.raises(FilieraError):
        verify_record(token({**credential(), **changes}))


@given(
    st.recursive(
        st.integers() | st.text(max_size=3),
        lambda e: st.lists(e) | st.dictionaries(st.sampled_from(["_sd", "...", "a"]), e),
    )
)
def test_only_our_errors_leave_whatever_stands_in_the_subject(value):
    for disclosures in (None, ()):
        claims = credential(event(x=value)) | ({} if disclosures is None else {"_sd_alg": "sha-256"})
        try:
            record = verify_record(token(claims, disclosures=disclosures))
        except FilieraError:
            continue
        assert record.claims["credentialSubject"].get("x", value) == value
