"""Is each record a record: form, signature, disclosures, and the profile of its act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protocol.errors import FilieraError
from protocol.kinds import check_record
from protocol.records import parse_record, verify_record
from protocol.verdict import Finding, from_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from protocol.bundle_model import BundleRecord
    from protocol.records import Record

CREDENTIAL, FORM = "credential", "form"
_UNREAD: tuple[type[Exception], ...] = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    IndexError,
    ArithmeticError,
)


@dataclass(frozen=True)
class Sound:
    """A record that holds by itself, with its place in a log."""

    record: Record
    entry: BundleRecord


def read_records(entries: Iterable[BundleRecord]) -> tuple[list[Sound], list[Finding]]:
    """Return the records that hold and what is wrong with the others; the wrong ones are no evidence of anything."""
    sound, findings = [], []
    for entry in entries:
        found = _read(entry.token)
        if isinstance(found, Finding):
            findings.append(found)
        else:
            sound.append(Sound(found, entry))
    return sound, findings


def read_memberships(tokens: Iterable[str]) -> tuple[list[Record], list[Finding]]:
    """The same for memberships, which stand in no log's graph."""
    found = [_read(token) for token in tokens]
    records = [each for each in found if not isinstance(each, Finding)]
    return records, [each for each in found if isinstance(each, Finding)]


def _read(token: str) -> Record | Finding:
    try:
        record = verify_record(token)
    except FilieraError as error:
        return from_error(CREDENTIAL, error, _place(token))
    try:
        check_record(record)
    except FilieraError as error:
        return from_error(FORM, error, record.digest.hex())
    except _UNREAD as error:
        return Finding(
            FORM, "refused", "EVENT_UNREADABLE", record.digest.hex(), {"reason": type(error).__name__}
        )
    return record


def _place(token: str) -> str:
    """The digest of what was shown, so that a person finds the record again; its beginning if it is no token."""
    try:
        digest: Any = parse_record(token).digest
        return str(digest.hex())
    except FilieraError:
        return token[:24]
