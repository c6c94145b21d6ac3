"""Conformance questions about EPCIS documents and GS1 Digital Links, answered by the product's own functions.

Each operation takes the question's fields and returns the answer's; a refusal leaves as FilieraError, whose
code is the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.epcis import validate_epcis
from protocol.epcis_hash import event_hashes
from protocol.gs1 import build_digital_link, parse_digital_link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def parse_link(question: Mapping[str, Any]) -> dict[str, Any]:
    """`dl.parse`: `uri` → `ais`, pairs of application identifier and value, the primary key first."""
    return {"ais": [list(pair) for pair in parse_digital_link(question["uri"]).ais]}


def build_link(question: Mapping[str, Any]) -> dict[str, Any]:
    """`dl.build`: `stem`, `ais` → `uri`."""
    return {"uri": build_digital_link(question["stem"], question["ais"])}


def validate(question: Mapping[str, Any]) -> dict[str, Any]:
    """`epcis.validate`: `document` → `valid`, `codes` (notices among them)."""
    report = validate_epcis(question["document"])
    return {"valid": report.valid, "codes": list(report.codes)}


def hashes(question: Mapping[str, Any]) -> dict[str, Any]:
    """`epcis.hash`: `document` → `hashes`, one CBV event hash an event; an alias only."""
    return {"hashes": event_hashes(question["document"])}


OPS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "dl.parse": parse_link,
    "dl.build": build_link,
    "epcis.validate": validate,
    "epcis.hash": hashes,
}
