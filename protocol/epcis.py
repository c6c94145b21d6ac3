"""EPCIS 2.0 documents of others: is this one, what is wrong with it, and which events does it hold.

Own closed checks of what ISO/IEC 19987 requires in JSON: names, types, words, times, identifiers; every
finding has a code and a JSON pointer, and all are reported, not the first only. Comments (`_comment…`) and
prefixed extensions are not data of ours: comments are reported and ignored, extensions are left to the
importer (`epcis_import.py`). Contexts are never fetched.

Numbers may be `int`, `Decimal` or (from another reader) `float`; nothing of this is ever signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from protocol.cbv import WordList, short_word
from protocol.codes import lookup
from protocol.errors import FormatError

MAX_EVENTS = 10_000
MAX_ENTRIES = 10_000  # of one list in one event: a pallet of labels, not a warehouse
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,12})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_OFFSET = re.compile(r"[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_UOM = re.compile(r"[A-Z0-9]{2,3}")
_EXTENSION = re.compile(r"[^:\s]+:\S+")

_DOCUMENT = {
    "@context", "type", "id", "schemaVersion", "creationDate", "instanceIdentifier", "sender", "receiver",
    "epcisHeader", "epcisBody",
}  # fmt: skip
_COMMON = {
    "@context", "type", "eventID", "eventTime", "eventTimeZoneOffset", "recordTime", "certificationInfo",
    "errorDeclaration", "bizStep", "disposition", "persistentDisposition", "readPoint", "bizLocation",
    "bizTransactionList", "sourceList", "destinationList", "sensorElementList",
}  # fmt: skip
_BY_TYPE = {
    "ObjectEvent": {"action", "epcList", "quantityList", "ilmd"},
    "AggregationEvent": {"action", "parentID", "childEPCs", "childQuantityList"},
    "TransactionEvent": {"action", "parentID", "epcList", "quantityList"},
    "TransformationEvent": {
        "transformationID", "inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList",
        "ilmd",
    },
    "AssociationEvent": {"action", "parentID", "childEPCs", "childQuantityList"},
}  # fmt: skip
_WORDS: dict[str, WordList] = {"bizStep": "bizStep", "disposition": "disposition"}
_URI_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITY_LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")


@dataclass(frozen=True, slots=True)
class EpcisFinding:
    """Something to say about a document: a code of `codes/event.json`, where, and its values."""

    code: str
    place: str
    values: Mapping[str, object]

    @property
    def refuses(self) -> bool:
        """Whether it makes the document invalid, or is a notice only."""
        return lookup(self.code).severity == "refused"


@dataclass(frozen=True, slots=True)
class EpcisReport:
    """The events of a document with their pointers, and everything found."""

    events: tuple[tuple[str, Mapping[str, Any]], ...]
    findings: tuple[EpcisFinding, ...]

    @property
    def valid(self) -> bool:
        """Whether nothing found refuses the document."""
        return not any(finding.refuses for finding in self.findings)

    @property
    def codes(self) -> tuple[str, ...]:
        """The distinct codes found, sorted."""
        return tuple(sorted({finding.code for finding in self.findings}))


def validate_epcis(document: object) -> EpcisReport:
    """Return what stands in an EPCIS 2.0 document, query document or single event, valid or not.

    Never raises for content.
    """
    try:
        events = tuple(events_of(document))
    except FormatError as error:
        return EpcisReport((), (EpcisFinding(error.code, error.place, error.values),))
    findings = list(_check_document(document)) if _is_document(document) else []
    for pointer, event in events:
        findings.extend(_check_event(event, pointer))
    return EpcisReport(
        tuple((pointer, event) for pointer, event in events if isinstance(event, Mapping)), tuple(findings)
    )


def events_of(document: object) -> Iterator[tuple[str, Any]]:
    """Yield (pointer, event) of a document or of a bare event.

    FormatError `EPCIS_DOCUMENT` if it is neither.
    """
    if not isinstance(document, Mapping):
        raise FormatError("EPCIS_DOCUMENT", reason="not a JSON object")
    if not _is_document(document):
        if not str(document.get("type", "")).endswith("Event"):
            raise FormatError("EPCIS_DOCUMENT", "/type", reason="no EPCISDocument and no event")
        yield "", document
        return
    body, pointer = _step(document, "epcisBody", "")
    if document["type"] == "EPCISQueryDocument":
        body, pointer = _step(body, "queryResults", pointer)
        body, pointer = _step(body, "resultsBody", pointer)
    if "event" in body and "eventList" not in body:
        yield f"{pointer}/event", body["event"]
        return
    events = body.get("eventList")
    if not isinstance(events, list) or len(events) > MAX_EVENTS:
        raise FormatError("EPCIS_DOCUMENT", f"{pointer}/eventList", reason="no list of events")
    for index, event in enumerate(events):
        yield f"{pointer}/eventList/{index}", event


def parse_epcis_time(text: object, place: str = "") -> datetime:
    """Return an EPCIS time in UTC, fractions beyond microseconds cut; FormatError `EPCIS_TIME`."""
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise FormatError("EPCIS_TIME", place, value=str(text)[:60])
    fraction = (match[1] or "")[:7]
    try:
        return datetime.fromisoformat(f"{match[0][:19]}{fraction}{match[2]}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise FormatError("EPCIS_TIME", place, value=str(text)[:60]) from error


def _is_document(document: object) -> bool:
    return isinstance(document, Mapping) and document.get("type") in ("EPCISDocument", "EPCISQueryDocument")


def _step(value: Any, name: str, pointer: str) -> tuple[Mapping[str, Any], str]:
    inner = value.get(name)
    if not isinstance(inner, Mapping):
        raise FormatError("EPCIS_DOCUMENT", f"{pointer}/{name}", reason=f"{name} is missing")
    return inner, f"{pointer}/{name}"


def _check_document(document: Any) -> Iterator[EpcisFinding]:
    required = (
        ["@context"]
        if document["type"] == "EPCISQueryDocument"
        else ["@context", "schemaVersion", "creationDate"]
    )
    for name in required:
        if name not in document:
            yield _found("EPCIS_FIELD_MISSING", "", name=name)
    version = document.get("schemaVersion", "2.0")
    if not isinstance(version, str) or re.fullmatch(r"2\.[0-9](\.[0-9]+)?", version) is None:
        yield _found("EPCIS_VERSION", "/schemaVersion", version=version)
    if "creationDate" in document:
        yield from _attempt(parse_epcis_time, document["creationDate"], "/creationDate")
    if not isinstance(document.get("@context", ""), str | list | Mapping):
        yield _found("EPCIS_VALUE", "/@context", value="@context")
    yield from _check_names(document, _DOCUMENT, "")


def _check_event(event: Any, pointer: str) -> Iterator[EpcisFinding]:
    kind = event.get("type") if isinstance(event, Mapping) else None
    if not isinstance(kind, str) or kind not in _BY_TYPE:
        yield _found("EPCIS_EVENT_TYPE", f"{pointer}/type", value=str(kind)[:60])
        return
    yield from _check_names(event, _COMMON | _BY_TYPE[kind], pointer)
    required = ["eventTime", "eventTimeZoneOffset", *(["action"] if "action" in _BY_TYPE[kind] else [])]
    for name in required:
        if name not in event:
            yield _found("EPCIS_FIELD_MISSING", pointer, name=name)
    yield from _check_goods(event, kind, pointer)
    yield from _check_fields(event, kind, pointer)


def _check_names(value: Mapping[str, Any], known: set[str], pointer: str) -> Iterator[EpcisFinding]:
    for name in value:
        if name in known or _EXTENSION.fullmatch(name):
            continue
        code = "EPCIS_COMMENT_IGNORED" if name.startswith("_comment") else "EPCIS_FIELD_UNKNOWN"
        yield _found(code, f"{pointer}/{name}", name=name)


def _check_goods(event: Mapping[str, Any], kind: str, pointer: str) -> Iterator[EpcisFinding]:
    """Which of the goods must be there: EPCIS 2.0 §7.4."""
    have = {name for name in (*_URI_LISTS, *_QUANTITY_LISTS) if event.get(name)}
    missing = ""
    if kind == "ObjectEvent" and "epcList" not in event and not have and not event.get("sensorElementList"):
        missing = "epcList / quantityList"
    elif kind == "TransformationEvent":
        inputs, outputs = (
            have & {"inputEPCList", "inputQuantityList"},
            have & {"outputEPCList", "outputQuantityList"},
        )
        if not (inputs and outputs) and not ("transformationID" in event and have):
            missing = "outputEPCList / outputQuantityList" if inputs else "inputEPCList / inputQuantityList"
    elif kind in ("AggregationEvent", "AssociationEvent"):
        # A DELETE without children takes all of them out; an OBSERVE or ADD must say which.
        if event.get("action") != "DELETE" and not have:
            missing = "childEPCs / childQuantityList"
        elif "parentID" not in event and (event.get("action") != "OBSERVE" or kind == "AssociationEvent"):
            missing = "parentID"
    elif kind == "TransactionEvent" and not event.get("bizTransactionList"):
        missing = "bizTransactionList"
    if missing:
        yield _found("EPCIS_FIELD_MISSING", pointer, name=missing)


def _check_fields(event: Mapping[str, Any], kind: str, pointer: str) -> Iterator[EpcisFinding]:
    for name, value in event.items():
        place = f"{pointer}/{name}"
        if name in ("eventTime", "recordTime"):
            yield from _attempt(parse_epcis_time, value, place)
        elif name == "eventTimeZoneOffset" and not (isinstance(value, str) and _OFFSET.fullmatch(value)):
            yield _found("EPCIS_TIME", place, value=str(value)[:60])
        elif name in _WORDS:
            yield from _attempt_word(_WORDS[name], value, place)
        elif name == "action" and value not in ("ADD", "OBSERVE", "DELETE"):
            yield _found("EPCIS_VALUE", place, value=str(value)[:60])
        elif name in ("eventID", "parentID", "transformationID"):
            yield from _check_uri(value, place)
        elif name == "certificationInfo":
            yield from _check_uris(value if isinstance(value, list) else [value], place)
        elif name in _URI_LISTS:
            yield from _check_uris(value, place)
        elif name in _QUANTITY_LISTS:
            yield from _check_quantities(value, place)
        else:
            yield from _check_objects(name, value, place)
    if "ilmd" in event and kind == "ObjectEvent" and event.get("action") != "ADD":
        yield _found("EPCIS_VALUE", f"{pointer}/ilmd", value="ilmd")


def _check_objects(name: str, value: Any, place: str) -> Iterator[EpcisFinding]:
    if name in ("readPoint", "bizLocation"):
        yield from _check_uri(value.get("id") if isinstance(value, Mapping) else None, f"{place}/id")
    elif name in ("bizTransactionList", "sourceList", "destinationList"):
        member = {
            "bizTransactionList": "bizTransaction",
            "sourceList": "source",
            "destinationList": "destination",
        }[name]
        words: WordList = "bizTransactionType" if member == "bizTransaction" else "sourceDestinationType"
        for index, entry in enumerate(_entries(value)):
            if (
                not isinstance(entry, Mapping)
                or member not in entry
                or (words[0] == "s" and "type" not in entry)
            ):
                yield _found("EPCIS_FIELD_MISSING", f"{place}/{index}", name=member)
                continue
            yield from _check_uri(entry[member], f"{place}/{index}/{member}")
            if "type" in entry:
                yield from _attempt_word(words, entry["type"], f"{place}/{index}/type")
        if not isinstance(value, list):
            yield _found("EPCIS_VALUE", place, value=type(value).__name__)
    elif name == "errorDeclaration":
        yield from _check_error(value, place)
    elif name == "persistentDisposition":
        for key in ("set", "unset"):
            for index, word in enumerate(
                _entries(value.get(key, []) if isinstance(value, Mapping) else None)
            ):
                yield from _attempt_word("disposition", word, f"{place}/{key}/{index}")
    elif name == "ilmd" and not isinstance(value, Mapping):
        yield _found("EPCIS_VALUE", place, value=type(value).__name__)


def _check_error(value: Any, place: str) -> Iterator[EpcisFinding]:
    if not isinstance(value, Mapping) or "declarationTime" not in value:
        yield _found("EPCIS_FIELD_MISSING", place, name="declarationTime")
        return
    yield from _attempt(parse_epcis_time, value["declarationTime"], f"{place}/declarationTime")
    if "reason" in value:
        yield from _attempt_word("errorReason", value["reason"], f"{place}/reason")
    yield from _check_uris(value.get("correctiveEventIDs", []), f"{place}/correctiveEventIDs")


def _check_quantities(value: Any, place: str) -> Iterator[EpcisFinding]:
    if not isinstance(value, list) or len(value) > MAX_ENTRIES:
        yield _found("EPCIS_VALUE", place, value=type(value).__name__)
        return
    for index, entry in enumerate(value):
        at = f"{place}/{index}"
        if not isinstance(entry, Mapping) or "epcClass" not in entry:
            yield _found("EPCIS_FIELD_MISSING", at, name="epcClass")
            continue
        yield from _check_uri(entry["epcClass"], f"{at}/epcClass")
        amount = entry.get("quantity", 1)
        if isinstance(amount, bool) or not isinstance(amount, int | float | Decimal) or not amount >= 0:
            yield _found("EPCIS_VALUE", f"{at}/quantity", value=str(amount)[:60])
        if "uom" in entry and not (isinstance(entry["uom"], str) and _UOM.fullmatch(entry["uom"])):
            yield _found("EPCIS_VALUE", f"{at}/uom", value=str(entry["uom"])[:60])


def _check_uris(value: Any, place: str) -> Iterator[EpcisFinding]:
    if not isinstance(value, list) or len(value) > MAX_ENTRIES:
        yield _found("EPCIS_VALUE", place, value=type(value).__name__)
        return
    for index, entry in enumerate(value):
        yield from _check_uri(entry, f"{place}/{index}")
    texts = [entry for entry in value if isinstance(entry, str)]
    if len(set(texts)) != len(texts):
        yield _found("LOT_TWICE", place, lot=max(set(texts), key=texts.count))


def _check_uri(value: Any, place: str) -> Iterator[EpcisFinding]:
    if not isinstance(value, str) or _URI.fullmatch(value) is None:
        yield _found("EPCIS_IDENTIFIER", place, value=str(value)[:100])


def _attempt(check: Any, value: Any, place: str) -> Iterator[EpcisFinding]:
    try:
        check(value, place)
    except FormatError as error:
        yield EpcisFinding(error.code, error.place, error.values)


def _attempt_word(kind: WordList, value: Any, place: str) -> Iterator[EpcisFinding]:
    try:
        short_word(kind, value, place)
    except FormatError as error:
        yield EpcisFinding(error.code, error.place, error.values)


def _entries(value: Any) -> list[Any]:
    return value[:MAX_ENTRIES] if isinstance(value, list) else []


def _found(code: str, place: str, **values: object) -> EpcisFinding:
    return EpcisFinding(code, place, values)
