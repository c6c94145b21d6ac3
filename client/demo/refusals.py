"""Three altered copies of the evidence, and what a verifier must say of each.

The alterations are those of somebody who can write files but has no key: a quantity made larger, a record signed
again under a company's name with a key that is not its own, a step left out. The copies are well-formed bundles:
only what they say is false, so nothing but the checks can tell.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from client.demo.words import tell
from client.errors import ClientError
from client.keystore import new_key
from client.texts import language
from protocol import base64url
from protocol.bundle import Bundle, BundleRecord, parse_bundle, record_order, serialise
from protocol.custody import build_graph, walk
from protocol.events import references
from protocol.quantities import format_decimal
from protocol.records import parse_record
from protocol.steps import EVENT_KIND, read_step
from protocol.strict_json import dump_json, parse_json
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from protocol.records import Record

_LISTS = ("outputQuantityList", "quantityList", "inputQuantityList")
_MORE = Decimal(100)
# Whoever uses the lot afterwards continues its account, from an entry that is no longer there.
_STEP_MISSING = frozenset({"LOT_ACCOUNT_GAP"})


@dataclass(frozen=True)
class Altered:
    """A copy: `name` of the alteration, what was done in words, the codes one of which must be said, and the bytes."""

    name: str
    done: str
    expected: frozenset[str]
    data: bytes


def altered_copies(data: bytes) -> Iterator[Altered]:
    """Return three altered copies of a bundle; `DEMO_NOTHING_TO_ALTER` if it has no step to alter."""
    bundle = parse_bundle(data)
    yield _changed_quantity(bundle)
    yield _forged_signature(bundle)
    yield _removed_step(bundle)


def _changed_quantity(bundle: Bundle) -> Altered:
    """Add a hundred to a quantity: in the signed text, or in a disclosure if the record keeps quantities apart."""
    for entry, record in _steps(bundle):
        made = _with_more(record)
        if made is not None:
            token, before, after, unit = made
            what = tell("refusal.quantity", act=_act(record), before=before, after=after, unit=_symbol(unit))
            expected = {"SIGNATURE_INVALID", "DISCLOSURE_UNREFERENCED"}
            return Altered("quantity", what, frozenset(expected), _replaced(bundle, entry, token))
    raise ClientError("DEMO_NOTHING_TO_ALTER", "quantity")


def _forged_signature(bundle: Bundle) -> Altered:
    """Sign a record's own text again, under the same name, with a key that is not the company's."""
    entry, record = next(_steps(bundle), (None, None))
    if entry is None or record is None:
        raise ClientError("DEMO_NOTHING_TO_ALTER", "signature")
    signed, _, _ = record.jwt.rpartition(".")
    forged = new_key(record.key.alg).sign(signed.encode("ascii"))
    jwt = f"{signed}.{base64url.encode(forged)}"
    token = jwt + record.token.removeprefix(record.jwt)
    what = tell("refusal.signature", act=_act(record))
    return Altered("signature", what, frozenset({"SIGNATURE_INVALID"}), _replaced(bundle, entry, token))


def _removed_step(bundle: Bundle) -> Altered:
    """Leave out a step between the first and the last: a lot is used that nobody in the file has made."""
    found = list(_steps(bundle))
    makers = Counter(lot for _, record in found for lot in references(record).names("produced"))
    used = {lot for _, record in found for lot in references(record).names("consumed")}
    for entry, record in found:
        goods = references(record)
        if goods.names("consumed") and any(
            makers[lot] == 1 and lot in used for lot in goods.names("produced")
        ):
            rest = tuple(other for other in bundle.records if other is not entry)
            what = tell("refusal.step", act=_act(record))
            return Altered("step", what, _STEP_MISSING, serialise(replace(bundle, records=rest)))
    raise ClientError("DEMO_NOTHING_TO_ALTER", "step")


def _steps(bundle: Bundle) -> Iterator[tuple[BundleRecord, Record]]:
    """The transformations that the target rests on, the latest day first."""
    found = [(entry, parse_record(entry.token)) for entry in bundle.records]
    events = [record for _, record in found if record.kind == EVENT_KIND]
    graph = build_graph(read_step(record) for record in events)
    behind = {step.digest for step in walk(graph, bundle.target).steps if step.act == "process"}
    steps = [pair for pair in found if pair[1].digest in behind]
    yield from sorted(
        steps, key=lambda pair: (str(pair[1].subject["filiera:day"]), pair[1].digest), reverse=True
    )


def _act(record: Record) -> str:
    """What was done, in the user's language."""
    process = str(record.subject.get("filiera:processType", "other"))
    return str(vocabulary("processes")["processes"][process][language()])


def _symbol(unit: str) -> str:
    return str(vocabulary("units")["units"][unit]["symbol"])


def _with_more(record: Record) -> tuple[str, str, str, str] | None:
    """Return token, old and new amount, and unit, None if the record shows no quantity."""
    for name in _LISTS:
        for index, entry in enumerate(record.payload["credentialSubject"].get(name, ())):
            if "quantity" in entry:
                after = format_decimal(Decimal(entry["quantity"]) + _MORE)
                return _in_clear(record, name, index, after), entry["quantity"], after, entry["uom"]
            shown = record.subject[name][index].get("quantity")
            if shown is not None:
                after = format_decimal(Decimal(shown) + _MORE)
                return _in_disclosure(record, shown, after), shown, after, entry["uom"]
    return None


def _in_clear(record: Record, name: str, index: int, after: str) -> str:
    header, payload, signature = record.jwt.split(".")
    claims: Any = parse_json(base64url.decode(payload))
    claims["credentialSubject"][name][index]["quantity"] = after
    jwt = f"{header}.{base64url.encode(dump_json(claims))}.{signature}"
    return jwt + record.token.removeprefix(record.jwt)


def _in_disclosure(record: Record, before: str, after: str) -> str:
    disclosures = list(record.disclosures)
    for place, disclosure in enumerate(disclosures):
        found: Any = parse_json(base64url.decode(disclosure))
        if found[1:] == ["quantity", before]:
            disclosures[place] = base64url.encode(dump_json([found[0], "quantity", after]))
            break
    return "~".join((record.jwt, *disclosures, ""))


def _replaced(bundle: Bundle, entry: BundleRecord, token: str) -> bytes:
    """Return the bundle with another token at an entry's place, sorted as a bundle must be."""
    records = [replace(entry, token=token) if other is entry else other for other in bundle.records]
    return serialise(replace(bundle, records=tuple(sorted(records, key=record_order))))
