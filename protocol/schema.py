"""JSON Schema 2020-12 of the written format: compiled once, refusals in our codes with a JSON pointer.

Schemas are read from the package and nothing is ever fetched: a `$ref` outside the registry is an error at
load time. Names are the files of `schemas/` without `.json`, or the kinds of record of README §6, which mean
envelope and subject together.

A schema applies to the *full form*. A verifier that lacks disclosures passes the places where something is
withheld: there, and only there, a missing property is not an error (README §3, hidden is not absent).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from protocol.disclosure import may_hide
from protocol.errors import FormatError
from protocol.quantities import suggestion

SUBJECT = "/credentialSubject"
_SIZES = frozenset(
    {"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties", "uniqueItems"}
)
# Definitions of common.json whose text is a number: their refusal says how to write it.
_NUMBERS = frozenset({"decimal", "ratio"})
_MASTER_DATA = {
    "Party": "party",
    "Facility": "facility",
    "Product": "product",
    "Order": "order",
    "SubcontractOrder": "subcontract-order",
    "Certificate": "certificate",
}
# The steps in the life of a criterion (README §20).
_CRITERION = {
    "CriterionProposal": "criterion-proposal",
    "CriterionConsultation": "criterion-consultation",
    "CriterionAgreement": "criterion-agreement",
    "CriterionPublication": "criterion-publication",
    "CriterionRetirement": "criterion-retirement",
}
# Kinds whose subject says by its type which schema it has.
_BY_TYPE = {"FilieraMasterData": _MASTER_DATA, "FilieraCriterion": _CRITERION}
_SUBJECTS = {
    "FilieraMembership": "membership",
    "FilieraComment": "criterion-comment",
    "FilieraCatalogue": "catalogue-record",
    "FilieraAdoption": "adoption",
    "DigitalProductPassport": "passport",
    "FilieraVerificationStatement": "verification-statement",
    "BitstringStatusListCredential": "status-list",
}
KINDS = frozenset({"FilieraEvent", *_BY_TYPE, *_SUBJECTS})


def validate(
    name: str, value: object, place: str = "", withheld: Collection[str] = (), kind: str = ""
) -> None:
    """Raise FormatError at the first place where `value` is not what the schema `name` says.

    `name` is a schema (`event-shipment`, `party` …) or a kind of record (`FilieraMasterData` …, then `value`
    are its claims). `place` is put before every pointer; `withheld` are pointers, as in `Record.withheld`, of
    objects with undisclosed properties of a record of this `kind`. Codes: `SCHEMA_*`, `QUANTITY_FORM`, `UNIT_UNKNOWN`,
    `RECORD_KIND_UNKNOWN`, `ACT_UNKNOWN`.
    """
    if name in KINDS:
        _validate_record(name, value, withheld)
        return
    validator = _validator(name)
    # Callers may name a withheld place by list (`/a/0/b`) exactly as the pointer here is written.
    for error in validator.iter_errors(value):
        pointer = place + "".join(f"/{_escape(part)}" for part in error.instance_path)
        if withheld and _may_be_withheld(error, pointer, withheld, kind):
            continue
        raise _refusal(error, pointer)


def subject_schema(kind: str, subject: Mapping[str, Any]) -> str:
    """Return the schema of a record's subject.

    FormatError if its kind, act or type is not one of the closed lists.
    """
    if kind == "FilieraEvent":
        act = subject.get("filiera:act")
        if not isinstance(act, str) or f"event-{act}" not in names():
            raise FormatError("ACT_UNKNOWN", f"{SUBJECT}/filiera:act", act=act)
        return f"event-{act}"
    if kind in _BY_TYPE:
        name = _BY_TYPE[kind].get(str(subject.get("type")))
        if name is None:
            raise FormatError("RECORD_KIND_UNKNOWN", f"{SUBJECT}/type", kind=subject.get("type"))
        return name
    if kind not in _SUBJECTS:
        raise FormatError("RECORD_KIND_UNKNOWN", "/type/1", kind=kind)
    return _SUBJECTS[kind]


@cache
def names() -> frozenset[str]:
    """Return the names of all schemas of this version."""
    return frozenset(entry.name.removesuffix(".json") for entry in _folder() if entry.name != "index.json")


@cache
def load(name: str) -> dict[str, Any]:
    """Return one schema as data.

    FormatError `SCHEMA_NAME_UNKNOWN` if there is none. Shared: do not change it.
    """
    if name not in names():
        raise FormatError("SCHEMA_NAME_UNKNOWN", name=name)
    loaded: dict[str, Any] = json.loads((files("protocol") / "schemas" / f"{name}.json").read_text("utf-8"))
    return loaded


def _validate_record(kind: str, claims: object, withheld: Collection[str]) -> None:
    if not isinstance(claims, Mapping):
        raise FormatError("SCHEMA_TYPE", "", expected="object")
    validate("credential", claims, "", withheld)
    if claims["type"][1] != kind:
        raise FormatError("RECORD_KIND_UNKNOWN", "/type/1", kind=claims["type"][1])
    subject = claims["credentialSubject"]
    validate(subject_schema(kind, subject), subject, SUBJECT, withheld, kind)


def _folder() -> Iterator[Any]:
    folder = files("protocol") / "schemas"
    return (entry for entry in folder.iterdir() if entry.name.endswith(".json"))


@cache
def _registry() -> jsonschema_rs.Registry:
    return jsonschema_rs.Registry([(load(name)["$id"], load(name)) for name in sorted(names())])


@cache
def _validator(name: str) -> Any:
    return jsonschema_rs.validator_for(load(name), registry=_registry(), retriever=_never_fetch)


def _never_fetch(uri: str) -> Any:
    raise FormatError("SCHEMA_NAME_UNKNOWN", name=uri)


def _may_be_withheld(error: Any, pointer: str, withheld: Collection[str], kind: str) -> bool:
    """Whether what is missed may be undisclosed, in the same object or in one inside it."""
    if error.kind.name == "required":
        return pointer in withheld and may_hide(kind, pointer, error.kind.as_dict()["property"])
    if error.kind.name == "minProperties":
        return pointer in withheld
    # An alternative fails as a whole although only a property inside it is withheld.
    return error.kind.name in ("anyOf", "oneOf") and any(
        place == pointer or place.startswith(f"{pointer}/") for place in withheld
    )


def _refusal(error: Any, pointer: str) -> FormatError:
    rule, detail = error.kind.name, error.kind.as_dict()
    value = _shown(error.instance)
    if rule == "required":
        return FormatError("SCHEMA_PROPERTY_MISSING", pointer, name=detail["property"])
    if rule in ("unevaluatedProperties", "additionalProperties"):
        return FormatError("SCHEMA_PROPERTY_UNKNOWN", pointer, name=", ".join(detail["unexpected"])[:200])
    if not _NUMBERS.isdisjoint(error.schema_path):
        return FormatError("QUANTITY_FORM", pointer, value=value, canonical=suggestion(error.instance))
    if rule == "enum" and "unit" in error.schema_path:
        return FormatError("UNIT_UNKNOWN", pointer, unit=value, known=", ".join(detail["options"]))
    if rule in ("enum", "const"):
        allowed = detail.get("options") or [detail.get("expected_value")]
        return FormatError("SCHEMA_VALUE", pointer, value=value, allowed=", ".join(map(str, allowed))[:400])
    if rule == "type":
        return FormatError("SCHEMA_TYPE", pointer, value=value, expected=", ".join(detail["types"]))
    if rule in _SIZES:
        return FormatError("SCHEMA_LENGTH", pointer, value=value, rule=rule, limit=detail.get("limit"))
    if rule == "pattern":
        return FormatError("SCHEMA_PATTERN", pointer, value=value)
    return FormatError("SCHEMA_MISMATCH", pointer, rule="/".join(map(str, error.schema_path))[-120:])


def _shown(value: object) -> str:
    return str(value)[:100] if isinstance(value, str | int | bool) or value is None else type(value).__name__


def _escape(part: str | int) -> str:
    """One reference token of a JSON pointer (RFC 6901 §3)."""
    return str(part).replace("~", "~0").replace("/", "~1")
