"""EPCIS 2.0 documents to the events of an import, with what the importing company adds to them.

`--quantities FILE` is JSON, or a CSV with the columns lot;quantity;unit:

    {"quantities": {"<lot>": {"quantity": "320", "uom": "KGM"}},           for all events
     "events": {"<eventID>": {"quantities": {…}, "terms": {"filiera:processType": "spinning"}}},
     "terms": {"filiera:material": […]},                                   for all events
     "participants": {"https://id.gs1.org/417/…": "<participant id>"}}     who the document's parties are here

`filiera:answers` may be the eventID of the shipment alone: its digest is found in the journal or asked from the node.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from client import files
from client.errors import ClientError
from client.imports import values
from client.imports.plan import Entry
from client.signing import new_id
from protocol.epcis import validate_epcis
from protocol.epcis_import import Additions, canonical_identifier, import_event
from protocol.errors import FilieraError, FormatError
from protocol.identifiers import participant_urn
from protocol.limits import FOREIGN_LIMITS
from protocol.quantities import parse_quantity
from protocol.strict_json import parse_json

if TYPE_CHECKING:
    from protocol.quantities import Quantity

_ANSWERS = "filiera:answers"
_PARTIES = {"sourceList": "source", "destinationList": "destination"}
_PARTS = ("quantities", "events", "terms", "participants")


@dataclass(frozen=True)
class Added:
    """What the importing company adds: see the module."""

    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    events: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    terms: Mapping[str, Any] = field(default_factory=dict)
    participants: Mapping[str, str] = field(default_factory=dict)


def parse_added(path: Path) -> Added:
    """Read what is added; ClientError `MAPPING_MALFORMED` or FormatError of a quantity, with the place."""
    data = files.read(path)
    if path.suffix.lower() == ".csv":
        return Added(quantities=_from_csv(data))
    try:
        value = parse_json(data, FOREIGN_LIMITS)
    except FormatError as error:
        raise ClientError("MAPPING_MALFORMED", error.place, reason=error.code) from error
    if not isinstance(value, dict):
        raise ClientError("MAPPING_MALFORMED", reason="object")
    parts: dict[str, Any] = {name: value.get(name, {}) for name in _PARTS}
    for name, part in parts.items():
        if not isinstance(part, dict):
            raise ClientError("MAPPING_MALFORMED", f"/{name}", reason="object")
    return Added(
        quantities=_quantities(parts["quantities"], "/quantities"),
        events=parts["events"],
        terms=parts["terms"],
        participants={str(given): str(meant) for given, meant in parts["participants"].items()},
    )


def read_epcis(
    path: Path,
    added: Added,
    participant: str,
    digest_of: Callable[[str], str | None],
    facility: str | None = None,
) -> list[Entry]:
    """Return the events of a document, each with its body or with what is wrong at which JSON pointer.

    With `facility` only the events that happened there (`bizLocation` or `readPoint`): a document often tells of many
    companies, and each signs its own. FormatError if it is no EPCIS document at all.
    """
    document = parse_json(files.read(path), FOREIGN_LIMITS)
    report = validate_epcis(document)
    if not report.events:
        if report.findings:
            first = report.findings[0]
            raise FormatError(first.code, first.place, **first.values)
        raise FormatError("EPCIS_DOCUMENT", "/epcisBody/eventList", reason="–")
    wanted = canonical_identifier(facility, "--facility") if facility else None
    events = [(pointer, event) for pointer, event in report.events if wanted is None or _is_at(event, wanted)]
    if not events:
        raise ClientError("NO_EVENTS_THERE", "--facility", facility=facility)
    return [_entry(pointer, event, added, participant, digest_of) for pointer, event in events]


def _entry(
    pointer: str,
    event: Mapping[str, Any],
    added: Added,
    participant: str,
    digest_of: Callable[[str], str | None],
) -> Entry:
    kind, name = str(event.get("type", "–")), str(event.get("eventID", ""))
    found = Entry(label=pointer or "/", act=kind, what=f"{kind} {name}".strip())
    try:
        additions = _additions(event, name, added, digest_of)
        imported = import_event(event, additions, participant=participant, event_id=new_id(), record_seq=0)
    except FilieraError as error:
        found.faults.append(type(error)(error.code, f"{pointer}{error.place}", **error.values))
        return found
    found.act, found.body, found.name = imported.act, imported.subject, name
    found.event_id = name if imported.subject["eventID"] == name else None
    found.notices = [FormatError(notice.code, f"{pointer}{notice.place}", **notice.values)
                     for notice in imported.notices]  # fmt: skip
    return found


def _additions(
    event: Mapping[str, Any], name: str, added: Added, digest_of: Callable[[str], str | None]
) -> Additions:
    own = added.events.get(name, {})
    if not isinstance(own, Mapping) or not isinstance(own.get("terms", {}), Mapping):
        raise ClientError("MAPPING_MALFORMED", f"/events/{name}", reason="object")
    terms = {**added.terms, **_parties(event, added.participants), **own.get("terms", {})}
    if isinstance(terms.get(_ANSWERS), str):
        digest = digest_of(terms[_ANSWERS])
        if digest is None:
            raise ClientError("SHIPMENT_UNKNOWN", f"/{_ANSWERS}", id=terms[_ANSWERS])
        terms[_ANSWERS] = {"id": terms[_ANSWERS], "digest": digest}
    quantities = {**added.quantities, **_quantities(own.get("quantities", {}), f"/events/{name}/quantities")}
    return Additions(quantities, terms)


def _parties(event: Mapping[str, Any], participants: Mapping[str, str]) -> dict[str, Any]:
    """Sources and destinations with the participants that the document's parties are, where the importer says so."""
    found: dict[str, Any] = {}
    for name, member in _PARTIES.items():
        entries = event.get(name)
        if not isinstance(entries, list) or not any(
            isinstance(entry, Mapping) and entry.get(member) in participants for entry in entries
        ):
            continue
        found[name] = [
            {"type": str(entry["type"]).rpartition(":")[2].rpartition("-")[2],
             member: participant_urn(participants[entry[member]]) if entry[member] in participants
             else canonical_identifier(entry[member], f"/{name}")}
            for entry in entries
        ]  # fmt: skip
    return found


