"""The audit statement: written, read, and refused in every other form."""

from __future__ import annotations

import copy

import pytest

from protocol.audit import MAX_OVERUSE, OVERUSE, TYP, Audit, Overuse, parse_audit, sign_audit
from protocol.codes import all_codes
from protocol.compact import sign_compact
from protocol.errors import FilieraError, FormatError, SignatureInvalid
from protocol.keys import private_key_from_secret
from tests.support.makers import seeded

KEY = private_key_from_secret("ES256", seeded("auditor"))
OTHER = private_key_from_secret("EdDSA", seeded("somebody else"))
FOUND = Overuse("LOT_ACCOUNT_FORK", "a" * 64, "urn:filiera:lot:" + "a" * 26)


def audit(**changes: object) -> Audit:
    said = {
        "key": KEY.public, "log": b"\1" * 32, "origin": "log.example", "seq": 7, "size": 191, "root": b"\2" * 32,
        "at": "2026-03-02T08:00:00Z", "tier": "public", "catalogue": "2026-2", "records": 191,
        "withheld": {"amounts": 3, "months": 0}, "codes": {"LOT_ACCOUNT_FORK": 1}, "overuse": (FOUND,),
    }  # fmt: skip
    return Audit(**{**said, **changes})  # type: ignore[arg-type]


def test_what_is_signed_is_read_again() -> None:
    assert parse_audit(sign_audit(audit(), KEY) + "\n") == audit()


def test_an_altered_statement_is_refused() -> None:
    head, payload, signature = sign_audit(audit(), KEY).split(".")
    other = sign_audit(audit(overuse=(), codes={}), KEY).split(".")[1]
    with pytest.raises(SignatureInvalid):
        parse_audit(f"{head}.{other}.{signature}")
    with pytest.raises(FilieraError):
        parse_audit(f"{head}.{payload[:-4]}.{signature}")


def test_another_kind_of_token_is_no_statement() -> None:
    with pytest.raises(FormatError) as caught:
        parse_audit(sign_compact(audit().claims(), KEY, "filiera-receipt+jwt"))
    assert caught.value.code == "AUDIT_MALFORMED"


def test_nobody_signs_in_another_name() -> None:
    with pytest.raises(FormatError):
        sign_audit(audit(), OTHER)
    with pytest.raises(FormatError) as caught:
        parse_audit(sign_compact(audit().claims(), OTHER, TYP))
    assert caught.value.code == "AUDIT_MALFORMED"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", "filiera-audit/2"),
        ("log", "A" * 64),
        ("root", None),
        ("seq", -1),
        ("size", "191"),
        ("records", True),
        ("at", "today"),
        ("withheld", []),
        ("codes", {"LOT_ACCOUNT_FORK": "1"}),
        ("overuse", [{"code": "DECLARED_LATE", "place": ""}]),
        ("overuse", [{"code": "LOT_ACCOUNT_FORK"}]),
        ("overuse", [{"code": "LOT_ACCOUNT_FORK", "place": "a", "note": "no harm"}]),
        ("overuse", [{"code": "LOT_ACCOUNT_FORK", "place": "a"}] * (MAX_OVERUSE + 1)),
        ("note", "all is well"),
    ],
)
def test_another_form_is_refused(name: str, value: object) -> None:
    claims = copy.deepcopy(audit().claims())
    claims[name] = value  # type: ignore[assignment]
    with pytest.raises(FormatError) as caught:
        parse_audit(sign_compact(claims, KEY, TYP))
    assert caught.value.code == "AUDIT_MALFORMED"


@pytest.mark.parametrize("name", sorted(audit().claims()))
def test_nothing_may_be_left_unsaid(name: str) -> None:
    claims = audit().claims()
    del claims[name]
    with pytest.raises(FormatError):
        parse_audit(sign_compact(claims, KEY, TYP))


def test_too_much_to_list_is_not_signed_in_part() -> None:
    with pytest.raises(FormatError):
        sign_audit(audit(overuse=(FOUND,) * (MAX_OVERUSE + 1)), KEY)


def test_every_code_of_over_use_is_a_code() -> None:
    assert all_codes().keys() >= OVERUSE
