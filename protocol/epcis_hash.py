"""The CBV 2.0 event hash of an EPCIS event: an alias that EPCIS users know, computed on demand.

Never anchor, deduplicate or verify by it: it joins fields without separators, so unlike events can have the
same hash, and it leaves `eventID`, `recordTime` and `errorDeclaration` out. A record is known by its record
digest (README §3).

Follows CBV 2.0 §8.9: standard fields in a fixed order, lists sorted, times in UTC milliseconds, numbers
without trailing zeros, GS1 keys as canonical Digital Links, vocabulary words as IRIs, then extensions as
`{namespace}name=value`, sorted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from protocol.cbv import WordList, word_iri
from protocol.epc_urn import is_epc_urn, urn_to_digital_link
from protocol.epcis import events_of, parse_epcis_time
from protocol.errors import FormatError
from protocol.gs1 import GS1_STEM, build_digital_link, parse_digital_link

_GS1_VOCABULARY = "https://gs1.org/voc/"
_PREFIXES = {
    "cbv": "https://ref.gs1.org/cbv/",
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "epcis": "https://ref.gs1.org/epcis/",
    "gs1": _GS1_VOCABULARY,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# Fields in CBV order; type, time and offset stand before them.
_ORDER = (
    "certificationInfo", "parentID", "epcList", "childEPCs", "quantityList", "childQuantityList",
    "inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList", "action", "transformationID",
    "bizStep", "disposition", "persistentDisposition", "readPoint", "bizLocation", "bizTransactionList",
    "destinationList", "sourceList", "sensorElementList", "ilmd",
)  # fmt: skip
_LEFT_OUT = {
    "type", "eventID", "eventTime", "eventTimeZoneOffset", "recordTime", "errorDeclaration", "@context",
    "rdfs:comment",
}  # fmt: skip
_METADATA = (
    "time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod",
    "bizRules",
)  # fmt: skip
_REPORT = (
    "type", "exception", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time",
    "microorganism", "chemicalSubstance", "coordinateReferenceSystem", "value", "component", "stringValue",
    "booleanValue",
    "hexBinaryValue", "uriValue", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue", "uom",
)  # fmt: skip
_NUMBERS = {"quantity", "value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"}
_TIMES = {"time", "startTime", "endTime"}
_PARTS = {"bizTransactionList": "bizTransaction", "sourceList": "source", "destinationList": "destination"}
_EXPANDED = re.compile(r"([^:/]+):([^/].*)")


def event_hashes(document: object) -> list[str]:
    """Return `ni:///sha-256;…?ver=CBV2.0` for every event of a document, in order.

    FormatError as `pre_hash`.
    """
    return [hash_of(text) for text in pre_hashes(document)]


def pre_hashes(document: object) -> list[str]:
    """Return the text that is hashed, for every event of a document.

    FormatError `EPCIS_HASH_UNSUPPORTED` and others.
    """
    outer: Mapping[str, Any] = document if isinstance(document, Mapping) else {}
    ignored = _ignored_fields(outer)
    return [pre_hash(event, outer.get("@context"), ignored) for _, event in events_of(document)]


def pre_hash(event: Mapping[str, Any], context: object = None, ignored: frozenset[str] = frozenset()) -> str:
    """Return the text that is hashed for one event under the document's context.

    FormatError if a field is not as it must.

    `ignored` are extension names that the document asks to leave out.
    """
    if not isinstance(event, Mapping) or not isinstance(event.get("type"), str):
        raise FormatError("EPCIS_HASH_UNSUPPORTED", "/type", reason="no event type")
    try:
        return _pre_hash(event, context, ignored)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        # Sensor data and extensions have any shape; one that CBV gives no rule for has no alias.
        raise FormatError("EPCIS_HASH_UNSUPPORTED", reason=f"shape: {error}"[:200]) from error


def _pre_hash(event: Mapping[str, Any], context: object, ignored: frozenset[str]) -> str:
    prefixes = _PREFIXES | dict(_declared(context)) | dict(_declared(event.get("@context")))
    text = f"eventType={event['type']}eventTime={_time(event.get('eventTime'))}"
    text += f"eventTimeZoneOffset={event.get('eventTimeZoneOffset')}"
    for name in _ORDER:
        if name in event:
            text += _field(name, event[name], prefixes)
    rest = {
        name: value
        for name, value in event.items()
        if name not in _ORDER
        and name not in _LEFT_OUT
        and name not in ignored
        and not name.startswith("_comment")
    }
    return text + _extensions(rest, prefixes)


def hash_of(text: str) -> str:
    """Return the named-information URI of a pre-hash text."""
    return f"ni:///sha-256;{hashlib.sha256(text.encode()).hexdigest()}?ver=CBV2.0"


def _field(name: str, value: Any, prefixes: Mapping[str, str]) -> str:
    if name == "action":
        return f"{name}={value}"
    if name in ("bizStep", "disposition"):
        kind: Any = name
        return f"{name}={word_iri(kind, value)}"
    if name in ("parentID", "transformationID"):
        return f"{name}={_uri(value)}"
    if name == "certificationInfo":
        return "".join(
            sorted(f"{name}={_uri(entry)}" for entry in (value if isinstance(value, list) else [value]))
        )
    if name.endswith("QuantityList") or name == "quantityList":
        return _elements(
            name,
            ("quantityElement" + _members(entry, ("epcClass", "quantity", "uom"), {}) for entry in value),
        )
    if name in ("epcList", "childEPCs", "inputEPCList", "outputEPCList"):
        return _elements(name, (f"epc={_uri(entry)}" for entry in value))
    if name in ("readPoint", "bizLocation"):
        return f"{name}id={_uri(value['id'])}" + _extensions(_without(value, ("id",)), prefixes)
    if name == "persistentDisposition":
        words = [
            f"{key}={word_iri('disposition', word)}"
            for key in ("set", "unset")
            for word in sorted(value.get(key, []))
        ]
        return name + "".join(words)
    if name in _PARTS:
        return _elements(name, (_typed(name, entry) for entry in value))
    if name == "sensorElementList":
        return _elements(name, ("sensorElement" + _sensor(entry, prefixes) for entry in value))
    return name + _extensions(value, prefixes)


def _elements(name: str, texts: Iterator[str]) -> str:
    ordered = sorted(texts)
    return name + "".join(ordered) if ordered else ""


def _typed(name: str, entry: Mapping[str, Any]) -> str:
    member = _PARTS[name]
    words: WordList = "bizTransactionType" if member == "bizTransaction" else "sourceDestinationType"
    kind = f"type={word_iri(words, entry['type'])}" if "type" in entry else ""
    return f"{kind}{member}={_uri(entry[member])}"


def _sensor(entry: Mapping[str, Any], prefixes: Mapping[str, str]) -> str:
    text = ""
    if "sensorMetadata" in entry:
        text += "sensorMetadata" + _members(entry["sensorMetadata"], _METADATA, prefixes)
    reports = sorted(
        "sensorReport" + _members(report, _REPORT, prefixes) for report in entry.get("sensorReport", [])
    )
    return (
        text + "".join(reports) + _extensions(_without(entry, ("sensorMetadata", "sensorReport")), prefixes)
    )


def _members(entry: Mapping[str, Any], order: tuple[str, ...], prefixes: Mapping[str, str]) -> str:
    text = "".join(f"{name}={_member(name, entry[name])}" for name in order if name in entry)
    return text + _extensions(_without(entry, order), prefixes)


def _member(name: str, value: Any) -> str:
    if name in _NUMBERS:
        return _number(value)
    if name in _TIMES:
        return _time(value)
    if name in ("type", "exception") and isinstance(value, str) and ":" not in value:
        return _GS1_VOCABULARY + value
    if name == "component" and isinstance(value, str) and ":" not in value:
        return f"{_PREFIXES['cbv']}Comp-{value}"
    if name == "hexBinaryValue":
        return str(value).upper()
    if isinstance(value, bool):
        return "true" if value else "false"
    return _uri(value) if name not in ("stringValue", "uom") else str(value)


def _extensions(value: Any, prefixes: Mapping[str, str]) -> str:
    """Names as `{namespace}local`, objects in depth, repeated for each entry of a list.

    All sorted as text.
    """
    return "".join(sorted(_extension(name, member, prefixes) for name, member in value.items()))


def _extension(name: str, value: Any, prefixes: Mapping[str, str]) -> str:
    shown = _expand(name, prefixes)
    if isinstance(value, Mapping):
        return shown + _extensions(value, prefixes)
    if isinstance(value, list):
        return "".join(sorted(_extension(name, entry, prefixes) for entry in value))
    if isinstance(value, bool):
        return f"{shown}={'true' if value else 'false'}"
    if isinstance(value, int | float | Decimal):
        return f"{shown}={_number(value)}"
    return f"{shown}={str(value).strip()}"


def _expand(name: str, prefixes: Mapping[str, str]) -> str:
    match = _EXPANDED.fullmatch(name)
    if match is None:
        return name
    if match[1] not in prefixes:
        raise FormatError("EPCIS_HASH_UNSUPPORTED", f"/{name}", reason=f"prefix {match[1]}")
    return f"{{{prefixes[match[1]]}}}{match[2]}"


def _declared(context: object) -> Iterator[tuple[str, str]]:
    """Prefixes that a context declares in place; contexts given by address are not fetched."""
    for part in context if isinstance(context, list) else [context]:
        if isinstance(part, Mapping):
            yield from ((name, iri) for name, iri in part.items() if isinstance(iri, str))


def _ignored_fields(document: Mapping[str, Any]) -> frozenset[str]:
    lists = [
        value
        for name, value in document.items()
        if name.endswith(":ignoreFields") and isinstance(value, list)
    ]
    return frozenset(entry for values in lists for entry in values if isinstance(entry, str))


def _uri(value: Any) -> str:
    """GS1 keys on any host and EPC URNs become canonical links without data attributes.

    All else stays as it is.
    """
    text = str(value)
    try:
        if is_epc_urn(text):
            return urn_to_digital_link(text)
        return build_digital_link(GS1_STEM, parse_digital_link(text).path)
    except FormatError:
        return text


def _time(value: Any) -> str:
    return parse_epcis_time(value, "/eventTime").replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _number(value: Any) -> str:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise FormatError("EPCIS_HASH_UNSUPPORTED", reason=f"number {str(value)[:40]}") from error
    if not number.is_finite() or abs(number.adjusted()) > 60:  # noqa: PLR2004 - 1e999999999 would be a gigabyte of zeros
        raise FormatError("EPCIS_HASH_UNSUPPORTED", reason="number")
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _without(value: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: member for name, member in value.items() if name not in names}
