"""Evidence that a record cites: does it cover place, process and goods on the day of the work, and who says so.

A record cites by id and digest (`filiera:certificates`, `filiera:evidence`). What is cited and absent is *not proven*,
never false. A certificate that its author or a certifier has since withdrawn takes every step with it that rests on it,
and no other. A third party's paper that the third party did not sign itself is "transcribed by the holder": whoever
holds a certificate can also write one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protocol.checks.authority import author_of
from protocol.identifiers import participant_urn
from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from protocol.checks.credentials import Sound
    from protocol.history import History
    from protocol.records import Record
    from protocol.steps import Step

CHECK = "evidence"
MASTER_DATA = "FilieraMasterData"
_CITATIONS = ("filiera:certificates", "filiera:evidence")
# Scopes in which the seller's certificate speaks for goods that somebody else works on.
_OF_GOODS = frozenset({"product", "transaction"})
_REVOKED = {"withdrawn": "EVIDENCE_REVOKED", "suspended": "EVIDENCE_SUSPENDED"}


@dataclass(frozen=True)
class Citation:
    """A step and a record that it rests on, by whom; `status` are later words on it, as (status, since which day)."""

    step: Step
    record: Record
    signer: str | None
    status: tuple[tuple[str, str], ...] = ()

    @property
    def subject(self) -> Mapping[str, Any]:
        """What the cited record says."""
        return self.record.subject

    @property
    def is_certificate(self) -> bool:
        """A certificate as master data, and not a statement."""
        return self.record.kind == MASTER_DATA and self.subject.get("type") == "Certificate"

    @property
    def validity(self) -> tuple[str, str | None]:
        """First and last day on which it speaks; no last day: until further notice."""
        if self.is_certificate:
            return str(self.subject["validFrom"]), self.subject.get("validUntil")
        stated = (
            self.subject.get("filiera:validity")
            or self.subject.get("filiera:social", {}).get("validity")
            or {}
        )
        return str(stated.get("from", "0000-01-01")), stated.get("to")

    def valid_on(self, day: str) -> bool:
        """Whether it speaks for a day."""
        start, end = self.validity
        return start <= day and (end is None or day <= end)


def citations(
    history: History,
    sound: Iterable[Sound],
    certifiers: Collection[str],
    authors: Mapping[bytes, bytes],
    words: Mapping[bytes, tuple[tuple[str, str], ...]],
) -> tuple[Citation, ...]:
    """Every citation of a step behind the target whose record is in evidence.

    `certifiers` are the URNs of those who may attest, `authors` says whose a key is where a record does not, `words`
    are what status lists say, by record digest.
    """
    signed = {
        each.record.digest: (each.record, participant_urn(author) if author else None)
        for each in sound
        for author in (author_of(each.record, dict(authors)),)
    }
    later = _revocations(signed.values())
    return tuple(
        Citation(step, *signed[digest], _status(*signed[digest], later, certifiers) + words.get(digest, ()))
        for step in history.walked.steps
        for digest in _cited(history.evidence.subjects[step.digest])
        if digest in signed
    )


def check_evidence(
    history: History, found: Iterable[Citation], certifiers: Collection[str]
) -> Iterator[Finding]:
    """Judge what the steps behind the target cite; `found` are their `citations`."""
    found = tuple(found)
    here = {(each.step.digest, each.record.digest) for each in found}
    for step in history.walked.steps:
        for digest in _cited(history.evidence.subjects[step.digest]):
            if (step.digest, digest) not in here:
                yield finding(CHECK, "EVIDENCE_ABSENT", step.digest.hex(), evidence=digest.hex())
    lots = {_base(lot) for step in history.walked.steps for lot in step.goods.names()}
    products = _products(history)
    for each in found:
        yield from _covers(each, lots, products)
        yield from _revoked(each)
        yield from _transcribed(each, certifiers)


def _cited(subject: Mapping[str, Any]) -> list[bytes]:
    named = (entry for name in _CITATIONS for entry in subject.get(name, ()))
    return sorted({bytes.fromhex(entry["digest"]) for entry in named})


def _covers(each: Citation, lots: Collection[str], products: Collection[str]) -> Iterator[Finding]:
    step, subject, place = each.step, each.subject, each.step.digest.hex()
    evidence = each.record.digest.hex()
    start, end = each.validity
    if not each.valid_on(step.day):
        values = {"day": step.day, "valid_from": start, "valid_until": end or "–", "evidence": evidence}
        yield finding(CHECK, "EVIDENCE_NOT_VALID_THEN", place, **values)
    facilities = _facilities(each)
    if facilities and step.facility is None:
        yield finding(CHECK, "EVIDENCE_PLACE_WITHHELD", place, evidence=evidence)
    elif facilities and step.facility not in facilities:
        yield finding(CHECK, "EVIDENCE_OTHER_FACILITY", place, evidence=evidence)
    processes = subject.get("processes") or _listed(subject, "filiera:processType")
    if processes and step.process is not None and step.process not in processes:
        yield finding(CHECK, "EVIDENCE_OTHER_PROCESS", place, process=step.process, evidence=evidence)
    stated_products = subject.get("products") or _listed(subject, "filiera:product")
    stated_lots = {_base(lot) for lot in (subject.get("lots") or _observed(subject))}
    if (stated_products and products and not set(stated_products) & set(products)) or (
        stated_lots and not stated_lots & set(lots)
    ):
        yield finding(CHECK, "EVIDENCE_OTHER_PRODUCT", place, evidence=evidence)
    if each.is_certificate and _not_the_holder(step, subject):
        yield finding(CHECK, "EVIDENCE_OTHER_HOLDER", place, evidence=evidence)


def _not_the_holder(step: Step, subject: Mapping[str, Any]) -> bool:
    """A certificate of a company, a place or a process speaks for the company's own work."""
    own_work = step.act == "process" and not _OF_GOODS & set(subject.get("scope", ()))
    return own_work and "holder" in subject and subject["holder"] not in {step.holder, step.signer}


