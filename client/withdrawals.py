"""Papers that can be withdrawn: a place in a status list of one's own, and the version of the list that says so.

A key's lists and the places that it gave away stand in its journal. A place is drawn at random, so that it tells
nothing about order or number of what was signed; a list is published empty before anything points to it. A key goes on
with lists that it signed itself only: with another one, a node would choose what is withdrawn in the owner's name.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from client.errors import ClientError, NodeError
from protocol.identifiers import own_reference
from protocol.records import parse_record, verify_record
from protocol.status_entries import KIND, LIST_PREFIX, REVOCATION, Entry, bits_of, entry_of
from protocol.status_list import MIN_BITS, empty

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from client.journal import Journal, Signed
    from client.node_client import NodeClient
    from client.signing import Maker
    from protocol.records import Record

# So many withdrawals always fit into one string of a record (README §2), whichever places they have.
PLACES_IN_USE = 1_000


@dataclass(frozen=True)
class Withdrawal:
    """What withdrawing came to: the list's newest version, and whether it was signed just now."""

    list_id: str
    version: int
    since: str
    fresh: bool


def new_place(maker: Maker) -> Entry:
    """Draw a place for the next record, none that this key gave before; begins a list where there is none to use."""
    lists, taken = _known(maker.journal)
    usable = [name for name in lists if len(taken.get(name, ())) < PLACES_IN_USE]
    name = usable[-1] if usable else _begin(maker)
    return Entry(name, REVOCATION, free_place(taken.get(name, ())))


def withdraw(maker: Maker, node: NodeClient, name: str) -> Withdrawal:
    """Sign the version of the list that withdraws a record, given by id or digest; sending it is the caller's.

    ClientError STATUS_ABSENT if the record has no place in a list, STATUS_LIST_FOREIGN if the list is not one of this
    key's; NodeError if the node does not know record or list.
    """
    entry = entry_of(_record(maker.journal, node, name).claims)
    if entry is None:
        raise ClientError("STATUS_ABSENT", name[:80], record=name[:80])
    current = _current(maker, node, entry.list_id)
    if bits_of(current.subject).is_set(entry.index):
        return said_before(current)
    body, day = next_version(current, entry.index), _today()
    maker.sign_status_list(body, day)
    return Withdrawal(entry.list_id, body["version"], day, fresh=True)


def first_version() -> dict[str, Any]:
    """A new list in which nothing is withdrawn."""
    return {
        "type": "BitstringStatusList",
        "id": own_reference("status-list", secrets.token_bytes(16)),
        "version": 1,
        "statusPurpose": REVOCATION,
        "encodedList": empty().encode(),
    }


def next_version(current: Record, index: int) -> dict[str, Any]:
    """The list with one more place withdrawn."""
    return {
        "type": "BitstringStatusList",
        "id": current.subject["id"],
        "version": current.subject["version"] + 1,
        "replaces": {"id": current.id, "digest": current.digest.hex()},
        "statusPurpose": current.subject["statusPurpose"],
        "encodedList": bits_of(current.subject).with_set([index]).encode(),
    }


def said_before(current: Record) -> Withdrawal:
    """What there is to say of a place that is withdrawn already."""
    since = str(current.claims["validFrom"])[:10]
    return Withdrawal(current.subject["id"], current.subject["version"], since, fresh=False)


def free_place(used: Container[int]) -> int:
    """A random place that is not used: it tells nothing of order or number."""
    return next(place for place in iter(_draw, None) if place not in used)


def _begin(maker: Maker) -> str:
    body = first_version()
    maker.sign_status_list(body, _today())
    return str(body["id"])


def _known(journal: Journal) -> tuple[list[str], dict[str, set[int]]]:
    """The lists that this key began, in order, and the places that it gave in each."""
    lists: list[str] = []
    taken: dict[str, set[int]] = {}
    for record in _records(journal):
        if record.kind == KIND and record.subject["version"] == 1:
            lists.append(record.subject["id"])
        entry = entry_of(record.claims)
        if entry is not None:
            taken.setdefault(entry.list_id, set()).add(entry.index)
    return lists, taken


def _record(journal: Journal, node: NodeClient, name: str) -> Record:
    held: Signed | None = next(
        (signed for signed in journal.signed.values() if name in (signed.id, signed.digest)), None
    )
    return verify_record(node.record(name)) if held is None else parse_record(held.token)


def _current(maker: Maker, node: NodeClient, list_id: str) -> Record:
    """The newest version by this key that the node or the journal has; the journal may have been lost."""
    known = [each for each in _records(maker.journal) if each.kind == KIND and each.subject["id"] == list_id]
    try:
        known.append(verify_record(node.status_list(list_id.removeprefix(LIST_PREFIX))))
    except NodeError as error:
        if error.problem_code != "STATUS_LIST_UNKNOWN" or not known:
            raise
    newest = max(known, key=lambda each: int(each.subject["version"]))
    if (newest.kind, newest.subject["id"], newest.issuer) != (KIND, list_id, maker.key.public.did):
        raise ClientError("STATUS_LIST_FOREIGN", list_id, list=list_id)
    return newest


def _records(journal: Journal) -> Iterator[Record]:
    return (parse_record(signed.token) for signed in journal.signed.values())


def _draw() -> int:
    return secrets.randbelow(MIN_BITS)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
