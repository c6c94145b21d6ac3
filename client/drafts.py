"""Bodies of events as a person writes them: a template to fill in, own lot codes, what must not be signed by mistake.

body = fresh_template("lot-declared")            # today, a new lot, no placeholder where none is needed
body = with_references(body, book)               # own lot codes → references; `book` is the maker's LotBook
ensure_no_placeholder(body)                      # a reference of the template that nobody has replaced
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from client.errors import ClientError
from client.signing import OWN_FIELDS
from protocol.events import local_day
from protocol.goods import GAINS, references_of
from protocol.identifiers import RANDOM_BYTES, lot_reference, own_reference, parse_facility
from protocol.templates import event_template
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from client.imports.lots import LotBook

# One character over and over: no random draw gives that, the templates do.
_PLACEHOLDER = re.compile(r"urn:filiera:(?:[a-z]+:([a-z2-7])\1{25}|participant:([0-9a-f])\2{63})(?:#\d+)?")
_PLACEHOLDER_DIGEST = re.compile(r"([0-9a-f])\1{63}")
_PLACEHOLDER_RECORD = re.compile(r"urn:uuid:0{8}-0{4}-4000-8000-0{11}[0-9]")
_LISTS = ("quantityList", "inputQuantityList", "outputQuantityList", "filiera:byProducts", "filiera:scrap",
          "filiera:parts", "childQuantityList")  # fmt: skip
_ZONE = "Europe/Rome"


def fresh_template(act: str, process: str | None = None, facility: str | None = None) -> dict[str, Any]:
    """Return a body to fill in: now, with new references for what the event brings into being.

    ClientError `ACT_MISSING`, `PROCESS_MISSING`.
    """
    acts, processes = vocabulary("acts")["acts"], vocabulary("processes")["processes"]
    if act not in acts:
        raise ClientError("ACT_MISSING", "ACT", given=act, known=", ".join(acts))
    if process is not None and process not in processes:
        raise ClientError("PROCESS_MISSING", "--process", given=process, known=", ".join(processes))
    body = event_template(act, process, event_id=uuid.uuid4().urn)
    kept = {name: value for name, value in body.items() if name not in OWN_FIELDS | {"filiera:recordSeq"}}
    kept |= _moment()
    for name in ("readPoint", "bizLocation"):
        if facility is None:
            kept.pop(name, None)
        else:
            kept[name] = {"id": parse_facility(facility, "--facility").text}
    renamed = dict(_fresh(kept))
    return {name: _replaced(value, renamed) for name, value in kept.items()}


def with_references(body: Mapping[str, Any], book: LotBook) -> dict[str, Any]:
    """Return the body with references for own lot codes; the book learns the codes of what comes into being."""
    acts = vocabulary("acts")["acts"]
    act = body.get("filiera:act")
    effects = acts[act]["effects"] if isinstance(act, str) and act in acts else {}
    found = dict(body)
    for name in _LISTS:
        entries = body.get(name)
        if isinstance(entries, list):
            create = effects.get(name) == "produced"
            found[name] = [_resolved(entry, f"/{name}/{i}", book, create) for i, entry in enumerate(entries)]
    lot = body.get("filiera:lot")
    if isinstance(lot, str):
        found["filiera:lot"] = book.find(lot, "/filiera:lot", create=False)[0]
    if isinstance(body.get("filiera:declaredYield"), list):
        found["filiera:declaredYield"] = [
            {**entry, "output": book.codes.get(str(entry.get("output")), entry.get("output"))}
            if isinstance(entry, dict)
            else entry
            for entry in body["filiera:declaredYield"]
        ]
    _learn(found, book)
    return found


def ensure_no_placeholder(value: Any, place: str = "") -> None:
    """Raise ClientError `PLACEHOLDER_LEFT` where a body still names what the template names."""
    if isinstance(value, Mapping):
        for name, entry in value.items():
            ensure_no_placeholder(entry, f"{place}/{name}")
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            ensure_no_placeholder(entry, f"{place}/{index}")
    elif isinstance(value, str) and (
        _PLACEHOLDER.fullmatch(value)
        or _PLACEHOLDER_DIGEST.fullmatch(value)
        or _PLACEHOLDER_RECORD.fullmatch(value)
    ):
        raise ClientError("PLACEHOLDER_LEFT", place, given=value)


def _resolved(entry: Any, place: str, book: LotBook, create: bool) -> Any:
    code = entry.get("epcClass") if isinstance(entry, dict) else None
    if not isinstance(code, str) or code.startswith("urn:"):
        return entry
    return {**entry, "epcClass": book.find(code, f"{place}/epcClass", create=create)[0]}


def _learn(body: Mapping[str, Any], book: LotBook) -> None:
    """The code that a maker gives to the one lot which an event brings into being goes into the book."""
    code = body.get("filiera:lotCode")
    try:
        made = [move.lot for move in references_of(body).produced if not move.is_item]
    except (KeyError, TypeError, AttributeError):
        return
    if isinstance(code, str) and code and len(made) == 1 and code not in book.codes:
        book.put(code, made[0], "/filiera:lotCode")


def _fresh(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(placeholder, new reference) of every lot and item that the event brings into being."""
    for move in references_of(body).all:
        if move.effect in GAINS and move.effect == "produced" and _PLACEHOLDER.fullmatch(move.lot):
            draw = secrets.token_bytes(RANDOM_BYTES)
            yield move.lot, own_reference("item", draw) if move.is_item else lot_reference(draw)


def _replaced(value: Any, renamed: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _replaced(entry, renamed) for name, entry in value.items()}
    if isinstance(value, list):
        return [_replaced(entry, renamed) for entry in value]
    return renamed.get(value, value) if isinstance(value, str) else value


def _moment() -> dict[str, str]:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    try:
        shift = now.astimezone(ZoneInfo(_ZONE)).strftime("%z")
    except (KeyError, ValueError, OSError):
        shift = now.astimezone().strftime("%z")  # no table of zones here: the machine's own
    time, offset = now.strftime("%Y-%m-%dT%H:%M:%SZ"), f"{shift[:3]}:{shift[3:5]}"
    return {"eventTime": time, "eventTimeZoneOffset": offset, "filiera:day": local_day(time, offset)}
