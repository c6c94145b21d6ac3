"""The event as EPCIS 2.0 with our terms: what must hold in one event by itself.

`check_event` is the whole judgement over a single event: schema, agreement of act, event type, business step,
action and disposition, the profile of the process, the day, goods named once and not as their own input, the
entries of the lot accounts. What needs other records (possession, sequence, forks) is not judged here, nor
who signed.

Full form is what capture checks. With disclosures missing, pass a `Record`, whose withheld places are left
out of the judgement: a check that needs a withheld value says nothing (README §3).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Protocol, runtime_checkable

from protocol.accounts import check_account
from protocol.errors import CustodyError, FormatError
from protocol.goods import LotRefs, Movement, references_of
from protocol.identifiers import PARTICIPANT_PREFIX
from protocol.schema import SUBJECT, subject_schema, validate
from protocol.values import check_values
from protocol.vocabulary import vocabulary

__all__ = [
    "LotRefs",
    "Movement",
    "check_event",
    "ensure_not_future",
    "event_advice",
    "holder_of",
    "references",
]

EVENT = "FilieraEvent"


@runtime_checkable
class HasClaims(Protocol):
    """A record as `records.py` gives it: claims as far as disclosed, and where something is withheld."""

    @property
    def claims(self) -> Mapping[str, Any]:
        """The credential in full form, without what is withheld."""

    @property
    def withheld(self) -> Collection[str]:
        """Pointers of the objects in which properties stay undisclosed."""


def check_event(record: Mapping[str, Any] | HasClaims) -> None:
    """Raise unless the claims (or record) are one well-formed event; returns nothing.

    FormatError `SCHEMA_*`, `ACT_*`, `PROCESS_*`, `EVENT_*`, `DAY_MISMATCH`, `QUANTITY_*`, `UNIT_*`,
    `IDENTIFIER_*`, `RECORD_*`, `MATERIAL_SHARES`, `RANGE_REVERSED`; CustodyError `SELF_CONSUMPTION`,
    `LOT_TWICE`, `GOODS_MISSING`, `ACCOUNT_*`. The place is a JSON pointer into the claims.
    """
    claims, withheld = _open(record)
    subject = _event_subject(claims)
    act = _act(subject)
    _check_act(subject, act)
    validate("credential", claims, "", withheld)
    validate(subject_schema(EVENT, subject), subject, SUBJECT, withheld, EVENT)
    _check_identity(claims, subject, withheld)
    _check_time(subject)
    _check_process(subject, withheld)
    check_values(subject, SUBJECT)
    goods = references_of(subject, reverse_corrections=False)
    _check_goods(goods, act, subject["filiera:act"])
    check_account(subject, goods, needed=act["account"], withheld=withheld)


def references(record: Mapping[str, Any] | HasClaims) -> LotRefs:
    """Return what an event does to which lots and items; quantities are None where withheld.

    A correction moves nothing: all that it names is `observed` and `corrects` is True.
    """
    claims, _ = _open(record)
    return references_of(_event_subject(claims))


def holder_of(record: Mapping[str, Any] | HasClaims) -> str | None:
    """Return whose holding the event changes: a party URN, None if the party acted for is withheld."""
    claims, _ = _open(record)
    subject = _event_subject(claims)
    on_behalf = subject.get("filiera:onBehalfOf")
    if on_behalf is None:
        return PARTICIPANT_PREFIX + str(subject["filiera:participant"])
    party = on_behalf.get("party")
    return party if isinstance(party, str) else None


def event_advice(record: Mapping[str, Any] | HasClaims) -> tuple[str, ...]:
    """Return what the profile of the process recommends and the event does not carry, as `a/b` paths."""
    claims, _ = _open(record)
    subject = _event_subject(claims)
    profile = vocabulary("processes")["processes"].get(subject.get("filiera:processType"), {})
    return tuple(path for path in profile.get("should", ()) if not _carries(subject, path))


def ensure_not_future(claims: Mapping[str, Any], now: datetime, tolerance: timedelta) -> None:
    """Raise FormatError `EVENT_IN_FUTURE` if the event lies after `now` (aware UTC) plus `tolerance`.

    Where the time is withheld the day decides: it must have begun somewhere on earth (UTC+14).
    """
    subject = _event_subject(claims)
    latest = now.astimezone(UTC) + tolerance
    time, day = subject.get("eventTime"), subject.get("filiera:day")
    if isinstance(time, str) and parse_instant(time, f"{SUBJECT}/eventTime") > latest:
        raise FormatError("EVENT_IN_FUTURE", f"{SUBJECT}/eventTime", time=time)
    if isinstance(day, str) and day > (latest + timedelta(hours=14)).date().isoformat():
        raise FormatError("EVENT_IN_FUTURE", f"{SUBJECT}/filiera:day", time=day)


def parse_instant(text: str, place: str = "") -> datetime:
    """Return an instant of README §1 as an aware datetime.

    FormatError `EVENT_TIME` for a day that no calendar has.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise FormatError("EVENT_TIME", place, value=text) from error


