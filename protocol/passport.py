"""The digital product passport: its identity, its links, and what it may claim (README §11).

A passport is found by its canonical identifier: a GS1 Digital Link where the brand has a GTIN, else a URI of its own.
The ledger knows it as SHA-256 of that text. Model, batch and item are linked upwards by record, so a passport can
not be moved under another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from protocol.errors import PassportError
from protocol.gs1 import GS1_STEM, parse_digital_link
from protocol.hashing import sha256
from protocol.quantities import parse_decimal
from protocol.schema import SUBJECT
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocol.records import Record

KIND: Final = "DigitalProductPassport"
# Application identifiers that the canonical link of each level carries.
_KEYS = {"model": ("01",), "batch": ("01", "10"), "item": ("01", "21")}
_UP = {"model": None, "batch": "model", "item": "batch"}
STATUSES: Final = ("none", "active", "suspended", "withdrawn", "superseded", "end-of-life")
"""Status words in the order of the contract's numbers."""


def check_passport(subject: Mapping[str, Any]) -> None:
    """Raise unless identifier, level and links of a passport agree; the subject has passed its schema.

    PassportError `PASSPORT_IDENTIFIER`, `PASSPORT_LEVEL`, `PASSPORT_VERSION`, `PASSPORT_SHARES`, `PASSPORT_CARE`;
    codes of `gs1.py`.
    """
    level, identifier = subject["granularityLevel"], subject["id"]
    if identifier.startswith(GS1_STEM):
        link = parse_digital_link(identifier)
        keys = tuple(ai for ai, _ in link.path)
        if keys != _KEYS[level]:
            raise PassportError("PASSPORT_IDENTIFIER", f"{SUBJECT}/id", id=identifier, level=level)
    own = {"item": subject.get("item"), "batch": subject.get("lot")}.get(level)
    if own is not None and identifier.startswith(GS1_STEM) and own.startswith(GS1_STEM) and own != identifier:
        raise PassportError("PASSPORT_LEVEL", f"{SUBJECT}/id", id=identifier, level=level)
    if (subject["version"] > 1) != ("replaces" in subject):
        raise PassportError("PASSPORT_VERSION", f"{SUBJECT}/version", version=subject["version"])
    for index, word in enumerate(subject.get("care", ())):
        if word not in vocabulary("passport")["care"]:
            raise PassportError("PASSPORT_CARE", f"{SUBJECT}/care/{index}", word=word)
    shares = [part["massShare"] for part in subject.get("components", ()) if "massShare" in part]
    if (
        shares
        and len(shares) == len(subject["components"])
        and sum(parse_decimal(each) for each in shares) != 1
    ):
        raise PassportError("PASSPORT_SHARES", f"{SUBJECT}/components")


def requirements(subject: Mapping[str, Any]) -> list[dict[str, str]]:
    """Requirement status of every field that the passport carries: status, source and date from the vocabulary."""
    fields = vocabulary("passport")["fields"]
    return [
        {"field": name, "status": entry["status"], "source": entry["source"], "on": entry["on"]}
        for name, entry in fields.items()
        if name in subject
    ]


def link_above(subject: Mapping[str, Any]) -> Mapping[str, str] | None:
    """The record reference of the next level up: a batch's model, an item's batch; None for a model."""
    name = _UP[subject["granularityLevel"]]
    found: Mapping[str, str] | None = subject[name] if name else None
    return found


def ensure_linked(subject: Mapping[str, Any], above: Mapping[str, Any] | None) -> None:
    """Raise unless the passport that `subject` names above it is there, of the right level and the same product.

    `above` is the subject of the record named, None if it is not known. PassportError `PASSPORT_LINK_UNKNOWN`,
    `PASSPORT_LINK_LEVEL`.
    """
    name = _UP[subject["granularityLevel"]]
    if name is None:
        return
    if above is None:
        raise PassportError("PASSPORT_LINK_UNKNOWN", f"{SUBJECT}/{name}", level=name)
    same_issuer = above.get("filiera:participant") == subject.get("filiera:participant")
    same_model = gtin_of(above["id"]) == gtin_of(subject["id"])
    if above.get("granularityLevel") != name or not same_issuer or not same_model:
        raise PassportError("PASSPORT_LINK_LEVEL", f"{SUBJECT}/{name}", level=name)


def ensure_version(subject: Mapping[str, Any], versions: Mapping[int, str]) -> None:
    """Raise unless the passport is the next version of those in force; `versions` maps numbers to digests in hex.

    PassportError `PASSPORT_EXISTS`, `PASSPORT_VERSION`.
    """
    number = subject["version"]
    if number in versions:
        raise PassportError("PASSPORT_EXISTS", f"{SUBJECT}/version", id=subject["id"], version=number)
    replaced = subject.get("replaces", {}).get("digest")
    if number != len(versions) + 1 or (number > 1 and versions.get(number - 1) != replaced):
        raise PassportError("PASSPORT_VERSION", f"{SUBJECT}/version", version=number)


def in_force(records: Iterable[Record]) -> list[Record]:
    """Of all passports under one identifier, in the order of arrival, those that count, oldest version first.

    The first issuer's, each version once, each naming the one before it. A log takes what it is sent; this rule lets
    everybody who reads it see the same passport, whatever came after the first.
    """
    chain: list[Record] = []
    for record in records:
        subject = record.subject
        if chain and subject["filiera:participant"] != chain[0].subject["filiera:participant"]:
            continue
        replaced = subject.get("replaces", {}).get("digest")
        if subject["version"] == len(chain) + 1 and replaced == (chain[-1].digest.hex() if chain else None):
            chain.append(record)
    return chain


def batch_leaf(passport: bytes, digest: bytes) -> bytes:
    """Leaf of a batch: SHA-256(0x00 ‖ passport id ‖ passport digest)."""
    return sha256(b"\x00" + passport + digest)


def gtin_of(identifier: str) -> str | None:
    """The trade item (14 digits) that a canonical Digital Link names; None for an identifier of another kind."""
    if not identifier.startswith(GS1_STEM):
        return None
    return dict(parse_digital_link(identifier).path)["01"]
