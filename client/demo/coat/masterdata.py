"""Facilities, and the parties that are not on the platform: one record each, made from the list of companies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from client.demo.coat.references import References
    from client.demo.coat.sample import Sample

# Whoever reads the record alone must see that nobody of that name exists.
MARK = "ESEMPIO - SAMPLE"
_SINCE = "2026-01-05"
_PARTY = "urn:filiera:party:"


def hidden_in(body: Mapping[str, Any], hidden: Collection[str]) -> Collection[str]:
    """What a record of master data hides: of those who are not on the platform also name, numbers and exact place.

    They did not choose to be named, and one who works alone is a person.
    """
    described = body["id"] if body["type"] == "Party" else body.get("party", "")
    return {*hidden, "name", "registrations", "location"} if described.startswith(_PARTY) else hidden


def facility_bodies(sample: Sample, references: References) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (who signs, name of the record, subject) of every facility and of every party that does not sign itself."""
    for entry in sample.companies:
        yield entry["id"], f"facility-{entry['id']}", _facility(entry, references)
    for entry in sample.absent:
        yield entry["notifiedBy"], f"party-{entry['id']}", _party(entry, references)
        yield entry["notifiedBy"], f"facility-{entry['id']}", _facility(entry, references)


def _facility(entry: Mapping[str, Any], references: References) -> dict[str, Any]:
    facility = entry["facility"]
    body = {
        "type": "Facility",
        "id": references.own("facility", entry["id"]),
        "version": 1,
        "validFrom": _SINCE,
        "name": facility["name"],
        "party": references.party(entry["id"]),
        "address": _address(facility),
        "location": {"latitude": facility["latitude"], "longitude": facility["longitude"]},
        "note": MARK,
    }
    return {**body, "processes": facility["processes"]} if "processes" in facility else body


def _party(entry: Mapping[str, Any], references: References) -> dict[str, Any]:
    return {
        "type": "Party",
        "id": references.party(entry["id"]),
        "version": 1,
        "validFrom": _SINCE,
        "name": entry["name"],
        "registrations": [{"scheme": "sample", "number": entry["number"]}],
        "address": _address(entry["facility"]),
        "size": "micro",
        "note": MARK,
    }


def _address(facility: Mapping[str, Any]) -> dict[str, str]:
    return {"city": facility["city"], "province": facility["province"], "country": "IT"}
