"""Does the passport belong to this history: graph digest, claims, and what the ledger says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protocol.checks.claims import PASSPORT, contradictions
from protocol.hashing import passport_id
from protocol.identifiers import participant_urn
from protocol.numbering import company_prefixes, prefix_holder
from protocol.passport import KIND, STATUSES, gtin_of, in_force
from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from protocol.checks.credentials import Sound
    from protocol.checks.view import ChainView
    from protocol.history import History
    from protocol.passport_batch import BatchPlace
    from protocol.records import Record

_SAID = {
    "suspended": "PASSPORT_SUSPENDED",
    "withdrawn": "PASSPORT_WITHDRAWN",
    "superseded": "PASSPORT_SUPERSEDED",
    "end-of-life": "PASSPORT_END_OF_LIFE",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """The passport in force of a target, and who holds its GTIN's prefix if a membership speaks of it."""

    passport: Record
    owner: str | None


def check_passports(history: History, judged: Judged | None, view: ChainView | None) -> Iterator[Finding]:
    """Judge the passport in force of the history's target, if it has one.

    Whoever may register passports may register one about anybody's garment, and hand round a file that shows no
    other: the issuer has to be the holder of the GTIN's prefix, or else one of those who made the garment.
    """
    if judged is None:
        return
    newest = judged.passport
    place = newest.digest.hex()
    yield from _rightful(newest, judged.owner, history)
    if newest.subject["graphDigest"] != history.digest.hex():
        yield finding(PASSPORT, "GRAPH_DIGEST_MISMATCH", place)
    yield from contradictions(newest.subject, history, place)
    if view is not None:
        yield from _on_chain(newest, view)


def judged_of(target: str, records: Iterable[Sound], members: Iterable[Record]) -> Judged | None:
    """The passport of a target that is judged; None if it has none."""
    own = [sound for sound in records if sound.record.kind == KIND and _is_of(sound.record.subject, target)]
    if not own:
        return None
    arrived = [sound.record for sound in sorted(own, key=_arrival)]
    owner = _owner(arrived[0].subject["id"], members)
    of_owner = [record for record in arrived if owner in {None, _issuer(record)}] or arrived
    return Judged((in_force(of_owner) or of_owner)[-1], owner)


def check_places(places: Iterable[BatchPlace], records: Iterable[Sound]) -> Iterator[Finding]:
    """A place in a batch is that of a passport in the evidence: nothing rides along."""
    here = {
        (passport_id(sound.record.subject["id"]), sound.record.digest)
        for sound in records
        if sound.record.kind == KIND
    }
    for place in places:
        if (place.passport, place.digest) not in here:
            yield finding(PASSPORT, "PASSPORT_BATCH_PROOF", place.passport.hex(), reason="absent")


def _arrival(sound: Sound) -> tuple[bool, int, int]:
    """Order of the log; what is not in it yet comes last."""
    entry = sound.entry
    return entry.head is None, entry.head or 0, entry.index or 0


def _issuer(record: Record) -> str:
    return participant_urn(str(record.subject["filiera:participant"]))


def _owner(identifier: str, members: Iterable[Record]) -> str | None:
    gtin = gtin_of(identifier)
    prefixes = {each.subject["id"]: company_prefixes(each.subject) for each in members}
    return prefix_holder(gtin, prefixes) if gtin else None


def _rightful(record: Record, owner: str | None, history: History) -> Iterator[Finding]:
    issuer, place = _issuer(record), record.digest.hex()
    if owner is not None:
        if issuer != owner:
            yield finding(PASSPORT, "GTIN_NOT_OF_ISSUER", place, gtin=str(gtin_of(record.subject["id"])))
    elif issuer not in {party for step in history.walked.steps for party in (step.signer, step.holder)}:
        yield finding(PASSPORT, "PASSPORT_NOT_OF_ISSUER", place, id=record.subject["id"])


def _is_of(subject: Mapping[str, Any], target: str) -> bool:
    return target in {subject["id"], subject.get("item") or subject.get("lot")}


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
