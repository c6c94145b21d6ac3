"""Which records point to a status list, and the lists themselves as records (README §21).

A certificate, a test, an inspection or a membership may be withdrawn by whoever signed it; what moves goods is
corrected instead, and a passport has its status on the chain. A list counts for the records of its own author only,
and its versions are numbered: the greatest one counts, and a withdrawal in any of them stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protocol.errors import FormatError
from protocol.schema import SUBJECT
from protocol.status_list import StatusList, decode

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND = "BitstringStatusListCredential"
ENTRY = "credentialStatus"
REVOCATION, SUSPENSION = "revocation", "suspension"
LIST_PREFIX = "urn:filiera:status-list:"
MEMBERSHIP = "FilieraMembership"
_STATEMENTS = frozenset({"lab-test", "social-evidence", "chemical-declaration", "footprint-statement"})


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a record's status stands: a list, what the list is for, and the place in it."""

    list_id: str
    purpose: str
    index: int


def entry_of(claims: Mapping[str, Any]) -> Entry | None:
    """Return where the status of a checked record stands; None if it has none and cannot be withdrawn this way."""
    stated = claims.get(ENTRY)
    if stated is None:
        return None
    return Entry(stated["statusListCredential"], stated["statusPurpose"], int(stated["statusListIndex"]))


def entry_claims(entry: Entry) -> dict[str, str]:
    """`credentialStatus` for a place of a list (specification §2.1)."""
    return {
        "id": f"{entry.list_id}#{entry.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": entry.purpose,
        "statusListIndex": str(entry.index),
        "statusListCredential": entry.list_id,
    }


def may_carry(claims: Mapping[str, Any]) -> bool:
    """Whether a record of this kind may point to a status list; `claims` have the form of their kind."""
    kind, subject = claims["type"][1], claims["credentialSubject"]
    if kind == "FilieraMasterData":
        return bool(subject["type"] == "Certificate")
    if kind == "FilieraEvent":
        return subject["filiera:act"] in _STATEMENTS
    return bool(kind == MEMBERSHIP)


def check_entry(claims: Mapping[str, Any]) -> None:
    """Raise FormatError STATUS_ENTRY_REFUSED if the record has a status and is of a kind that has none."""
    if ENTRY not in claims:
        return
    stated = claims[ENTRY]
    named = f"{stated['statusListCredential']}#{stated['statusListIndex']}"
    if not may_carry(claims) or stated.get("id", named) != named:
        raise FormatError("STATUS_ENTRY_REFUSED", f"/{ENTRY}")


def check_list(subject: Mapping[str, Any]) -> None:
    """Raise FormatError unless a list's version agrees with what it replaces and its bits unpack.

    MASTER_DATA_VERSION, STATUS_LIST_MALFORMED, STATUS_LIST_LENGTH; the subject has passed its schema.
    """
    if (subject["version"] > 1) != ("replaces" in subject):
        raise FormatError("MASTER_DATA_VERSION", f"{SUBJECT}/replaces", version=subject["version"])
    bits_of(subject)


def bits_of(subject: Mapping[str, Any]) -> StatusList:
    """The bits of a list; FormatError STATUS_LIST_MALFORMED, STATUS_LIST_LENGTH."""
    return decode(subject["encodedList"], f"{SUBJECT}/encodedList")
