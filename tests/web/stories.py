"""Bundles told otherwise by somebody without any key: records left out, claims withheld, chains that say something else."""

from __future__ import annotations

import copy
import gzip
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from protocol import base64url
from protocol.errors import FilieraError
from protocol.records import verify_record
from scripts.make_vectors.bundles_patch import patch
from tests.web.questions import VECTORS, vectors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

Document = dict[str, Any]
"""`{"bundle", "view", "trust"}`, as in the vectors' alterations."""
Path = tuple[str | int, ...]
_HEX = re.compile(r"(?:0x)?[0-9a-f]{40,64}")
_FEW = 40


@cache
def cases() -> tuple[Document, ...]:
    """Good and bad stories, and those that witnesses confirm, as far as they are short enough to be told often."""
    listed = [case for kind in ("good", "bad") for case in vectors(f"bundle/{kind}")]
    confirmed = [case | {"view": None} for case in vectors("witness/bundles")]
    found = [document_of(case) for case in listed + confirmed]
    return tuple(document for document in found if len(document["bundle"]["records"]) <= _FEW)


def document_of(case: dict[str, Any]) -> Document:
    """The evidence of a vector, to be altered freely."""
    return {part: copy.deepcopy(_read(case[part])) for part in ("bundle", "view", "trust")}


def _read(part: Any) -> Any:
    """A part as it stands, or by its path."""
    if not isinstance(part, str):
        return part
    data = (VECTORS / "bundle" / part).read_bytes()
    return json.loads(gzip.decompress(data) if part.endswith(".gz") else data)


def altered_evidence(chance: Random) -> Document:
    """A story with one to four alterations by somebody without any key."""
    document = some_document(chance)
    for _ in range(chance.randint(1, 4)):
        chance.choice(_ALTERATIONS)(chance, document)
    return sorted_again(document)


def some_document(chance: Random) -> Document:
    """The longer of two drawn stories."""
    told = max(chance.choices(cases(), k=2), key=lambda each: len(each["bundle"]["records"]))
    return copy.deepcopy(told)


def sorted_again(document: Document) -> Document:
    """With the bundle's lists in their order."""
    return {**document, "bundle": json.loads(patch(document, [{"op": "sort"}]).bundle)}


def other_target(chance: Random, document: Document) -> None:
    """Ask about another lot or item of the story."""
    named = set()
    for entry in document["bundle"]["records"]:
        named |= set(
            re.findall(r"urn:filiera:(?:lot|item):[^\"]+|https://id.gs1.org/01/[^\"]+", _text(entry["token"]))
        )
    if named:
        document["bundle"]["target"] = chance.choice(sorted(named))


def show_some(chance: Random, token: str) -> str:
    """The record with all, some or none of its disclosures, or without the balances of its accounts."""
    jwt, *shown = token.split("~")
    if not shown:
        return token
    kept = chance.choice(("all", "none", "some", "no account"))
    if kept == "some":
        shown = [each for each in shown[:-1] if chance.random() < 0.5] + [""]
    elif kept == "no account":
        balances = (b'"before"', b'"after"')
        shown = [each for each in shown[:-1] if not any(name in _plain(each) for name in balances)] + [""]
    return "~".join([jwt, *({"none": [""]}.get(kept, shown))])


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where values stand that hold no others."""
    if isinstance(value, dict | list):
        for name, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(member, (*path, name))
    else:
        yield path


def resolve(value: Any, path: Path) -> Any:
    """What stands at a path."""
    for name in path:
        value = value[name]
    return value


_LISTS = (
    ("bundle", ("records", "records", "records", "heads", "consistency", "affected", "keys", "memberships")),
    ("view", ("heads", "keys", "roles", "passports", "coordinators", "transactions", "logs")),
)


def _leave_out(chance: Random, document: Document) -> None:
    part, names = chance.choice(_LISTS)
    listed = (document[part] or {}).get(chance.choice(names))
    if listed:
        del listed[chance.randint(0, len(listed) - 1)]


def _withhold(chance: Random, document: Document) -> None:
    listed = document["bundle"]["records"]
    for entry in listed if chance.random() < 0.5 else [chance.choice(listed)] if listed else []:
        entry["token"] = show_some(chance, entry["token"])


def _text(token: str) -> str:
    try:
        return json.dumps(verify_record(token).claims)
    except FilieraError:
        return ""


def _join(chance: Random, document: Document) -> None:
    """Records of another story, which may use the same lots and numbers."""
    other = some_document(chance)["bundle"]["records"]
    known = {entry["token"].split("~")[0] for entry in document["bundle"]["records"]}
    document["bundle"]["records"] += [entry for entry in other if entry["token"].split("~")[0] not in known]


def _change_value(chance: Random, document: Document) -> None:
    part = chance.choice(("bundle", "view", "view", "trust"))
    paths = [path for path in leaves(document[part] or {}) if path[-1] != "token"]
    if not paths:
        return
    path = chance.choice(paths)
    holder, name = resolve(document[part], path[:-1]), path[-1]
    holder[name] = _other(chance, holder[name], [resolve(document[part], each) for each in paths])


def _other(chance: Random, value: Any, others: list[Any]) -> Any:
    if value is None:
        return 1
    if isinstance(value, int):
        return max(0, value + chance.choice((-(2**20), -5, -1, 1, 5, 2**20)))
    alike = [each for each in others if isinstance(each, str) and len(each) == len(value) and each != value]
    if alike and chance.random() < 0.5:
        return chance.choice(sorted(set(alike)))
    at = chance.randint(0, max(0, len(value) - 1))
    if _HEX.fullmatch(value):
        at = max(at, 2)
        return value[:at] + chance.choice("0123456789abcdef") + value[at + 1 :]
    return value[:at] + chance.choice(("", "A", "0", "z", " ")) + value[at + 1 :]


_ALTERATIONS = (
    _leave_out,
    _leave_out,
    _withhold,
    _withhold,
    other_target,
    _change_value,
    _change_value,
    _join,
)


def _plain(disclosure: str) -> bytes:
    return base64url.decode(disclosure, "")
