"""Memberships that can be withdrawn: the coordinator's own status lists, which belong to no participant (README §21).

    coordinator.jwk
    coordinator.memberships.json      the list in use and the places that were given in it

A list is published empty before a membership points to it. Losing the file loses no list: the next membership begins a
new one, and withdrawing asks the node for the newest version, which must be by this very key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from client import files
from client.errors import ClientError
from client.signing import credential, new_id, salts
from client.withdrawals import PLACES_IN_USE, Withdrawal, first_version, free_place, next_version, said_before
from protocol.errors import FilieraError
from protocol.issue import issue_record
from protocol.kinds import check_record
from protocol.records import verify_record
from protocol.status_entries import KIND, LIST_PREFIX, REVOCATION, Entry, bits_of, entry_of
from protocol.strict_json import dump_json, parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from client.keystore import KeyFile
    from client.node_client import NodeClient
    from protocol.keys import PrivateKey

FORMAT = "filiera-memberships/1"


@dataclass(frozen=True)
class _Book:
    name: str
    taken: tuple[int, ...]


def new_member_place(file: KeyFile, key: PrivateKey, node: NodeClient) -> Entry:
    """Draw a place for a membership; a new list is sent to the node first. ClientError `FILE_UNREADABLE`, NodeError."""
    book = _read(file.path)
    if book is None or len(book.taken) >= PLACES_IN_USE:
        body = first_version()
        node.submit(_signed(body, key))
        book = _Book(str(body["id"]), ())
    index = free_place(book.taken)
    value = {"format": FORMAT, "list": book.name, "taken": [*book.taken, index]}
    files.replace(_path(file.path), dump_json(value) + b"\n")
    return Entry(book.name, REVOCATION, index)


def withdraw_membership(key: PrivateKey, node: NodeClient, digest: str) -> Withdrawal:
    """Send the version of the list that withdraws the membership with this digest.

    ClientError `STATUS_ABSENT` if it has no place, `STATUS_LIST_FOREIGN` if the list is another key's; NodeError if the
    node does not know membership or list, or knows a newer version by now.
    """
    membership = verify_record(node.record(digest))
    entry = entry_of(membership.claims) if membership.digest.hex() == digest else None
    if entry is None:
        raise ClientError("STATUS_ABSENT", digest[:12], record=digest)
    current = verify_record(node.status_list(entry.list_id.removeprefix(LIST_PREFIX)))
    if (current.kind, current.subject["id"], current.issuer) != (KIND, entry.list_id, key.public.did):
        raise ClientError("STATUS_LIST_FOREIGN", entry.list_id, list=entry.list_id)
    if bits_of(current.subject).is_set(entry.index):
        return said_before(current)
    body = next_version(current, entry.index)
    node.submit(_signed(body, key))
    return Withdrawal(entry.list_id, body["version"], _today(), fresh=True)


def _signed(body: Mapping[str, Any], key: PrivateKey) -> str:
    claims = credential(dict(body), KIND, new_id(), key.public.did, _today())
    check_record(claims)
    return issue_record(claims, key, salts())


def _path(key: Path) -> Path:
    return key.with_suffix(".memberships.json")


def _read(key: Path) -> _Book | None:
    path = _path(key)
    if not path.exists():
        return None
    try:
        value: Any = parse_json(files.read(path))
        if value["format"] != FORMAT:
            raise ClientError("FILE_UNREADABLE", str(path), file=path, reason=FORMAT)
        return _Book(str(value["list"]), tuple(int(each) for each in value["taken"]))
    except ClientError:
        raise
    except (FilieraError, KeyError, TypeError, ValueError) as error:
        raise ClientError("FILE_UNREADABLE", str(path), file=path, reason=FORMAT) from error


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
