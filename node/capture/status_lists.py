"""What may not stand beside stored status lists (README §21): forks, other people's lists, withdrawals taken back.

Pure. A list belongs to whoever published it first: its name is drawn at random, so nobody can be before its author, and
`filiera event sign` publishes it before anything points to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from protocol.errors import ConflictError
from protocol.status_entries import KIND, REVOCATION
from protocol.status_list import decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from protocol.status_entries import Entry

_SUBJECT = "/credentialSubject"


class ListVersion(NamedTuple):
    """A version of a status list; `replaces` is the digest of the one before it, if it names one."""

    list_id: str
    version: int
    purpose: str
    encoded: str
    replaces: bytes | None


class KnownList(NamedTuple):
    """The newest stored version of a list, its digest, and whose it is."""

    participant: bytes
    digest: bytes
    newest: ListVersion


def version_in(kind: str, subject: Mapping[str, Any]) -> ListVersion | None:
    """Return what a checked record says as a status list; None if it is none."""
    if kind != KIND:
        return None
    replaced = subject.get("replaces")
    return ListVersion(
        subject["id"],
        subject["version"],
        subject["statusPurpose"],
        subject["encodedList"],
        bytes.fromhex(replaced["digest"]) if replaced else None,
    )


def lists_of(listed: ListVersion | None, entry: Entry | None) -> Iterator[str]:
    """The lists that a record is a version of or points to."""
    if listed is not None:
        yield listed.list_id
    if entry is not None:
        yield entry.list_id


def ensure_next(listed: ListVersion, participant: bytes, known: KnownList | None) -> None:
    """Raise ConflictError unless the version follows the newest one that is here.

    STATUS_LIST_FOREIGN, STATUS_LIST_VERSION, STATUS_TAKEN_BACK. Of a list that is not here any version is taken: its
    author may have begun it at another node.
    """
    if known is None:
        return
    _ensure_own(listed.list_id, participant, known, f"{_SUBJECT}/id")
    before = known.newest
    if (listed.version, listed.replaces) != (before.version + 1, known.digest):
        raise ConflictError(
            "STATUS_LIST_VERSION", f"{_SUBJECT}/version",
            newest=before.version, expected=before.version + 1, given=listed.version, stored=known.digest.hex(),
        )  # fmt: skip
    kept = listed.purpose == before.purpose
    if not kept or (
        listed.purpose == REVOCATION and not decode(listed.encoded).keeps(decode(before.encoded))
    ):
        raise ConflictError("STATUS_TAKEN_BACK", f"{_SUBJECT}/encodedList", list=listed.list_id)


def ensure_place(entry: Entry, participant: bytes, known: KnownList | None) -> None:
    """Raise FilieraError unless a record's place is one of its author's list, as far as that list is here."""
    if known is None:
        return
    _ensure_own(entry.list_id, participant, known, "/credentialStatus")
    if entry.purpose != known.newest.purpose:
        raise ConflictError(
            "STATUS_PURPOSE_MISMATCH", "/credentialStatus", wanted=entry.purpose, found=known.newest.purpose
        )
    decode(known.newest.encoded).is_set(entry.index)


def _ensure_own(list_id: str, participant: bytes, known: KnownList, place: str) -> None:
    if participant != known.participant:
        raise ConflictError("STATUS_LIST_FOREIGN", place, list=list_id)
