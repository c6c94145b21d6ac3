"""Master data: versions of a party, facility, product, order or certificate, and which counted on a day.

Versions of one thing are numbered from 1; each but the first names the one that it replaces. The version that
counts on a day is the last one whose `validFrom` is not later, unless it has ended. Nothing is edited: a
later version never changes what an earlier day saw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.errors import FormatError
from protocol.identifiers import parse_reference
from protocol.schema import SUBJECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_REFERENCED = {"Party": "party", "Facility": "facility", "Product": "product"}


def check_master_data(subject: Mapping[str, Any]) -> None:
    """Raise FormatError unless versions, identifier and dates of one subject agree; it has passed its schema.

    `MASTER_DATA_VERSION` (first with, or later without `replaces`), `IDENTIFIER_KIND`, `RANGE_REVERSED`.
    """
    if (subject["version"] > 1) != ("replaces" in subject):
        raise FormatError("MASTER_DATA_VERSION", f"{SUBJECT}/replaces", version=subject["version"])
    expected = _REFERENCED.get(subject["type"])
    if expected is not None:
        kind = parse_reference(subject["id"]).kind
        if kind != expected and (kind, expected) != ("participant", "party"):
            raise FormatError("IDENTIFIER_KIND", f"{SUBJECT}/id", value=subject["id"], expected=expected)


def valid_on(versions: Iterable[Mapping[str, Any]], day: str) -> Mapping[str, Any] | None:
    """Return the version that counts on `day` (YYYY-MM-DD), None if none does; all are subjects of one thing.

    Of two with the same number the later `validFrom` counts; that they exist is a conflict found elsewhere.
    """
    begun = [version for version in versions if version["validFrom"] <= day]
    if not begun:
        return None
    last = max(begun, key=lambda version: (version["version"], version["validFrom"]))
    return None if last.get("validUntil", day) < day else last


def covers(
    certificate: Mapping[str, Any], *, day: str, facility: str | None = None, process: str | None = None
) -> bool:
    """Whether a certificate speaks for a day, and for a facility and a process where it names any.

    A scope that the certificate does not state limits nothing; one that it states must contain what is asked.
    """
    if valid_on([certificate], day) is None or certificate.get("status", "valid") != "valid":
        return False
    return _within(certificate.get("facilities"), facility) and _within(certificate.get("processes"), process)


def _within(stated: list[str] | None, asked: str | None) -> bool:
    return stated is None or asked is None or asked in stated
