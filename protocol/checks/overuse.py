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
_ZERO = Decimal(0)


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
    citing: dict[str, list[tuple[Step, Mapping[str, Any]]]] = defaultdict(list)
    for step in sorted(steps, key=lambda step: step.digest):
        for entry in subjects.get(step.digest, {}).get("filiera:certificates", ()):
            certificate = versions.get(bytes.fromhex(entry["digest"]))
            if certificate is not None:
                citing[certificate["id"]].append((step, certificate))
    for name in sorted(citing):
        yield from _overdrawn(citing[name])


def _overdrawn(citing: list[tuple[Step, Mapping[str, Any]]]) -> Iterator[Finding]:
    stated = citing[-1][1]["quantity"]
    if "quantity" not in stated:
        return
    unit = units()[stated["uom"]]
    made = {lot for step, _ in citing for lot in step.goods.names("produced")}
    used = _ZERO
    for move in _new(citing, made):
        if move.quantity is not None and units()[move.unit].dimension == unit.dimension:
            used += move.quantity * units()[move.unit].factor
    certified = parse_decimal(stated["quantity"])
    if used > certified * unit.factor:
        number = citing[-1][1].get("number", citing[-1][1]["id"])
        values = {"number": number, "certified": certified, "used": used / unit.factor, "unit": unit.symbol}
        yield finding(CHECK, "CERTIFICATE_OVERDRAWN", citing[-1][0].digest.hex(), **values)


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
