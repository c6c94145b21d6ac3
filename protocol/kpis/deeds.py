"""An anchored record as the indicators see it: who said it, when, and of which shared criterion it is evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protocol.goods import references_of
from protocol.quantities import parse_decimal
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocol.records import Record

EVENT, MASTER = "FilieraEvent", "FilieraMasterData"
CERTIFICATE = "Certificate"
# Events that can state what goods are made of, and at which stage they are (their schemas).
_SAYING_MATERIAL = frozenset({"lot-declared", "opening-stock", "process", "recycling"})


@dataclass(frozen=True, slots=True)
class Period:
    """Days from … to, both included, YYYY-MM-DD."""

    start: str
    end: str

    def has(self, first: str, last: str | None = None) -> bool:
        """Whether a day lies in it, or one of the days from `first` to `last`."""
        return first <= self.end and (last or first) >= self.start


@dataclass(frozen=True, slots=True)
class Deed:
    """One event or certificate. `index` is its place in the log, `party` the URN of the participant that signed it.

    `day` is the event's; a certificate is valid from `day` to `until`. `made` are lots that it brought forth, `about`
    lots that it speaks of without moving them, `holder` whom a certificate is for.
    """

    index: int
    digest: bytes
    party: str
    act: str
    day: str
    criteria: frozenset[str]
    until: str | None = None
    answers: bytes | None = None
    corrects: bytes | None = None
    made: frozenset[str] = frozenset()
    about: frozenset[str] = frozenset()
    holder: str | None = None
    version: tuple[str, int] | None = None


def read_deed(record: Record, party: str, index: int) -> Deed | None:
    """Return what a sound record tells the indicators; None for a kind that is neither event nor certificate."""
    subject = record.subject
    if record.kind == EVENT:
        goods = references_of(subject)
        return Deed(
            index=index,
            digest=record.digest,
            party=party,
            act=subject["filiera:act"],
            day=subject["filiera:day"],
            criteria=frozenset(_criteria(subject)),
            answers=_digest(subject.get("filiera:answers")),
            corrects=_digest(subject.get("filiera:corrects")),
            made=frozenset(goods.names("produced")),
            about=frozenset(goods.names("observed")),
        )
    if record.kind == MASTER and subject.get("type") == CERTIFICATE:
        return Deed(
            index=index,
            digest=record.digest,
            party=party,
            act=CERTIFICATE,
            day=subject["validFrom"],
            criteria=frozenset(_criteria(subject))
            if subject.get("status", "valid") == "valid"
            else frozenset(),
            until=subject["validUntil"],
            holder=subject.get("holder"),
            version=(subject["id"], subject["version"]),
        )
    return None


def effective(deeds: Iterable[Deed]) -> list[Deed]:
    """In the order of the log, without what its own author took back or replaced, and without corrections."""
    known = sorted(deeds, key=lambda deed: deed.index)
    taken_back = {(deed.party, deed.corrects) for deed in known if deed.corrects}
    newest: dict[tuple[str, str], int] = {}
    for deed in known:
        if deed.version:
            name = (deed.party, deed.version[0])
            newest[name] = max(newest.get(name, 0), deed.version[1])
    return [
        deed
        for deed in known
        if deed.corrects is None
        and (deed.party, deed.digest) not in taken_back
        and (deed.version is None or deed.version[1] == newest[deed.party, deed.version[0]])
    ]


def evidence_acts() -> frozenset[str]:
    """Acts of which an event can be evidence of a criterion."""
    acts = {act for rule in _rules().values() for act in rule.get("acts", ())}
    return frozenset(acts | _SAYING_MATERIAL)


def _criteria(subject: Mapping[str, Any]) -> Iterable[str]:
    for criterion, rule in _rules().items():
        said = (
            subject.get("filiera:act") in rule.get("acts", ())
            or subject.get("filiera:stage") in rule.get("stages", ())
            or (subject.get("type") == CERTIFICATE and subject["scheme"] in rule.get("schemes", ()))
            or (rule.get("recycled", False) and _recycled(subject.get("filiera:material")))
        )
        if said:
            yield criterion


def _recycled(materials: Any) -> bool:
    entries = materials if isinstance(materials, list) else ()
    return any(parse_decimal(each.get("recycled", "0")) > 0 for each in entries)


def _digest(reference: Mapping[str, Any] | None) -> bytes | None:
    return bytes.fromhex(reference["digest"]) if reference else None


def _rules() -> Mapping[str, Any]:
    found: Mapping[str, Any] = vocabulary("indicators")["evidence"]
    return found