def _revoked(each: Citation) -> Iterator[Finding]:
    own = each.subject.get("status", "valid") if each.is_certificate else "valid"
    said = each.status + (((own, each.validity[0]),) if own != "valid" else ())
    for status, since in said:
        values = {"since": since, "evidence": each.record.digest.hex()}
        yield finding(CHECK, _REVOKED[status], each.step.digest.hex(), **values)


def _transcribed(each: Citation, certifiers: Collection[str]) -> Iterator[Finding]:
    issuer = _third_party(each)
    if issuer is not None and each.signer not in certifiers:
        yield finding(CHECK, "EVIDENCE_TRANSCRIBED", each.record.digest.hex(), issuer=issuer)


def _third_party(each: Citation) -> str | None:
    """Whose word the record repeats; None if it is its author's own word."""
    if each.is_certificate:
        return str(each.subject["issuer"])
    stated = (
        each.subject.get("filiera:test", {}).get("laboratory"),
        each.subject.get("filiera:social", {}).get("issuer"),
    )
    return next((str(name) for name in stated if name), None)


def _facilities(each: Citation) -> Collection[str]:
    if each.is_certificate:
        return set(each.subject.get("facilities", ()))
    return _listed(each.subject, "filiera:facility") | _listed(
        each.subject.get("filiera:social", {}), "facility"
    )


def _listed(subject: Mapping[str, Any], name: str) -> set[str]:
    value = subject.get(name)
    return {value} if isinstance(value, str) else set()


def _observed(subject: Mapping[str, Any]) -> list[str]:
    """The goods that a statement names; it moves none of them."""
    if subject.get("filiera:act") not in {
        "lab-test",
        "chemical-declaration",
        "social-evidence",
        "footprint-statement",
    }:
        return []
    return [entry["epcClass"] for entry in subject.get("quantityList", ())] + list(subject.get("epcList", ()))


def _products(history: History) -> set[str]:
    """What the records say the goods are: by their Digital Links, by the orders, by a garment's birth."""
    found: set[str] = set()
    for step in history.walked.steps:
        found |= {gtin for lot in step.goods.names() if (gtin := _gtin(lot))}
        found |= _listed(history.evidence.subjects[step.digest], "filiera:product")
        order = history.evidence.subjects[step.digest].get("filiera:order", {}).get("digest")
        if order is not None:
            found |= _listed(history.evidence.subjects.get(bytes.fromhex(order), {}), "product")
    return found


def _gtin(reference: str) -> str | None:
    """`https://id.gs1.org/01/<GTIN>` of a lot or an item under a GTIN."""
    head, mark, rest = reference.partition("/01/")
    return f"{head}/01/{rest[:14]}" if mark else None


def _base(lot: str) -> str:
    """A lot in all its states."""
    return lot.partition("#")[0]


def _revocations(signed: Iterable[tuple[Record, str | None]]) -> dict[str, list[tuple[Record, str | None]]]:
    """Versions of certificates that say "no longer", by the certificate's id."""
    found: dict[str, list[tuple[Record, str | None]]] = {}
    for record, signer in signed:
        subject = record.subject
        if record.kind == MASTER_DATA and subject.get("status", "valid") in _REVOKED:
            found.setdefault(subject["id"], []).append((record, signer))
    return found


def _status(
    record: Record, signer: str | None, revoked: Mapping[str, list[tuple[Record, str | None]]],
    certifiers: Collection[str],
) -> tuple[tuple[str, str], ...]:  # fmt: skip
    """Later words that the same author or a certifier said of a certificate; a rival's word is nobody's."""
    if record.kind != MASTER_DATA:
        return ()
    entitled = {signer, *certifiers} - {None}
    return tuple(
        sorted(
            (str(later.subject["status"]), str(later.subject["validFrom"]))
            for later, by in revoked.get(record.subject["id"], ())
            if later.subject["version"] > record.subject["version"] and by in entitled
        )
    )
