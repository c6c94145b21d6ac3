"""Which records may point to a status list, and what a list must be as a record."""

from __future__ import annotations

import pytest

from protocol.errors import FormatError
from protocol.kinds import check_record
from protocol.status_entries import Entry, entry_claims, entry_of
from protocol.status_list import empty
from protocol.templates import credential_template, event_template
from tests.protocol.test_kinds import GOOD, REF

LIST = "urn:filiera:status-list:" + "a" * 26
STATUS = entry_claims(Entry(LIST, "revocation", 4711))
SUBJECT = {
    "type": "BitstringStatusList", "id": LIST, "version": 1, "statusPurpose": "revocation",
    "encodedList": empty().encode(), "filiera:participant": "0" * 64,
}  # fmt: skip


def refusal_of(claims):
    with pytest.raises(FormatError) as refusal:
        check_record(claims)
    return refusal.value.code, refusal.value.place


def with_status(name, **changes):
    kind, subject = GOOD[name]
    return credential_template(subject, kind=kind) | {"credentialStatus": STATUS | changes}


def a_list(**changes):
    return credential_template(SUBJECT | changes, kind="BitstringStatusListCredential")


@pytest.mark.parametrize("name", ["certificate", "membership"])
def test_papers_and_memberships_may_be_withdrawn(name):
    claims = with_status(name)
    check_record(claims)
    assert entry_of(claims) == Entry(LIST, "revocation", 4711)


@pytest.mark.parametrize(
    "act", ["lab-test", "social-evidence", "chemical-declaration", "footprint-statement"]
)
def test_statements_may_be_withdrawn(act):
    check_record(credential_template(event_template(act)) | {"credentialStatus": STATUS})


@pytest.mark.parametrize("name", sorted(set(GOOD) - {"certificate", "membership"}))
def test_other_records_are_changed_in_other_ways(name):
    assert refusal_of(with_status(name)) == ("STATUS_ENTRY_REFUSED", "/credentialStatus")


def test_what_moves_goods_is_corrected_and_not_withdrawn():
    claims = credential_template(event_template("process")) | {"credentialStatus": STATUS}
    assert refusal_of(claims) == ("STATUS_ENTRY_REFUSED", "/credentialStatus")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "StatusList2021Entry"}, "SCHEMA_VALUE"),
        ({"statusPurpose": "message"}, "SCHEMA_VALUE"),
        ({"statusListIndex": 4711}, "SCHEMA_TYPE"),
        ({"statusListIndex": "-1"}, "SCHEMA_PATTERN"),
        ({"statusListIndex": "04711"}, "SCHEMA_PATTERN"),
        ({"statusListCredential": "https://issuer.example/status/3"}, "SCHEMA_PATTERN"),
        ({"statusSize": 2}, "SCHEMA_PROPERTY_UNKNOWN"),
        ({"id": LIST + "#4712"}, "STATUS_ENTRY_REFUSED"),
    ],
)
def test_an_entry_has_one_form(changes, code):
    assert refusal_of(with_status("certificate", **changes))[0] == code


def test_an_entry_that_leaves_something_out_is_refused():
    for name in ("type", "statusPurpose", "statusListIndex", "statusListCredential"):
        claims = with_status("certificate")
        claims["credentialStatus"] = {key: value for key, value in STATUS.items() if key != name}
        assert refusal_of(claims) == ("SCHEMA_PROPERTY_MISSING", "/credentialStatus")


def test_a_list_is_a_record():
    check_record(a_list())
    check_record(a_list(version=2, replaces=REF))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"encodedList": "u" + "A" * 40}, "STATUS_LIST_MALFORMED"),
        ({"encodedList": "z" + "A" * 40}, "SCHEMA_PATTERN"),
        ({"version": 0}, "SCHEMA_MISMATCH"),
        ({"statusPurpose": "refresh"}, "SCHEMA_VALUE"),
        ({"id": "https://issuer.example/status/3"}, "SCHEMA_PATTERN"),
        ({"version": 2}, "MASTER_DATA_VERSION"),
        ({"replaces": REF}, "MASTER_DATA_VERSION"),
        ({"ttl": 300}, "SCHEMA_PROPERTY_UNKNOWN"),
    ],
)
def test_another_list_is_refused(changes, code):
    assert refusal_of(a_list(**changes))[0] == code


def test_a_list_cannot_withdraw_itself():
    assert refusal_of(a_list() | {"credentialStatus": STATUS})[0] == "STATUS_ENTRY_REFUSED"
