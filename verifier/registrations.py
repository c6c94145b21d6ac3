"""Passports that were registered as one of many: what to ask PassportRegistry about them, and what its answer means.

The place of an item in its batch comes with the evidence and proves itself; whether the issuer registered that batch,
and what became of the item since, only the chain knows (`itemStatusOf`).
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from protocol.abi_encoding import abi_encode
from protocol.acts import act_fields
from protocol.checks.authority import author_of
from protocol.hashing import passport_id
from protocol.passport import KIND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocol.bundle_model import Bundle
    from protocol.checks.credentials import Sound
    from protocol.passport_batch import BatchPlace

    Pair = tuple[bytes, bytes]


def items_of(bundle: Bundle, records: Iterable[Sound], authors: dict[bytes, bytes]) -> dict[Pair, BatchPlace]:
    """The place of each passport in the bundle that has one, by (issuer, passport id)."""
    places = {(place.passport, place.digest): place for place in bundle.batches}
    found: dict[Pair, BatchPlace] = {}
    for each in records:
        author = author_of(each.record, authors) if each.record.kind == KIND else None
        if author:
            name = passport_id(each.record.subject["id"])
            place = places.get((name, each.record.digest))
            if place is not None:
                found[author, name] = place
    return found


def item_status_data(issuer: bytes, place: BatchPlace) -> bytes:
    """The call data of `itemStatusOf(issuer, item)`."""
    item_type = dict(act_fields("passports", "setItemStatus"))["item"]
    return _selector() + abi_encode(("bytes32", item_type), (issuer, place.item()))


def registered(
    single: Mapping[Pair, list[bytes]], items: Mapping[Pair, tuple[BatchPlace, list[bytes]]]
) -> dict[Pair, tuple[bytes, int]]:
    """Record digest and status of each passport, from the words of `passportOf` and of `itemStatusOf`.

    A registration of its own goes before a batch: it is how an item that was issued among many gets its next version.
    """
    found = {pair: (words[0], _number(words[2])) for pair, words in single.items() if words}
    for pair, (place, words) in items.items():
        if words and _number(words[0]) and not found.get(pair, (b"", 0))[1]:
            found[pair] = (place.digest, _number(words[0]))
    return found


def _number(word: bytes) -> int:
    return int.from_bytes(word, "big")


@cache
def _selector() -> bytes:
    known = json.loads((files("protocol") / "abi" / "reader.json").read_text("utf-8"))["contracts"]
    return bytes.fromhex(known["PassportRegistry"]["selectors"]["itemStatusOf"])
