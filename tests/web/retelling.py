"""Stories in which makers say something else and sign it: goods, days, places, papers, and what they claim.

Records are signed again in order, so that each still names the others by their digests; where they stand in the log is
not made good, and is said by both verifiers alike.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from protocol.errors import FilieraError
from protocol.issue import issue_record
from protocol.keys import PrivateKey, private_key_from_secret
from protocol.records import verify_record
from scripts.make_vectors.front_door_parts import compact_json, raw_token, salts
from tests.web.statements import DAYS, Speaker
from tests.web.stories import leaves, other_target, resolve, show_some, some_document, sorted_again

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.web.stories import Document

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DECIMAL = re.compile(r"(0|[1-9]\d*)(\.\d+)?")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DECIMALS = ("0", "0.5", "1", "1.01", "100", "119.999999", "120", "121.2", "999999999999999", "0.000001")
_WORDS = {
    "filiera:processType": ("spinning", "weaving", "dyeing", "sewing", "carding", "cutting", "finishing"),
    "filiera:stage": ("fibre", "yarn", "cloth", "recovered-waste", "chemical", "trim"),
    "disposition": ("active", "conformant", "non_conformant", "in_transit", "in_progress"),
    "uom": ("KGM", "GRM", "MTR", "MTK", "C62", "LTR", "KWH", "TNE"),
    "destination": ("unknown", "recycling", "disposal"),
    "fibre": ("wool", "cotton", "polyester", "polyamide", "cashmere"),
}


def retold_stories(chance: Random) -> Document:
    """A story in which some claims are other ones, signed by their makers' new key, and some are withheld."""
    document = some_document(chance)
    told = {}
    for entry in document["bundle"]["records"]:
        try:
            record = verify_record(entry["token"])
        except FilieraError:
            continue
        told[record.digest.hex()] = (entry, record.claims)
    if chance.random() < 0.6 and told:
        _say_more(chance, document, told)
    subjects = [claims["credentialSubject"] for _, claims in told.values()]
    for _ in range(chance.randint(0, 3) if told else 0):
        chance.choice(_RETELLINGS)(chance, subjects)
    _sign_again(told, chance.choice(((), None, None)))
    _name_the_key(document)
    for entry, _ in told.values():
        entry["token"] = show_some(chance, entry["token"])
    if chance.random() < 0.5:
        other_target(chance, document)
    return sorted_again(document)


def _say_more(chance: Random, document: Document, told: dict[str, tuple[Any, Any]]) -> None:
    """Add places, statements and certificates, and let some of the records rest on them."""
    own = [claims["credentialSubject"] for _, claims in told.values()]
    makers = sorted({each["filiera:participant"] for each in own if "filiera:participant" in each})
    speaker = Speaker(chance, makers or ["0" * 64], [lot for lot in _lots(own) if ":lot:" in lot])
    model = document["bundle"]["records"][0]
    for claims in speaker.some():
        entry = copy.deepcopy(model)
        document["bundle"]["records"].append(entry)
        told[hashlib.sha256(claims["id"].encode()).hexdigest()] = (entry, claims)
    for subject in own:
        if subject.get("type") == "ProductPassport":
            speaker.claimed(subject)
        elif subject.get("filiera:act") in {"process", "lot-declared", "shipment", "recycling"}:
            speaker.at_work(subject)
            cited = speaker.certificates(told) if chance.random() < 0.5 else []
            if cited and subject["filiera:act"] != "lot-declared":
                subject["filiera:certificates"] = cited


def _tell_otherwise(chance: Random, subjects: list[Any]) -> None:
    """Change one value of a subject into another of its kind, or leave it out, or say an entry twice."""
    subject = chance.choice(subjects)
    path = chance.choice([path for path in leaves(subject) if path[-1] not in {"type", "eventID"}])
    holder, name = resolve(subject, path[:-1]), path[-1]
    what = chance.choice(("other", "other", "other", "gone", "list"))
    if what == "list" and len(path) > 2 and isinstance(path[-2], int):
        entries = resolve(subject, path[:-2])
        entries.append(copy.deepcopy(entries[path[-2]]))
    elif (
        what == "gone" and name != "epcClass"
    ):  # never hidden, so its absence is no question of what is shown
        del holder[name]
    elif what == "other":
        holder[name] = _of_its_kind(chance, str(name), holder[name], subjects)


