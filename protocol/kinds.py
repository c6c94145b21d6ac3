"""One door for every kind of record (README §6): the judgement over a record by itself, whatever its kind.

Refuses what the schema of the kind refuses, and what a schema cannot say. Who signed, and whether other
records agree, is judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from protocol.catalogue import KIND as CATALOGUE
from protocol.catalogue import check_catalogue
from protocol.errors import FormatError
from protocol.events import EVENT, HasClaims, check_event
from protocol.masterdata import check_master_data
from protocol.passport import KIND as PASSPORT
from protocol.passport import check_passport
from protocol.schema import SUBJECT, validate
from protocol.status_entries import KIND as STATUS_LIST
from protocol.status_entries import check_entry, check_list
from protocol.values import check_values

if TYPE_CHECKING:
    from collections.abc import Collection


def check_record(record: Mapping[str, Any] | HasClaims) -> None:
    """Raise FormatError or CustodyError unless the claims (or record) have the form of their kind.

    With a `Record`, its withheld places are left out of the judgement; with claims, they are the full form.
    """
    claims, withheld = _open(record)
    kind = kind_of(claims)
    if kind == EVENT:
        check_event(record)
        check_entry(claims)
        return
    validate(kind, claims, "", withheld)
    check_entry(claims)
    subject = claims["credentialSubject"]
    check_values(subject, SUBJECT)
    if kind == "FilieraMasterData":
        check_master_data(subject)
    if kind == PASSPORT:
        check_passport(subject)
    if kind == CATALOGUE:
        check_catalogue(subject)
    if kind == STATUS_LIST:
        check_list(subject)
    if subject.get("filiera:recordSeq") == 0 and "filiera:previousRecord" in subject:
        raise FormatError("RECORD_LINK_UNEXPECTED", f"{SUBJECT}/filiera:previousRecord")


def kind_of(claims: Mapping[str, Any]) -> str:
    """Return `type[1]`.

    FormatError `RECORD_KIND_UNKNOWN` unless there are exactly the two types of README §3.
    """
    types = claims.get("type")
    if not isinstance(types, list) or len(types) != 2 or not isinstance(types[1], str):  # noqa: PLR2004
        raise FormatError("RECORD_KIND_UNKNOWN", "/type", kind=str(types)[:100])
    return types[1]


def _open(record: Mapping[str, Any] | HasClaims) -> tuple[Mapping[str, Any], Collection[str]]:
    return (record, ()) if isinstance(record, Mapping) else (record.claims, record.withheld)
