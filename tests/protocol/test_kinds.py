"""Records that are no events: master data, membership, adoption, statements, passports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import FilieraError, FormatError
from protocol.kinds import check_record
from protocol.masterdata import covers, valid_on
from protocol.schema import validate
from protocol.templates import credential_template, event_template

PARTICIPANT = "urn:filiera:participant:" + "0" * 64
REF = {"id": "urn:uuid:00000000-0000-4000-8000-000000000001", "digest": "2" * 64}
FACILITY = "urn:filiera:facility:" + "f" * 26
DOCUMENT = {"kind": "certificate", "cid": "b" + "a" * 58, "sha256": "1" * 64, "mediaType": "application/pdf"}
GRID = [{"size": "42", "colour": "navy", "quantity": "120", "uom": "C62"}]


def version(kind: str, identifier: str, **more: object) -> dict:
    return {"type": kind, "id": identifier, "version": 1, "validFrom": "2026-01-01", **more}


ORDER = {"number": "9/2026", "buyer": PARTICIPANT, "seller": PARTICIPANT, "grid": GRID}
GOOD = {
    "party": ("FilieraMasterData", version("Party", PARTICIPANT, name="Filatura Bassi")),
    "facility": (
        "FilieraMasterData",
        version("Facility", FACILITY, name="Reparto 1", party=PARTICIPANT, address={"country": "IT", "city": "Prato"}),
    ),
    "product": ("FilieraMasterData", version("Product", "https://id.gs1.org/01/09521234000013", name="Giacca")),
    "order": ("FilieraMasterData", version("Order", "urn:filiera:order:" + "o" * 26, **ORDER)),
    "subcontract-order": (
        "FilieraMasterData",
        version(
            "SubcontractOrder", "urn:filiera:order:" + "o" * 26, **ORDER, operations=["sewing"], maySubcontract=False
        ),
    ),
    "certificate": (
        "FilieraMasterData",
        version(
            "Certificate", "urn:filiera:certificate:" + "c" * 26, scheme="GOTS", number="CU-1", issuer="Body",
            holder=PARTICIPANT, validUntil="2026-12-31", documents=[DOCUMENT],
        ),
    ),
    "membership": (
        "FilieraMembership",
        {
            "type": "Membership", "id": PARTICIPANT, "name": "Filatura Bassi", "country": "IT", "roles": ["supplier"],
            "registrations": [{"scheme": "VAT", "number": "IT00000000000"}], "identityAssurance": "register",
        },
    ),
    "adoption": (
        "FilieraAdoption",
        {
            "type": "Adoption", "criterion": "short-chain", "catalogueVersion": "1", "scope": "all",
            "from": "2026-01-01", "filiera:participant": "0" * 64,
        },
    ),
    "statement": (
        "FilieraVerificationStatement",
        {
            "type": "VerificationStatement", "target": "https://id.gs1.org/01/09521234000013", "tier": "authority",
            "verifier": {"name": "filiera", "version": "0.1.0"}, "catalogueVersion": "1", "graphDigest": "5" * 64,
            "at": "2026-03-02T08:00:00Z", "verdict": "not proven",
        },
    ),
    "passport": (
        "DigitalProductPassport",
        {
            "type": "ProductPassport", "id": "https://id.gs1.org/01/09521234000013/21/A1", "granularityLevel": "item",
            "version": 1, "name": "Giacca", "economicOperator": PARTICIPANT, "graphDigest": "5" * 64,
            "catalogueVersion": "1", "filiera:participant": "0" * 64, "model": REF, "batch": REF,
            "item": "https://id.gs1.org/01/09521234000013/21/A1",
        },
    ),
}  # fmt: skip


def record(name: str, **changes: object) -> dict:
    kind, subject = GOOD[name]
    return credential_template(subject | changes, kind=kind)


@pytest.mark.parametrize("name", GOOD)
def test_good_record_passes(name):
    check_record(record(name))
    validate(GOOD[name][0], record(name))


@pytest.mark.parametrize("name", GOOD)
def test_unknown_property_is_refused(name):
    with pytest.raises(FormatError, match="SCHEMA_PROPERTY_UNKNOWN at /credentialSubject"):
        check_record(record(name, colour="red"))


@pytest.mark.parametrize(
    ("name", "changes", "code"),
    [
        ("party", {"version": 2}, "MASTER_DATA_VERSION"),
        ("party", {"replaces": REF}, "MASTER_DATA_VERSION"),
        ("party", {"type": "Person"}, "RECORD_KIND_UNKNOWN"),
        ("facility", {"id": PARTICIPANT}, "SCHEMA_PATTERN"),
        ("product", {"id": "https://id.gs1.org/01/09521234000014"}, "CHECK_DIGIT_WRONG"),
        ("product", {"materials": [{"fibre": "wool", "share": "0.5"}]}, "MATERIAL_SHARES"),
        ("certificate", {"validUntil": "2025-12-31"}, "RANGE_REVERSED"),
        ("membership", {"roles": ["king"]}, "SCHEMA_VALUE"),
        ("membership", {"roles": ["brand", "brand"]}, "SCHEMA_LENGTH"),
        ("statement", {"verdict": "green"}, "SCHEMA_VALUE"),
        ("passport", {"granularityLevel": "batch"}, "SCHEMA_PROPERTY_MISSING"),
        ("adoption", {"filiera:recordSeq": 0, "filiera:previousRecord": "1" * 64}, "RECORD_LINK_UNEXPECTED"),
    ],
)
def test_bad_record_gets_its_code(name, changes, code):
    with pytest.raises(FilieraError) as refusal:
        check_record(record(name, **changes))
    assert refusal.value.code == code


def test_one_kind_does_not_pass_as_another():
    claims = record("membership")
    claims["type"][1] = "FilieraAdoption"
    with pytest.raises(FormatError):
        check_record(claims)
    with pytest.raises(FormatError, match="RECORD_KIND_UNKNOWN"):
        validate("FilieraMembership", claims)


def test_events_go_through_the_same_door():
    check_record(credential_template(event_template("process")))


def test_the_version_of_the_day_counts():
    first = version("Party", PARTICIPANT, name="old")
    second = first | {"version": 2, "validFrom": "2026-06-01", "validUntil": "2026-12-31", "name": "new"}
    assert valid_on([second, first], "2026-05-31") == first
    assert valid_on([first, second], "2026-06-01") == second
    assert valid_on([first, second], "2027-01-01") is None
    assert valid_on([first], "2025-12-31") is None


@given(st.dates(), st.dates())
def test_a_certificate_covers_only_its_days(day, end):
    certificate = GOOD["certificate"][1] | {"validFrom": "2000-01-01", "validUntil": end.isoformat()}
    inside = "2000-01-01" <= day.isoformat() <= end.isoformat()
    assert covers(certificate, day=day.isoformat()) == inside


def test_a_certificate_covers_what_it_names():
    certificate = GOOD["certificate"][1] | {"facilities": [FACILITY], "processes": ["dyeing"]}
    assert covers(certificate, day="2026-03-02", facility=FACILITY, process="dyeing")
    assert not covers(certificate, day="2026-03-02", facility="urn:filiera:facility:" + "g" * 26)
    assert not covers(certificate, day="2026-03-02", process="weaving")
    assert not covers(certificate | {"status": "suspended"}, day="2026-03-02")