def _rescale(chance: Random, subjects: list[Any]) -> None:
    """More or less of one lot, in some record or in all: accounts still add up."""
    factor = Decimal(chance.choice(("0.1", "0.5", "0.99", "1.005", "1.04", "1.2", "2", "10")))
    lot = chance.choice(_lots(subjects))
    for subject in subjects if chance.random() < 0.5 else [chance.choice(subjects)]:
        for path in leaves(subject):
            holder, name = resolve(subject, path[:-1]), path[-1]
            if name in {"quantity", "before", "after"} and lot in {holder.get("epcClass"), holder.get("lot")}:
                holder[name] = (
                    f"{(Decimal(holder[name]) * factor).quantize(Decimal('0.000001')).normalize():f}"
                )


def _one_lot(chance: Random, subjects: list[Any]) -> None:
    """Two lots become one, in some record or in all."""
    one, other = chance.choice(_lots(subjects)), chance.choice(_lots(subjects))
    for subject in subjects if chance.random() < 0.5 else [chance.choice(subjects)]:
        for path in leaves(subject):
            if resolve(subject, path) == one:
                resolve(subject, path[:-1])[path[-1]] = other


def _another_day(chance: Random, subjects: list[Any]) -> None:
    subject = chance.choice(subjects)
    if "filiera:day" in subject:
        day = chance.choice(DAYS)
        subject |= {"filiera:day": day, "eventTime": f"{day}T10:00:00Z", "eventTimeZoneOffset": "+00:00"}


_RETELLINGS = (_tell_otherwise, _tell_otherwise, _tell_otherwise, _rescale, _rescale, _one_lot, _another_day)


def _lots(subjects: list[Any]) -> list[str]:
    return sorted(
        {each for each in _texts(subjects) if each.startswith(("urn:filiera:lot:", "urn:filiera:item:"))}
    ) or [""]


def _of_its_kind(chance: Random, name: str, value: Any, claims: list[Any]) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return chance.choice((0, 1, 2, value + 1))
    known = _WORDS.get(name) if isinstance(value, str) else None
    if known:
        return chance.choice(known)
    if _DAY.fullmatch(value):
        return chance.choice(DAYS)
    if _DECIMAL.fullmatch(value):
        return chance.choice(_DECIMALS)
    digest = bool(_DIGEST.fullmatch(value))
    alike = {
        each for each in _texts(claims) if each[:16] == value[:16] or (digest and _DIGEST.fullmatch(each))
    }
    return chance.choice(sorted(alike | {value}))


def _texts(value: Any) -> Iterator[str]:
    for path in leaves(value):
        found = resolve(value, path)
        if isinstance(found, str):
            yield found


def _sign_again(told: dict[str, tuple[Any, Any]], hidden: tuple[str, ...] | None) -> None:
    """Sign every record, those that others name before these; the names follow."""
    renamed: dict[str, str] = {}
    waiting = dict(told)
    while waiting:
        ready = [
            digest
            for digest, (_, claims) in waiting.items()
            if not (set(_DIGEST.findall(json.dumps(claims))) & waiting.keys()) - {digest}
        ]
        for digest in ready or sorted(waiting):
            entry, claims = waiting.pop(digest)
            text = _DIGEST.sub(lambda found: renamed.get(found[0], found[0]), json.dumps(claims))
            entry["token"] = _token(json.loads(text), hidden)
            signed = entry["token"].split("~")[0]
            renamed[digest] = hashlib.sha256(signed.encode()).hexdigest()


def _token(claims: dict[str, Any], hidden: tuple[str, ...] | None) -> str:
    subject = claims["credentialSubject"]
    signer = subject.get("filiera:participant") or subject.get("holder") or subject.get("party")
    key = _key_of(str(signer).rpartition(":")[2])
    plain = {name: value for name, value in claims.items() if name != "_sd_alg"} | {"issuer": key.public.did}
    if hidden is None:  # a hidden time must not show in the envelope
        plain["validFrom"] = f"{plain['validFrom'][:10]}T00:00:00Z"
    try:
        return issue_record(plain, key, salts(plain["id"]), hidden)
    except (FilieraError, TypeError, KeyError, AttributeError):
        header = {"alg": "ES256", "kid": key.public.kid, "typ": "vc+jwt"}
        return raw_token(compact_json(header), compact_json(plain), key)


@cache
def _key_of(participant: str) -> PrivateKey:
    return private_key_from_secret("ES256", hashlib.sha256(participant.encode()).digest())


def _name_the_key(document: Document) -> None:
    """Chain and bundle know the new key of each maker as they knew the former ones."""
    for part in ("bundle", "view") if document["view"] else ("bundle",):
        makers = {each["participant"]: each for each in document[part]["keys"]}
        document[part]["keys"] = [
            each | {"keyHash": _key_of(maker).public.key_id.hex()} for maker, each in makers.items()
        ]