def _is_at(event: Mapping[str, Any], facility: str) -> bool:
    for name in ("bizLocation", "readPoint"):
        place = event.get(name)
        given = place.get("id") if isinstance(place, Mapping) else None
        try:
            if isinstance(given, str) and canonical_identifier(given) == facility:
                return True
        except FormatError:
            continue
    return False


def _quantities(given: object, place: str) -> dict[str, Quantity]:
    if not isinstance(given, Mapping):
        raise ClientError("MAPPING_MALFORMED", place, reason="object")
    found = {}
    for lot, entry in given.items():
        if not isinstance(entry, Mapping):
            raise ClientError("MAPPING_MALFORMED", f"{place}/{lot}", reason="quantity, uom")
        found[str(lot)] = parse_quantity(entry.get("quantity"), entry.get("uom"), f"{place}/{lot}")
    return found


def _from_csv(data: bytes) -> dict[str, Quantity]:
    """Three columns, lot;quantity;unit, with or without a heading."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ClientError("MAPPING_MALFORMED", reason="lot;quantity;unit") from error
    found = {}
    for number, row in enumerate(rows, start=1):
        if not any(map(str.strip, row)) or (number == 1 and values.key(row[0]) in {"lotto", "lot"}):
            continue
        if len(row) != 3:
            raise ClientError("MAPPING_MALFORMED", str(number), reason="lot;quantity;unit")
        amount = values.decimal(row[1].strip(), f"B{number}")
        found[row[0].strip()] = parse_quantity(amount, values.unit(row[2].strip(), f"C{number}"))
    return found