def local_day(time: str, offset: str) -> str:
    """Return the calendar day of an instant at an offset (`+01:00`)."""
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    shift = timedelta(hours=hours, minutes=minutes) * (-1 if offset[0] == "-" else 1)
    try:
        return parse_instant(time, f"{SUBJECT}/eventTime").astimezone(timezone(shift)).date().isoformat()
    except OverflowError as error:
        raise FormatError("EVENT_TIME", f"{SUBJECT}/eventTime", value=time) from error


def _open(record: Mapping[str, Any] | HasClaims) -> tuple[Mapping[str, Any], Collection[str]]:
    if isinstance(record, Mapping):
        return record, ()
    return record.claims, record.withheld


def _event_subject(claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """The front of the front: the few shapes that the checks before the schema rely on."""
    kind = claims.get("type")
    if not isinstance(kind, list) or kind != ["VerifiableCredential", EVENT]:
        raise FormatError("RECORD_KIND_UNKNOWN", "/type", kind=str(kind)[:100])
    subject = claims.get("credentialSubject")
    if not isinstance(subject, Mapping):
        raise FormatError("SCHEMA_PROPERTY_MISSING", "", name="credentialSubject")
    return subject


def _act(subject: Mapping[str, Any]) -> Mapping[str, Any]:
    act = subject.get("filiera:act")
    profile = vocabulary("acts")["acts"].get(act) if isinstance(act, str) else None
    if profile is None:
        raise FormatError("ACT_UNKNOWN", f"{SUBJECT}/filiera:act", act=str(act)[:100])
    found: Mapping[str, Any] = profile
    return found


def _check_act(subject: Mapping[str, Any], act: Mapping[str, Any]) -> None:
    """The schema says the same; this says it in words that name the act."""
    named = {
        "ACT_EVENT_TYPE": ("type", [act["eventType"]]),
        "ACT_ACTION": ("action", [act["action"]] if act["action"] else []),
        "ACT_BIZ_STEP": ("bizStep", act["bizStep"]),
        "ACT_DISPOSITION": ("disposition", act["disposition"]),
    }
    for code, (name, allowed) in named.items():
        if name in subject and subject[name] not in allowed:
            shown = ", ".join(allowed) or "–"
            value = str(subject[name])[:100]
            raise FormatError(
                code, f"{SUBJECT}/{name}", value=value, allowed=shown, act=subject["filiera:act"]
            )


def _check_identity(claims: Mapping[str, Any], subject: Mapping[str, Any], withheld: Collection[str]) -> None:
    if subject["eventID"] != claims["id"]:
        raise FormatError("EVENT_ID_MISMATCH", f"{SUBJECT}/eventID", id=claims["id"])
    first = subject["filiera:recordSeq"] == 0
    if first and "filiera:previousRecord" in subject:
        raise FormatError("RECORD_LINK_UNEXPECTED", f"{SUBJECT}/filiera:previousRecord")
    if not first and "filiera:previousRecord" not in subject and SUBJECT not in withheld:
        raise FormatError("RECORD_LINK_MISSING", SUBJECT, seq=subject["filiera:recordSeq"])


def _check_time(subject: Mapping[str, Any]) -> None:
    time, offset, day = subject.get("eventTime"), subject.get("eventTimeZoneOffset"), subject["filiera:day"]
    parse_instant(f"{day}T00:00:00Z", f"{SUBJECT}/filiera:day")
    if time is not None and offset is not None and local_day(time, offset) != day:
        raise FormatError("DAY_MISMATCH", f"{SUBJECT}/filiera:day", day=day, local=local_day(time, offset))


def _check_process(subject: Mapping[str, Any], withheld: Collection[str]) -> None:
    name = subject.get("filiera:processType")
    if name is None or SUBJECT in withheld:
        return
    for alternatives in vocabulary("processes")["processes"][name]["must"]:
        if not any(_carries(subject, path) for path in alternatives):
            raise FormatError("PROCESS_FIELD_MISSING", SUBJECT, process=name, name=" / ".join(alternatives))


def _carries(subject: Mapping[str, Any], path: str) -> bool:
    name, _, member = path.partition("/")
    if not member:
        return name in subject
    return isinstance(subject.get(name), Mapping) and member in subject[name]


def _check_goods(found: LotRefs, act: Mapping[str, Any], name_of_act: str) -> None:
    """Goods are named, once each, and nothing is made of itself."""
    if act["goods"] in ("some", "in-and-out") and not found.all:
        raise CustodyError("GOODS_MISSING", SUBJECT, act=name_of_act)
    for name in ("consumed", "produced", "sent", "received", "counted", "observed"):
        seen: set[str] = set()
        for movement in getattr(found, name):
            if movement.lot in seen:
                raise CustodyError("LOT_TWICE", f"{SUBJECT}{movement.place}", lot=movement.lot)
            seen.add(movement.lot)
    consumed = {movement.lot for movement in found.consumed}
    for movement in found.produced:
        if movement.lot in consumed:
            raise CustodyError("SELF_CONSUMPTION", f"{SUBJECT}{movement.place}", lot=movement.lot)
    for movement in found.all:
        if movement.quantity == 0 and movement.effect != "counted":
            raise FormatError("QUANTITY_ZERO", f"{SUBJECT}{movement.place}/quantity", lot=movement.lot)
