"""A version of the catalogue as the coordinator signs it (README §20): its digest, and what of it may be believed.

Every version is kept for ever. One that this software ships is the one that counts under its number; one that it does
not know is read from the coordinator's own record, which carries it whole.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from protocol.criteria.evaluate import VERSIONS, catalogue
from protocol.errors import FormatError
from protocol.schema import SUBJECT
from protocol.strict_json import dump_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.records import Record

KIND: Final = "FilieraCatalogue"


@dataclass(frozen=True, slots=True)
class Published:
    """A version: the digest of its content, and the criteria that it has. `record` is empty for a shipped one."""

    version: str
    digest: str
    criteria: frozenset[str]
    record: str = ""


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 in hex of a catalogue's content in the order of RFC 8785, no newline."""
    return hashlib.sha256(dump_json(dict(content))).hexdigest()


def number_of(version: str) -> tuple[int, int]:
    """Year and number, by which versions follow each other; `2027-1` comes after `2026-2`."""
    year, _, number = version.partition("-")
    return int(year), int(number)


def shipped() -> dict[str, Published]:
    """The versions that this software knows."""
    return {version: _published(catalogue(version)) for version in sorted(VERSIONS)}


def published(record: Record) -> Published:
    """What a record of kind `FilieraCatalogue` publishes."""
    return _published(record.subject["content"], record.digest.hex())


def check_catalogue(subject: Mapping[str, Any]) -> None:
    """Raise FormatError unless record and content are of one version; the subject has passed its schema.

    `CATALOGUE_VERSION_MISMATCH`, `CATALOGUE_CRITERION_TWICE`, `CATALOGUE_DIFFERS` (a shipped version is otherwise).
    """
    version, content = subject["version"], subject["content"]
    if content["version"] != version:
        raise FormatError(
            "CATALOGUE_VERSION_MISMATCH",
            f"{SUBJECT}/content/version",
            version=version,
            found=content["version"],
        )
    names = [entry["id"] for entry in content["criteria"]]
    if len(set(names)) < len(names):
        raise FormatError("CATALOGUE_CRITERION_TWICE", f"{SUBJECT}/content/criteria", version=version)
    if version in VERSIONS and digest_of(content) != digest_of(catalogue(version)):
        raise FormatError("CATALOGUE_DIFFERS", f"{SUBJECT}/content", version=version)


def _published(content: Mapping[str, Any], record: str = "") -> Published:
    names = frozenset(str(entry["id"]) for entry in content["criteria"])
    return Published(str(content["version"]), digest_of(content), names, record)
