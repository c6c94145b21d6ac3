"""Records and claims, altered: what a maker's broken program or a dishonest one would sign."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from protocol import base64url
from protocol.errors import FilieraError
from protocol.vocabulary import vocabulary
from scripts.make_vectors.front_door_parts import ED25519, P256, compact_json, raw_token
from tests.web.questions import vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Draw = Callable[..., Any] if TYPE_CHECKING else Any
Path = tuple[str | int, ...]
_EPCIS = {
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-03-02T09:15:00+01:00",
    "epcisBody": {
        "eventList": [
            {
                "type": "ObjectEvent",
                "eventTime": "2026-03-02T09:15:00+01:00",
                "eventTimeZoneOffset": "+01:00",
                "action": "OBSERVE",
                "bizStep": "shipping",
                "disposition": "in_transit",
                "epcList": ["urn:epc:id:sgtin:4012345.011111.1"],
                "quantityList": [
                    {"epcClass": "https://id.gs1.org/01/09521234000013/10/A", "quantity": 12.5, "uom": "KGM"}
                ],
                "readPoint": {"id": "https://id.gs1.org/414/9521234000020"},
                "sourceList": [
                    {"type": "possessing_party", "source": "https://id.gs1.org/417/9521234000006"}
                ],
                "bizTransactionList": [{"type": "desadv", "bizTransaction": "https://erp.example/27"}],
            },
            {
                "type": "AggregationEvent",
                "eventTime": "2026-03-02T09:15:00Z",
                "eventTimeZoneOffset": "+00:00",
                "action": "ADD",
                "parentID": "urn:epc:id:sscc:4012345.0111111111",
                "childEPCs": ["urn:epc:id:sgtin:4012345.011111.1"],
                "persistentDisposition": {"set": ["completeness_verified"]},
                "errorDeclaration": {"declarationTime": "2026-03-03T00:00:00Z", "reason": "incorrect_data"},
            },
        ]
    },
}
KINDS = ("remove", "replace", "replace", "add", "text")
_VALUES = (
    None, True, 0, 1, -1, 2**53, 1.5, "", "0", "1", "120", "0.5", "120.40", "x", "ADD", "KGM", "é", [], {}, ["x"], {"a": 1},
    "urn:filiera:lot:" + "a" * 26, "urn:filiera:lot:" + "c" * 26 + "#2", "urn:filiera:item:" + "a" * 26,
    "https://id.gs1.org/01/09506000134352/21/abc", "https://id.gs1.org/01/09506000134352/10/abc",
    "2026-03-02", "2026-02-30", "2026-03-02T08:15:00Z", "aa" * 32, "did_not_occur", "wool", "process", "shipment",
)  # fmt: skip
_NAMES = (
    "x", "_sd", "...", "quantity", "previous", "disposition", "errorDeclaration", "epcList", "quantityList", "destination",
    "filiera:lotCode", "filiera:scrap", "filiera:answers", "filiera:previousRecord", "filiera:corrects", "filiera:documents",
    "filiera:onBehalfOf", "validUntil", "credentialStatus",
)  # fmt: skip


@st.composite
def altered_events(draw: Draw) -> dict[str, Any]:
    """Claims of a good event, with one or two things altered or some properties withheld."""
    claims = copy.deepcopy(draw(st.sampled_from(vectors("events/good")))["claims"])
    withheld = _withhold(draw, claims) if draw(st.booleans()) else []
    # What has to be in clear beside something hidden is there: the front door has seen to it.
    kinds = ("text",) if withheld else KINDS
    for _ in range(draw(st.integers(0 if withheld else 1, 2))):
        _alter(draw, claims, kinds)
    return {"op": "event", "json": json.dumps(claims), "withheld": withheld}


@st.composite
def altered_records(draw: Draw) -> dict[str, Any]:
    """A record with its header, payload or a disclosure altered and signed again, or with its text altered."""
    cases = [case for case in vectors("front-door/records") if "more" not in case]
    token = draw(st.sampled_from(cases))["token"]
    try:
        return {"op": "record", "token": _signed_again(draw, token)}
    except (ValueError, FilieraError):  # a vector whose parts are no JSON: its text is altered instead
        at = draw(st.integers(0, len(token)))
        return {
            "op": "record",
            "token": token[:at] + draw(st.sampled_from(("", "A", "~", ".", "="))) + token[at + 1 :],
        }


@st.composite
def altered_documents(draw: Draw) -> dict[str, Any]:
    """An EPCIS document of others with one to three things altered."""
    document = copy.deepcopy(_EPCIS)
    for _ in range(draw(st.integers(1, 3))):
        _alter(draw, document)
    return document


def _signed_again(draw: Draw, token: str) -> str:
    jwt, *rest = token.split("~")
    parts = [json.loads(base64url.decode(part, "")) for part in jwt.split(".")[:2]]
    _alter(draw, parts[draw(st.sampled_from((0, 1, 1, 1)))])
    opened = [json.loads(base64url.decode(text, "")) for text in rest[:-1]]
    if opened and draw(st.booleans()):
        _alter(draw, opened)
        rest = [base64url.encode(compact_json(each)) for each in opened] + [""]
    header, payload = parts
    key = P256 if isinstance(header, dict) and header.get("alg") == "ES256" else ED25519
    return "~".join([raw_token(compact_json(header), compact_json(payload), key), *rest])


def _withhold(draw: Draw, claims: dict[str, Any]) -> list[str]:
    """Take away properties that may be hidden, and say where."""
    hideable = vocabulary("disclosure")["kinds"]["FilieraEvent"]["hideable"]
    subject = claims["credentialSubject"]
    present = [path for path in _paths(subject) if path and _pattern(path) in hideable]
    chosen = draw(st.lists(st.sampled_from(present), min_size=1, max_size=4, unique=True)) if present else []
    for path in sorted(chosen, key=len, reverse=True):
        del _resolve(subject, path[:-1])[path[-1]]
    return sorted({"".join(f"/{name}" for name in ("credentialSubject", *path[:-1])) for path in chosen})


def _pattern(path: Path) -> str:
    return "".join("[]" if isinstance(name, int) else f".{name}" for name in path).removeprefix(".")


def _alter(draw: Draw, document: Any, kinds: tuple[str, ...] = KINDS) -> None:
    """Take away, replace or add one value, or change its text, in place."""
    paths = [path for path in _paths(document) if path]
    if not paths:
        return
    path = draw(st.sampled_from(paths))
    holder, name = _resolve(document, path[:-1]), path[-1]
    other = copy.deepcopy(
        draw(st.sampled_from(_VALUES) | st.sampled_from(paths).map(lambda at: _resolve(document, at)))
    )
    kind = draw(st.sampled_from(kinds))
    if kind == "remove":
        del holder[name]
    elif kind == "add" and isinstance(holder, list):
        holder.insert(int(name), other)
    elif kind == "add":
        holder[draw(st.sampled_from(_NAMES))] = other
    elif kind == "text" and isinstance(holder[name], str):
        at = draw(st.integers(0, len(holder[name])))
        holder[name] = (
            holder[name][:at]
            + draw(st.sampled_from(("", "0", "Z", "#2", "%", "\n")))
            + holder[name][at + 1 :]
        )
    elif kind == "replace":
        holder[name] = other


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, member in members:
        yield from _paths(member, (*path, name))


def _resolve(value: Any, path: Path) -> Any:
    for name in path:
        value = value[name]
    return value
