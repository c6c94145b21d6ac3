"""Example bodies to start from: `filiera event template` prints them, tests and tools fill them.

A template is complete: once its placeholder identifiers, numbers and times are replaced it passes
`check_event`, and as it stands it passes too. Nothing here is drawn at random or read from a clock.
"""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

from protocol.errors import FormatError
from protocol.goods import LOSSES, PIECE, Movement, references_of
from protocol.quantities import format_decimal
from protocol.vocabulary import vocabulary

EXAMPLE_ID = "urn:uuid:00000000-0000-4000-8000-000000000000"
EXAMPLE_PARTICIPANT = "0" * 64
EXAMPLE_FACILITY = "urn:filiera:facility:" + "f" * 26
EXAMPLE_DIGEST = "3" * 64
EXAMPLE_ISSUER = "did:key:zDnaeSbPQkSXA4SaXbSz1YtPLsDTkQNmUqzWr8UwMDYZbYzXk"
CONTEXTS = ("https://www.w3.org/ns/credentials/v2", "urn:filiera:context:1")


def event_template(
    act: str,
    process_type: str | None = None,
    *,
    event_id: str = EXAMPLE_ID,
    participant: str = EXAMPLE_PARTICIPANT,
    day: str = "2026-03-02",
    record_seq: int = 0,
    previous_record: str | None = None,
) -> dict[str, Any]:
    """Return the example subject of an act (of a process type): a new dict that the caller may change.

    FormatError `ACT_UNKNOWN`, or `PROCESS_TYPE_UNKNOWN` for a process type that is not listed or an act that
    has none.
    """
    profile = vocabulary("acts")["acts"].get(act)
    if profile is None:
        raise FormatError("ACT_UNKNOWN", act=act)
    body = deepcopy(vocabulary("templates")["acts"][act])
    if process_type is not None:
        _apply_process(body, act, process_type)
    subject = {
        "type": profile["eventType"],
        "eventID": event_id,
        "eventTime": f"{day}T08:15:00Z",
        "eventTimeZoneOffset": "+01:00",
        **({"action": profile["action"]} if profile["action"] else {}),
        "bizStep": profile["bizStep"][0],
        "disposition": profile["disposition"][0],
        "filiera:act": act,
        "filiera:day": day,
        "filiera:participant": participant,
        "filiera:recordSeq": record_seq,
        **body,
        "readPoint": {"id": EXAMPLE_FACILITY},
        "bizLocation": {"id": EXAMPLE_FACILITY},
    }
    if previous_record is not None:
        subject["filiera:previousRecord"] = previous_record
    if profile["account"]:
        _add_account(subject)
    return subject


def credential_template(
    subject: dict[str, Any], *, issuer: str = EXAMPLE_ISSUER, kind: str = "FilieraEvent"
) -> dict[str, Any]:
    """Return the claims of a record around a subject, in full form, ready to be signed (README §3)."""
    moment = subject.get("eventTime") or f"{subject.get('validFrom', '2026-03-02')}T00:00:00Z"
    return {
        "@context": list(CONTEXTS),
        "id": subject.get("eventID", EXAMPLE_ID),
        "type": ["VerifiableCredential", kind],
        "issuer": issuer,
        "validFrom": moment,
        "credentialSubject": subject,
    }


def _apply_process(body: dict[str, Any], act: str, process_type: str) -> None:
    """Give the example the units that the process takes and makes, and what its profile demands."""
    process = vocabulary("processes")["processes"].get(process_type)
    if process is None or "filiera:processType" not in body:
        raise FormatError("PROCESS_TYPE_UNKNOWN", "/filiera:processType", process=process_type, act=act)
    shared = vocabulary("templates")
    body["filiera:processType"] = process_type
    for side, name in (("in", "inputQuantityList"), ("out", "outputQuantityList")):
        for element in body.get(name, ()):
            element["uom"] = shared["units"][process["dimensions"][side][0]]
            if element["uom"] == PIECE:
                element["quantity"] = str(max(1, int(Decimal(element["quantity"]))))
    for alternatives in process["must"]:
        body[alternatives[0]] = deepcopy(shared["fields"][alternatives[0]])


def _add_account(subject: dict[str, Any]) -> None:
    goods = references_of(subject)
    entries = [_entry(move) for move in goods.all if not move.is_item and move.effect != "observed"]
    if entries:
        subject["filiera:account"] = entries


def _entry(move: Movement) -> dict[str, Any]:
    """An entry that fits its goods: what is given opens an account, what is taken or counted closes one."""
    amount = move.quantity or Decimal(0)
    if move.effect in LOSSES or move.effect == "counted":
        after = Decimal(0) if move.effect in LOSSES else amount
        before = amount if move.effect in LOSSES else amount + 1
        return _balance(move, before, after) | {"lotSeq": 1, "previous": EXAMPLE_DIGEST}
    return _balance(move, Decimal(0), amount) | {"lotSeq": 0}


def _balance(move: Movement, before: Decimal, after: Decimal) -> dict[str, Any]:
    return {
        "lot": move.lot,
        "before": format_decimal(before),
        "after": format_decimal(after),
        "uom": move.unit,
    }
