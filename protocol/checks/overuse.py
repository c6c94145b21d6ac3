"""More goods under a certificate than it certifies, over all the records that somebody may read.

The more records are given, the more is seen: one garment's records show what went into that garment, those of a whole
log show every product (`verifier/audit.py`).
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from protocol.quantities import parse_decimal, units
from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from protocol.goods import Movement
    from protocol.steps import Step

CHECK = "evidence"


def check_certificates(
    steps: Iterable[Step], subjects: Mapping[bytes, Mapping[str, Any]]
) -> Iterator[Finding]:
    """Certificates whose quantity is used up; `steps` are the effective ones, `subjects` of all records by digest.

    Goods count once, where they come under the certificate: made of goods that are under it already, or passed on, they
    are the same goods.
    """
    versions = {
        digest: subject
        for digest, subject in subjects.items()
        if subject.get("type") == "Certificate" and "quantity" in subject
    }
    citing: dict[tuple[str, ...], list[tuple[Step, Mapping[str, Any]]]] = defaultdict(list)
    for step in sorted(steps, key=lambda step: step.digest):
        for entry in subjects.get(step.digest, {}).get("filiera:certificates", ()):
            certificate = versions.get(bytes.fromhex(entry["digest"]))
            # Two versions or copies of one certificate cover a step's goods once.
            if certificate is not None and all(other != step for other, _ in citing[_name(certificate)]):
                citing[_name(certificate)].append((step, certificate))
    for name in sorted(citing):
        yield from _overdrawn(citing[name])


def _name(certificate: Mapping[str, Any]) -> tuple[str, ...]:
    """One certificate, however often its holder writes it down: by issuer and number where they are shown."""
    number = certificate.get("number")
    return (str(certificate.get("issuer")), number) if number else (certificate["id"],)


def _overdrawn(citing: list[tuple[Step, Mapping[str, Any]]]) -> Iterator[Finding]:
    """Every record that uses up the certificate is named: which of the goods are in excess, nobody can tell."""
    stated = [each["quantity"] for _, each in citing if "quantity" in each["quantity"]]
    if not stated:
        return
    most = max(stated, key=lambda each: parse_decimal(each["quantity"]) * units()[each["uom"]].factor)
    unit, certified = units()[most["uom"]], parse_decimal(most["quantity"])
    made = {lot for step, _ in citing for lot in step.goods.names("produced")}
    used = sum(
        (
            move.quantity * units()[move.unit].factor
            for move in _new(citing, made)
            if move.quantity is not None and units()[move.unit].dimension == unit.dimension
        ),
        Decimal(0),
    )
    if used <= certified * unit.factor:
        return
    for step, certificate in citing:
        values = {"certified": certified, "used": used / unit.factor, "unit": unit.symbol}
        number = certificate.get("number", certificate["id"])
        yield finding(CHECK, "CERTIFICATE_OVERDRAWN", step.digest.hex(), number=number, **values)


def _new(citing: list[tuple[Step, Mapping[str, Any]]], made: set[str]) -> Iterator[Movement]:
    """The goods that come under a certificate, each at its first step under it."""
    sent = {lot for step, _ in citing for lot in step.goods.names("sent")}
    for step, _ in citing:
        if step.goods.produced:
            if not set(step.goods.names("consumed")) & made:
                yield from step.goods.produced
        elif step.goods.sent:
            yield from (move for move in step.goods.sent if move.lot not in made)
        else:
            yield from (move for move in step.goods.received if move.lot not in made | sent)
