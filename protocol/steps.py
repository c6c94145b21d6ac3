"""What a record does to goods, as custody sees it.

A `Step` is the part of an event that the graph, the accounts and the balance look at: who held, what was taken, what
was given. It is read from a record that `check_event` has passed. Quantities are exact or None, and None means
*withheld* (README §3: hidden is not absent).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from protocol.accounts import Entry, parse_entries
from protocol.events import holder_of
from protocol.goods import GAINS, LOSSES, LotRefs, Movement, references_of
from protocol.identifiers import PARTICIPANT_PREFIX
from protocol.quantities import parse_decimal, units

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from protocol.records import Record

EVENT_KIND = "FilieraEvent"
WITHHELD = "withheld"
"""Stands for a party that acts and is not named; equal to nobody, except where accounts tie records (`holders`)."""


@dataclass(frozen=True)
class Step:
    """One event. `holder` is whose goods moved, `signer` who says so; both party URNs.

    `goods` are the event's own movements, not turned round for a correction; `scrap` is what left the chain
    under no lot; `yields` maps outputs
    to declared yields (None: withheld) and is None if the event declares none.
    """

    digest: bytes
    id: str
    act: str
    process: str | None
    day: str
    signer: str
    holder: str
    on_behalf: bool
    key: bytes
    seq: int
    previous: bytes | None
    goods: LotRefs
    scrap: tuple[Movement, ...]
    entries: tuple[Entry, ...]
    yields: Mapping[str, Decimal | None] | None
    sender: str | None
    recipient: str | None
    answers: tuple[str, bytes] | None
    corrects: tuple[str, bytes] | None
    corrected_by: tuple[str, ...]
    stage: str | None
    facility: str | None

    @property
    def gains(self) -> tuple[str, ...]:
        """The lots of which the holder has more after the step."""
        return self.goods.names(*GAINS)

    @property
    def losses(self) -> tuple[str, ...]:
        """The lots of which the holder has less after the step."""
        return self.goods.names(*LOSSES)


def read_step(record: Record) -> Step:
    """Return the step of an event record that has passed `check_event`."""
    subject = record.subject
    signer = PARTICIPANT_PREFIX + subject["filiera:participant"]
    error = subject.get("errorDeclaration", {})
    return Step(
        digest=record.digest,
        id=record.id,
        act=subject["filiera:act"],
        process=subject.get("filiera:processType"),
        day=subject["filiera:day"],
        signer=signer,
        holder=holder_of(record) or f"{WITHHELD}:{record.digest.hex()}",
        on_behalf="filiera:onBehalfOf" in subject,
        key=record.key.key_id,
        seq=subject["filiera:recordSeq"],
        previous=_hash(subject.get("filiera:previousRecord")),
        goods=references_of(subject, reverse_corrections=False),
        scrap=tuple(_scrap(subject)),
        entries=parse_entries(subject),
        yields=_yields(subject),
        sender=_party(subject.get("sourceList", ()), "source"),
        recipient=_party(subject.get("destinationList", ()), "destination"),
        answers=_reference(subject.get("filiera:answers")),
        corrects=_reference(subject.get("filiera:corrects")),
        corrected_by=tuple(error.get("correctiveEventIDs", ())),
        stage=subject.get("filiera:stage"),
        facility=_place(subject),
    )


def total(movements: Iterable[Movement]) -> tuple[str, Decimal] | None:
    """Return (dimension, amount in its base unit); None if nothing, something withheld or dimensions mixed."""
    amount, dimensions = Decimal(0), set()
    for movement in movements:
        unit = units()[movement.unit]
        dimensions.add(unit.dimension)
        if movement.quantity is None:
            return None
        amount += movement.quantity * unit.factor
    return (dimensions.pop(), amount) if len(dimensions) == 1 else None


def dimension(movement: Movement) -> str:
    """Return the dimension of a movement; units are never hidden."""
    return units()[movement.unit].dimension


def _scrap(subject: Mapping[str, Any]) -> Iterator[Movement]:
    for index, entry in enumerate(subject.get("filiera:scrap", ())):
        if "epcClass" not in entry:
            amount = parse_decimal(entry["quantity"]) if "quantity" in entry else None
            yield Movement("", amount, entry["uom"], "scrapped", f"/filiera:scrap/{index}")


def _yields(subject: Mapping[str, Any]) -> Mapping[str, Decimal | None] | None:
    if "filiera:declaredYield" not in subject:
        return None
    declared = subject["filiera:declaredYield"]
    return {each["output"]: parse_decimal(each["yield"]) if "yield" in each else None for each in declared}


def _party(parties: Iterable[Mapping[str, Any]], member: str) -> str | None:
    """Return who possesses at that end; None if not stated or withheld."""
    for entry in parties:
        if entry.get("type") == "possessing_party":
            party = entry.get(member)
            return party if isinstance(party, str) else None
    return None


def _place(subject: Mapping[str, Any]) -> str | None:
    for name in ("readPoint", "bizLocation"):
        if name in subject:
            place = subject[name].get("id")
            return place if isinstance(place, str) else None
    return None


def _reference(value: Mapping[str, Any] | None) -> tuple[str, bytes] | None:
    return None if value is None else (value["id"], bytes.fromhex(value["digest"]))


def _hash(value: str | None) -> bytes | None:
    return None if value is None else bytes.fromhex(value)
