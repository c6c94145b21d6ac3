"""Does the passport belong to this history: graph digest, claims, and what the ledger says of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from protocol.hashing import passport_id
from protocol.passport import KIND, STATUSES
from protocol.quantities import parse_decimal
from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from protocol.checks.credentials import Sound
    from protocol.checks.view import ChainView
    from protocol.criteria.model import Criterion
    from protocol.records import Record

PASSPORT = "passport"
# Figures are rounded when they are printed; a claim may round as well, and no more.
_ROUNDING = Decimal("0.005")
_SAID = {
    "suspended": "PASSPORT_SUSPENDED",
    "withdrawn": "PASSPORT_WITHDRAWN",
    "superseded": "PASSPORT_SUPERSEDED",
    "end-of-life": "PASSPORT_END_OF_LIFE",
}


def check_passports(
    target: str, records: Iterable[Sound], graph: bytes, criteria: Iterable[Criterion], view: ChainView | None
) -> Iterator[Finding]:
    """Judge the newest passport of the target, if it has one; `graph` is the digest of how the target was made."""
    own = [
        sound.record
        for sound in records
        if sound.record.kind == KIND and _is_of(sound.record.subject, target)
    ]
    if not own:
        return
    newest = max(own, key=lambda record: (record.subject["version"], record.digest))
    place = newest.digest.hex()
    if newest.subject["graphDigest"] != graph.hex():
        yield finding(PASSPORT, "GRAPH_DIGEST_MISMATCH", place)
    yield from _claims(newest.subject, criteria, place)
    if view is not None:
        yield from _on_chain(newest, view)


def _is_of(subject: Mapping[str, Any], target: str) -> bool:
    return target in {subject["id"], subject.get("item") or subject.get("lot")}


def _claims(subject: Mapping[str, Any], criteria: Iterable[Criterion], place: str) -> Iterator[Finding]:
    """What the passport states as a figure is what the graph gives."""
    found = {(criterion.id, figure.id): figure for criterion in criteria for figure in criterion.figures}
    for entry in subject.get("criteria", ()):
        name, _, claimed = entry.get("figure", "").partition(" = ")
        figure = found.get((entry["criterion"], name))
        if figure is None or not claimed or figure.value is None:
            continue
        if abs(parse_decimal(claimed) - figure.value) > _ROUNDING * max(Decimal(1), abs(figure.value)):
            stated = {"what": name, "claimed": claimed, "found": f"{figure.value:f}"}
            yield finding(PASSPORT, "PASSPORT_CLAIM_CONTRADICTED", place, **stated)


def _on_chain(record: Record, view: ChainView) -> Iterator[Finding]:
    issuer = bytes.fromhex(record.subject["filiera:participant"])
    digest, status = view.passports.get((issuer, passport_id(record.subject["id"])), (bytes(32), 0))
    place = record.digest.hex()
    if not status:
        yield finding(PASSPORT, "PASSPORT_NOT_ON_CHAIN", place)
        return
    if digest != record.digest:
        yield finding(PASSPORT, "PASSPORT_OTHER_ON_CHAIN", place)
    code = _SAID.get(STATUSES[status])
    if code is not None:
        yield finding(PASSPORT, code, place)
