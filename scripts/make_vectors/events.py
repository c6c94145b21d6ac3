"""Write tests/vectors/events: good and bad event bodies with the code that each must get.

Good ones are the templates of every act and process type; each bad one is a template with one thing wrong,
named by what is wrong. Python and TypeScript read the same files.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from protocol.errors import FilieraError
from protocol.events import check_event
from protocol.templates import credential_template, event_template
from protocol.vocabulary import vocabulary

OUT = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "events"
Change = Callable[[dict[str, Any], dict[str, Any]], object]
LOT = "urn:filiera:lot:" + "a" * 26


def put(name: str, value: object) -> Change:
    """Set a property of the subject."""
    return lambda _claims, subject: subject.__setitem__(name, value)


def drop(name: str) -> Change:
    """Remove a property of the subject."""
    return lambda _claims, subject: subject.pop(name)


def first(name: str, member: str, value: object) -> Change:
    """Set a member of the first element of a list of the subject."""
    return lambda _claims, subject: subject[name][0].__setitem__(member, value)


def claim(name: str, value: object) -> Change:
    """Set a property of the credential itself."""
    return lambda claims, _subject: claims.__setitem__(name, value)


def entry(index: int, member: str, value: object) -> Change:
    """Set a member of one account entry."""
    return lambda _claims, subject: subject["filiera:account"][index].__setitem__(member, value)


def repeat(name: str) -> Change:
    """Write the first element of a list twice."""
    return lambda _claims, subject: subject[name].append(deepcopy(subject[name][0]))


def many(name: str, count: int) -> Change:
    """Fill a list of lots with `count` different ones."""
    letters = "abcdefghijklmnopqrstuvwxyz234567"

    def fill(_claims: dict[str, Any], subject: dict[str, Any]) -> None:
        names = [letters[i // 1024 % 32] + letters[i // 32 % 32] + letters[i % 32] for i in range(count)]
        subject[name] = [
            {"epcClass": f"urn:filiera:lot:{n:x<26}", "quantity": "1", "uom": "KGM"} for n in names
        ]

    return fill


# name → (act, process type, change, code)
BAD: dict[str, tuple[str, str | None, Change, str]] = {
    "kind-unknown": ("process", None, claim("type", ["VerifiableCredential", "Note"]), "RECORD_KIND_UNKNOWN"),
    "kind-single": ("process", None, claim("type", ["VerifiableCredential"]), "RECORD_KIND_UNKNOWN"),
    "context-third": (
        "process",
        None,
        claim("@context", ["https://www.w3.org/ns/credentials/v2", "urn:filiera:context:1", "x:y"]),
        "SCHEMA_VALUE",
    ),
    "credential-property-unknown": ("process", None, claim("vc", {}), "SCHEMA_PROPERTY_UNKNOWN"),
    "act-unknown": ("process", None, put("filiera:act", "teleport"), "ACT_UNKNOWN"),
    "act-event-type": ("shipment", None, put("type", "TransactionEvent"), "ACT_EVENT_TYPE"),
    "act-action": ("shipment", None, put("action", "ADD"), "ACT_ACTION"),
    "act-biz-step": ("shipment", None, put("bizStep", "receiving"), "ACT_BIZ_STEP"),
    "act-disposition": ("receipt", None, put("disposition", "in_transit"), "ACT_DISPOSITION"),
    "action-missing": ("shipment", None, drop("action"), "SCHEMA_PROPERTY_MISSING"),
    "disposition-missing": ("shipment", None, drop("disposition"), "SCHEMA_PROPERTY_MISSING"),
    "day-missing": ("process", None, drop("filiera:day"), "SCHEMA_PROPERTY_MISSING"),
    "participant-missing": ("process", None, drop("filiera:participant"), "SCHEMA_PROPERTY_MISSING"),
    "property-unknown": ("process", None, put("filiera:colour", "red"), "SCHEMA_PROPERTY_UNKNOWN"),
    "property-of-another-act": ("shipment", None, put("filiera:scrap", []), "SCHEMA_PROPERTY_UNKNOWN"),
    "quantity-member-unknown": (
        "process",
        None,
        first("inputQuantityList", "note", "x"),
        "SCHEMA_PROPERTY_UNKNOWN",
    ),
    "event-id-other": (
        "process",
        None,
        put("eventID", "urn:uuid:00000000-0000-4000-8000-000000000009"),
        "EVENT_ID_MISMATCH",
    ),
    "event-id-upper-case": (
        "process",
        None,
        put("eventID", "urn:uuid:00000000-0000-4000-8000-00000000000A"),
        "SCHEMA_PATTERN",
    ),
    "day-other": ("process", None, put("filiera:day", "2026-03-03"), "DAY_MISMATCH"),
    "day-never-was": ("process", None, put("filiera:day", "2026-02-30"), "EVENT_TIME"),
    "time-never-was": ("process", None, put("eventTime", "2026-02-30T08:00:00Z"), "EVENT_TIME"),
    "time-with-offset": ("process", None, put("eventTime", "2026-03-02T08:15:00+01:00"), "SCHEMA_PATTERN"),
    "offset-too-far": ("process", None, put("eventTimeZoneOffset", "+14:30"), "SCHEMA_PATTERN"),
    "quantity-number": ("process", None, first("inputQuantityList", "quantity", 120), "QUANTITY_FORM"),
    "quantity-trailing-zero": (
        "process",
        None,
        first("inputQuantityList", "quantity", "120.40"),
        "QUANTITY_FORM",
    ),
    "quantity-leading-zero": (
        "process",
        None,
        first("inputQuantityList", "quantity", "0120"),
        "QUANTITY_FORM",
    ),
    "quantity-comma": ("process", None, first("inputQuantityList", "quantity", "120,4"), "QUANTITY_FORM"),
    "quantity-exponent": ("process", None, first("inputQuantityList", "quantity", "1e2"), "QUANTITY_FORM"),
    "quantity-negative": ("process", None, first("inputQuantityList", "quantity", "-1"), "QUANTITY_FORM"),
    "quantity-newline": ("process", None, first("inputQuantityList", "quantity", "120\n"), "QUANTITY_FORM"),
    "quantity-arabic-digits": (
        "process",
        None,
        first("inputQuantityList", "quantity", "١٢٠"),
        "QUANTITY_FORM",
    ),
    "quantity-seven-decimals": (
        "process",
        None,
        first("inputQuantityList", "quantity", "1.0000001"),
        "QUANTITY_FORM",
    ),
    "quantity-sixteen-digits": (
        "process",
        None,
        first("inputQuantityList", "quantity", "1" * 16),
        "QUANTITY_FORM",
    ),
    "quantity-zero": ("lot-declared", None, first("quantityList", "quantity", "0"), "QUANTITY_ZERO"),
    "quantity-missing": (
        "process",
        None,
        lambda _c, s: s["inputQuantityList"][0].pop("quantity"),
        "SCHEMA_PROPERTY_MISSING",
    ),
    "unit-unknown": ("process", None, first("inputQuantityList", "uom", "kg"), "UNIT_UNKNOWN"),
    "inputs-missing": ("process", None, drop("inputQuantityList"), "SCHEMA_MISMATCH"),
    "outputs-missing": ("process", None, drop("outputQuantityList"), "SCHEMA_MISMATCH"),
    "goods-missing": ("shipment", None, drop("quantityList"), "SCHEMA_MISMATCH"),
    "list-empty": ("process", None, put("inputQuantityList", []), "SCHEMA_LENGTH"),
    "list-too-long": ("lot-declared", None, many("quantityList", 501), "SCHEMA_LENGTH"),
    "lot-short": ("lot-declared", None, first("quantityList", "epcClass", LOT[:-1]), "SCHEMA_PATTERN"),
    "lot-state-one": ("lot-declared", None, first("quantityList", "epcClass", LOT + "#1"), "SCHEMA_PATTERN"),
    "lot-newline": ("lot-declared", None, first("quantityList", "epcClass", LOT + "\n"), "SCHEMA_PATTERN"),
    "lot-gtin-check-digit": (
        "lot-declared",
        None,
        first("quantityList", "epcClass", "https://id.gs1.org/01/09521234000014/10/A"),
        "CHECK_DIGIT_WRONG",
    ),
    "lot-other-spelling": (
        "lot-declared",
        None,
        first("quantityList", "epcClass", "https://id.gs1.org/01/09521234000013/10/%41"),
        "IDENTIFIER_FORM",
    ),
    "facility-check-digit": (
        "process",
        None,
        put("readPoint", {"id": "https://id.gs1.org/414/9521234000021"}),
        "CHECK_DIGIT_WRONG",
    ),
    "lot-twice": ("process", None, repeat("inputQuantityList"), "LOT_TWICE"),
    "lot-in-and-out": ("process", None, first("outputQuantityList", "epcClass", LOT), "SELF_CONSUMPTION"),
    "item-in-and-out": (
        "recycling",
        None,
        put("outputEPCList", ["urn:filiera:item:" + "d" * 26]),
        "SELF_CONSUMPTION",
    ),
    "scrap-is-input": ("process", None, first("filiera:scrap", "epcClass", LOT), "SELF_CONSUMPTION"),
    "process-type-unknown": ("process", None, put("filiera:processType", "magic"), "SCHEMA_VALUE"),
    "process-type-missing": ("process", None, drop("filiera:processType"), "SCHEMA_PROPERTY_MISSING"),
    "dyeing-without-chemicals": ("process", "dyeing", drop("filiera:substances"), "PROCESS_FIELD_MISSING"),
    "other-without-description": ("process", "other", drop("filiera:description"), "PROCESS_FIELD_MISSING"),
    "scrap-destination-unknown": (
        "process",
        None,
        first("filiera:scrap", "destination", "sea"),
        "SCHEMA_VALUE",
    ),
    "fibre-shares-below-one": (
        "lot-declared",
        None,
        put("filiera:material", [{"fibre": "wool", "share": "0.99"}]),
        "MATERIAL_SHARES",
    ),
    "share-in-percent": (
        "lot-declared",
        None,
        put("filiera:material", [{"fibre": "wool", "share": "100"}]),
        "QUANTITY_FORM",
    ),
    "range-reversed": (
        "work-declaration",
        None,
        lambda _c, s: s["filiera:work"].__setitem__("people", {"min": "9", "max": "5"}),
        "RANGE_REVERSED",
    ),
    "validity-reversed": (
        "social-evidence",
        None,
        lambda _c, s: s["filiera:social"].__setitem__("validity", {"from": "2026-05-15", "to": "2026-01-15"}),
        "RANGE_REVERSED",
    ),
    "answers-missing": ("receipt", None, drop("filiera:answers"), "SCHEMA_PROPERTY_MISSING"),
    "correction-without-corrects": (
        "process",
        None,
        put("errorDeclaration", {"declarationTime": "2026-03-03T08:00:00Z", "reason": "did_not_occur"}),
        "SCHEMA_PROPERTY_MISSING",
    ),
    "sequence-first-with-previous": (
        "process",
        None,
        put("filiera:previousRecord", "3" * 64),
        "RECORD_LINK_UNEXPECTED",
    ),
    "sequence-later-without-previous": ("process", None, put("filiera:recordSeq", 7), "RECORD_LINK_MISSING"),
    "sequence-negative": ("process", None, put("filiera:recordSeq", -1), "SCHEMA_MISMATCH"),
    "account-missing": ("process", None, drop("filiera:account"), "ACCOUNT_ENTRY_MISSING"),
    "account-entry-missing": (
        "process",
        None,
        lambda _c, s: s["filiera:account"].pop(),
        "ACCOUNT_ENTRY_MISSING",
    ),
    "account-entry-twice": ("process", None, repeat("filiera:account"), "ACCOUNT_ENTRY_TWICE"),
    "account-of-other-lot": (
        "lot-declared",
        None,
        lambda _c, s: s["filiera:account"].append(
            {"lot": "urn:filiera:lot:" + "z" * 26, "lotSeq": 0, "before": "0", "after": "1", "uom": "KGM"}
        ),
        "ACCOUNT_ENTRY_UNEXPECTED",
    ),
    "account-unit-other": ("process", None, entry(0, "uom", "GRM"), "ACCOUNT_UNIT"),
    "account-sum-wrong": ("process", None, entry(0, "after", "0.000001"), "ACCOUNT_ARITHMETIC"),
    "account-credit-as-debit": ("process", None, entry(1, "after", "0"), "ACCOUNT_ARITHMETIC"),
    "account-start-not-zero": (
        "lot-declared",
        None,
        lambda _c, s: s["filiera:account"][0].update(before="1", after="121"),
        "ACCOUNT_START",
    ),
    "account-start-with-previous": ("lot-declared", None, entry(0, "previous", "3" * 64), "ACCOUNT_START"),
    "account-link-missing": (
        "process",
        None,
        lambda _c, s: s["filiera:account"][0].pop("previous"),
        "ACCOUNT_LINK_MISSING",
    ),
    "account-below-zero": ("process", None, entry(0, "after", "-1"), "QUANTITY_FORM"),
    "count-not-the-quantity": ("stock-count", None, entry(0, "after", "39"), "ACCOUNT_ARITHMETIC"),
}


def good_cases() -> list[dict[str, Any]]:
    """Every act, every process type, and a few edges that must pass."""
    subjects = {act: event_template(act) for act in vocabulary("acts")["acts"]}
    subjects |= {
        f"process-{name}": event_template("process", name) for name in vocabulary("processes")["processes"]
    }
    subjects["day-is-local-not-utc"] = event_template("process") | {"eventTime": "2026-03-01T23:30:00Z"}
    subjects["lot-by-gs1"] = _renamed("https://id.gs1.org/01/09521234000013/10/FABRIC-WJ-2025-015")
    subjects["lot-by-gs1-state"] = _renamed("https://id.gs1.org/01/09521234000013/10/A%2FB#12")
    subjects["correction"] = _correction()
    return [{"name": name, "claims": credential_template(subject)} for name, subject in subjects.items()]


def bad_cases() -> list[dict[str, Any]]:
    """Templates with one thing wrong; the place is what the reference says, for readers who want it."""
    cases = []
    for name, (act, process, change, code) in BAD.items():
        subject = event_template(act, process)
        claims = credential_template(subject)
        change(claims, subject)
        cases.append({"name": name, "code": code, "place": place_of(claims), "claims": claims})
    return cases


def place_of(claims: dict[str, Any]) -> str:
    """Where the reference refuses."""
    try:
        check_event(claims)
    except FilieraError as error:
        return error.place
    raise AssertionError(claims)


def _renamed(lot: str) -> dict[str, Any]:
    renamed: dict[str, Any] = json.loads(json.dumps(event_template("lot-declared")).replace(LOT, lot))
    return renamed


def _correction() -> dict[str, Any]:
    """A shipment that did not happen: the goods come back to the account."""
    subject = event_template("shipment", record_seq=2, previous_record="4" * 64)
    subject["errorDeclaration"] = {"declarationTime": "2026-03-02T09:00:00Z", "reason": "did_not_occur"}
    subject["filiera:corrects"] = {"id": "urn:uuid:00000000-0000-4000-8000-000000000001", "digest": "4" * 64}
    subject["filiera:account"] = [
        {"lot": LOT, "lotSeq": 2, "before": "0", "after": "60", "uom": "KGM", "previous": "4" * 64}
    ]
    return subject


def main() -> None:
    """Write both files."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name, cases in (("good", good_cases()), ("bad", bad_cases())):
        lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
        (OUT / f"{name}.json").write_text(f"[\n{lines}\n]\n", "utf-8")


if __name__ == "__main__":
    main()
