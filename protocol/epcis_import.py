"""From an EPCIS 2.0 event to the body of an event of ours, or a refusal that names field and cause.

What EPCIS leaves out is never guessed: quantities of lots, process types, what a receipt answers come from
the importer, in `Additions`. Lots are class-level (`…/10/…`) and need a quantity; instances (`…/21/…`) are
one piece each. The body still lacks the account entries, which only the holder of the account can write
(`accounts.next_entry`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from protocol.cbv import short_word
from protocol.epc_urn import is_epc_urn, urn_to_digital_link
from protocol.epcis import EpcisFinding, parse_epcis_time, validate_epcis
from protocol.errors import FormatError
from protocol.events import local_day
from protocol.gs1 import GS1_STEM, build_digital_link, parse_digital_link
from protocol.identifiers import parse_reference
from protocol.quantities import Quantity, format_decimal, parse_unit
from protocol.vocabulary import vocabulary

_UUID4 = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_ITEM_LISTS = {
    "epcList": "quantityList",
    "inputEPCList": "inputQuantityList",
    "outputEPCList": "outputQuantityList",
    "childEPCs": "childQuantityList",
}
_IGNORED = frozenset({
    "type", "eventID", "eventTime", "eventTimeZoneOffset", "recordTime", "@context", "bizStep", "disposition",
    "action",
})  # fmt: skip
_OVERRIDES = ("bizStep", "disposition")
_MILLISECOND = 1000  # microseconds
_SUBSTANCES = "eutex:hasSubstancesOfConcern"


@dataclass(frozen=True)
class Additions:
    """What the importing company adds to one event.

    `quantities`: amount and unit of lots for which the document gives none, by the identifier in the document
    or its canonical form. `terms`: our properties, taken over as they are (`filiera:processType`,
    `filiera:answers` …, and `filiera:act`, `bizStep` or `disposition` where the event alone does not say
    which act it is, or is not exact enough).
    """

    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    terms: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Imported:
    """A converted event: subject without account entries, its act, and what the importer should know."""

    subject: dict[str, Any]
    act: str
    notices: tuple[EpcisFinding, ...]


def import_event(
    event: Mapping[str, Any], additions: Additions, *, participant: str, event_id: str, record_seq: int
) -> Imported:
    """Return our body of one EPCIS event, signed-to-be by `participant` (hex).

    `event_id` is a fresh `urn:uuid:` v4.

    An eventID that is itself a version 4 UUID is kept. FormatError with the pointer into the event: any code
    of `validate_epcis`, `EPCIS_QUANTITY_NEEDED`, `EPCIS_QUANTITY_UNIT`, `EPCIS_NOT_IMPORTABLE`,
    `IDENTIFIER_*`.
    """
    report = validate_epcis(event)
    for finding in report.findings:
        if finding.refuses:
            raise FormatError(finding.code, finding.place, **finding.values)
    notices = list(report.findings)
    event = {**event, **{name: additions.terms[name] for name in _OVERRIDES if name in additions.terms}}
    act = str(additions.terms.get("filiera:act") or _act(event))
    profile = vocabulary("acts")["acts"].get(act)
    if profile is None or profile["eventType"] != event["type"]:
        raise FormatError("EPCIS_NOT_IMPORTABLE", "/type", reason=f"{event['type']} ≠ {act}")
    subject = _head(event, act, profile, notices) | {
        "eventID": _event_id(event, event_id, notices),
        "filiera:participant": participant,
        "filiera:recordSeq": record_seq,
    }
    subject |= _body(event, act, additions, notices)
    subject |= {name: value for name, value in additions.terms.items() if name != "filiera:act"}
    if subject["eventID"] != event.get("eventID") and "eventID" in event:
        subject.setdefault("filiera:description", f"EPCIS eventID {event['eventID']}")
    return Imported(subject, act, tuple(notices))


def canonical_identifier(text: str, place: str = "") -> str:
    """Return our one spelling of an identifier in a document: an EPC URN, or a Digital Link on any host.

    FormatError `EPCIS_IDENTIFIER` or a code of `gs1.py` / `identifiers.py` if it is neither, nor one of ours.
    """
    try:
        if is_epc_urn(text):
            return parse_reference(urn_to_digital_link(text)).text
        if not text.startswith("http"):
            return parse_reference(text).text
        link = parse_digital_link(text)
        # A serial names the item already; its lot beside it would be a second name of the same thing.
        keys = [(ai, value) for ai, value in link.path if ai != "10" or "21" not in dict(link.path)]
        return parse_reference(build_digital_link(GS1_STEM, keys)).text
    except FormatError as error:
        raise FormatError(error.code, place, **error.values) from error


def _act(event: Mapping[str, Any]) -> str:
    """The act that type, action, step and goods of an event say, if they say one."""
    kind, action = event["type"], event.get("action")
    step = short_word("bizStep", event.get("bizStep", "cbv:other"), "/bizStep")
    items = [text for text in event.get("epcList", []) if _kind(text) == "item"]
    if kind == "ObjectEvent" and action == "ADD" and step in ("commissioning", "creating_class_instance"):
        return "garment-born" if items else "lot-declared"
    if kind == "ObjectEvent" and step == "inspecting" and _SUBSTANCES in event:
        return "chemical-declaration"
    returned = event.get("disposition") and short_word("disposition", event["disposition"]) == "returned"
    candidates = [
        name
        for name, profile in vocabulary("acts")["acts"].items()
        if profile["eventType"] == kind and profile["action"] == action and step in profile["bizStep"]
    ]
    preferred = {
        "receiving": "return" if returned else "receipt",
        "accepting": "return" if returned else "receipt",
    }
    preferred |= {"retail_selling": "retail-sale", "commissioning": "process", "disassembling": "recycling"}
    if preferred.get(step) in candidates:
        return preferred[step]
    if len(candidates) != 1:
        reason = f"{kind} {action or ''} {step}: filiera:act?"
        raise FormatError("EPCIS_NOT_IMPORTABLE", "/bizStep", reason=reason)
    return str(candidates[0])


def _head(
    event: Mapping[str, Any], act: str, profile: Mapping[str, Any], notices: list[EpcisFinding]
) -> dict[str, Any]:
    moment = parse_epcis_time(event["eventTime"], "/eventTime").replace(tzinfo=None)
    time = (
        moment.isoformat(timespec="milliseconds" if moment.microsecond >= _MILLISECOND else "seconds") + "Z"
    )
    head = {
        "type": event["type"],
        "eventTime": time,
        "eventTimeZoneOffset": event["eventTimeZoneOffset"],
        "filiera:act": act,
        "filiera:day": local_day(time, event["eventTimeZoneOffset"]),
    }
    if profile["action"]:
        if event.get("action") != profile["action"]:
            raise FormatError(
                "EPCIS_NOT_IMPORTABLE", "/action", reason=f"{event.get('action')} ≠ {profile['action']}"
            )
        head["action"] = profile["action"]
    for name in ("bizStep", "disposition"):
        allowed = profile[name]
        kind: Any = name
        word = short_word(kind, event[name], f"/{name}") if name in event else None
        if word not in allowed and len(allowed) > 1 and name == "disposition":
            raise FormatError(
                "EPCIS_NOT_IMPORTABLE", f"/{name}", reason=f"{word or '–'}: {', '.join(allowed)}?"
            )
        head[name] = word if word in allowed else allowed[0]
        if word is not None and word not in allowed:
            notices.append(EpcisFinding("EPCIS_EXTENSION_IGNORED", f"/{name}", {"name": f"{name} {word}"}))
    return head


def _event_id(event: Mapping[str, Any], fresh: str, notices: list[EpcisFinding]) -> str:
    given = event.get("eventID")
    if given is None:
        return fresh
    if _UUID4.fullmatch(given):
        return str(given)
    notices.append(EpcisFinding("EPCIS_ID_REPLACED", "/eventID", {"value": given[:100]}))
    return fresh


def _body(
    event: Mapping[str, Any], act: str, additions: Additions, notices: list[EpcisFinding]
) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, value in event.items():
        place = f"/{name}"
        if name in _ITEM_LISTS:
            _take_items(body, name, value, additions, notices, keep_as_is=act == "labelling")
        elif name in _ITEM_LISTS.values():
            lots = [_lot(entry, additions, f"{place}/{index}") for index, entry in enumerate(value)]
            body.setdefault(name, []).extend(lots)
        elif name == "parentID":
            body[name] = canonical_identifier(value, place)
        elif name in ("readPoint", "bizLocation"):
            body[name] = {"id": canonical_identifier(value["id"], f"{place}/id")}
        elif name in ("sourceList", "destinationList"):
            body[name] = [_party(entry, name, f"{place}/{index}") for index, entry in enumerate(value)]
        elif name == "bizTransactionList":
            body[name] = [_transaction(entry, f"{place}/{index}") for index, entry in enumerate(value)]
        elif name == "transformationID":
            body[name] = value
        elif name == "errorDeclaration":
            raise FormatError("EPCIS_NOT_IMPORTABLE", place, reason="errorDeclaration")
        elif name == _SUBSTANCES and act == "chemical-declaration":
            entries = value if isinstance(value, list) else [value]
            body["filiera:substances"] = [
                _substance(entry, f"{place}/{i}") for i, entry in enumerate(entries)
            ]
        elif name not in _IGNORED and not name.startswith("_comment"):
            notices.append(EpcisFinding("EPCIS_EXTENSION_IGNORED", place, {"name": name}))
    return {name: value for name, value in body.items() if value}


def _take_items(
    body: dict[str, Any],
    name: str,
    value: list[str],
    additions: Additions,
    notices: list[EpcisFinding],
    *,
    keep_as_is: bool,
) -> None:
    """Instances stay in their list; lots that stand among them move to the quantity list beside it."""
    for index, text in enumerate(value):
        place = f"/{name}/{index}"
        identifier = canonical_identifier(text, place)
        if keep_as_is or parse_reference(identifier).kind != "lot":
            body.setdefault(name, []).append(identifier)
            continue
        notices.append(EpcisFinding("EPCIS_CLASS_AS_ITEM", place, {"lot": identifier}))
        body.setdefault(_ITEM_LISTS[name], []).append(_lot({"epcClass": text}, additions, place))


def _lot(entry: Mapping[str, Any], additions: Additions, place: str) -> dict[str, str]:
    lot = canonical_identifier(entry["epcClass"], f"{place}/epcClass")
    if parse_reference(lot).kind != "lot":
        raise FormatError("IDENTIFIER_KIND", f"{place}/epcClass", value=lot, expected="lot")
    given = additions.quantities.get(entry["epcClass"]) or additions.quantities.get(lot)
    if given is not None:
        return {"epcClass": lot, "quantity": format_decimal(given.value), "uom": given.unit.code}
    if "quantity" not in entry:
        raise FormatError("EPCIS_QUANTITY_NEEDED", place, lot=lot)
    if "uom" not in entry:
        raise FormatError("EPCIS_QUANTITY_UNIT", place, lot=lot)
    unit = parse_unit(entry["uom"], f"{place}/uom").code
    return {"epcClass": lot, "quantity": _amount(entry["quantity"], f"{place}/quantity"), "uom": unit}


def _amount(number: Any, place: str) -> str:
    """A JSON number as our decimal string; `str` of a float is the shortest text that reads back as it."""
    try:
        return format_decimal(Decimal(str(number)))
    except (InvalidOperation, FormatError) as error:
        raise FormatError("QUANTITY_FORM", place, value=str(number)[:60], canonical="–") from error


def _party(entry: Mapping[str, Any], name: str, place: str) -> dict[str, str]:
    member = "source" if name == "sourceList" else "destination"
    kind = short_word("sourceDestinationType", entry["type"], f"{place}/type")
    return {"type": kind, member: canonical_identifier(entry[member], f"{place}/{member}")}


def _transaction(entry: Mapping[str, Any], place: str) -> dict[str, str]:
    if "type" not in entry:
        raise FormatError("EPCIS_FIELD_MISSING", place, name="type")
    kind = short_word("bizTransactionType", entry["type"], f"{place}/type")
    return {"type": kind, "bizTransaction": str(entry["bizTransaction"])[:500]}


def _substance(entry: Any, place: str) -> dict[str, Any]:
    """A substance of concern as the open textile vocabulary writes it, in our terms."""
    name = entry.get("schema:name") if isinstance(entry, Mapping) else None
    if not isinstance(name, str):
        raise FormatError("EPCIS_FIELD_MISSING", place, name="schema:name")
    found: dict[str, Any] = {"name": name}
    simple = {"oec:casNumber": "cas", "schema:iupacName": "iupac", "oec:substanceLocation": "location"}
    found |= {ours: entry[theirs] for theirs, ours in simple.items() if isinstance(entry.get(theirs), str)}
    concentration = entry.get("eutex:substanceConcentration")
    if concentration is not None:
        # The vocabulary states it as a share by weight in per cent.
        found["concentration"] = {"max": _amount(concentration, f"{place}/concentration"), "unit": "%"}
    kinds = {"A": "svhc", "B": "clp", "C": "pop", "D": "recycling-inhibitor"}
    kind = entry.get("eutex:hasSocType")
    category = str(kind.get("@id", "") if isinstance(kind, Mapping) else kind)[-1:]
    return found | ({"category": kinds[category]} if category in kinds else {})


def _kind(text: str) -> str:
    try:
        return parse_reference(canonical_identifier(text)).kind
    except FormatError:
        return ""
