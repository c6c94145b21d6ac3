"""Passports among the stored records: by identifier, by trade item, by digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from node.custody.repository import about, by_digest
from node.directions import ABOUT, PRODUCED
from node.events.repository import EDGES, RECORDS, Found
from protocol.passport import KIND

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["by_digest", "identifiers_since", "is_made", "issuers_of", "received_at", "versions"]


def versions(connection: Connection, identifier: str) -> list[Found]:
    """All passports of an identifier, in the order of arrival."""
    return sorted(about(connection, [identifier], KIND), key=lambda entry: entry.number)


def received_at(connection: Connection, number: int) -> int:
    """When a record was received, milliseconds since 1970."""
    found = connection.execute(select(RECORDS.c.received_at).where(RECORDS.c.number == number)).scalar_one()
    return int(found)


def issuers_of(connection: Connection, prefix: str) -> set[bytes]:
    """Participants with a passport whose identifier is `prefix` or lies below it."""
    ours = (EDGES.c.lot == prefix) | EDGES.c.lot.startswith(prefix + "/", autoescape=True)
    joined = EDGES.join(RECORDS, RECORDS.c.number == EDGES.c.number)
    wanted = (
        select(RECORDS.c.participant)
        .select_from(joined)
        .where(ours, EDGES.c.direction == ABOUT, RECORDS.c.kind == KIND)
        .distinct()
    )
    return {bytes(row[0]) for row in connection.execute(wanted)}


def is_made(connection: Connection, goods: str) -> bool:
    """Whether a stored event makes the lot or item."""
    made = exists().where(EDGES.c.lot == goods, EDGES.c.direction == PRODUCED)
    return bool(connection.execute(select(made)).scalar())


def identifiers_since(connection: Connection, number: int) -> list[tuple[int, str]]:
    """(number, identifier) of the passports that arrived after `number`."""
    joined = EDGES.join(RECORDS, RECORDS.c.number == EDGES.c.number)
    wanted = (
        select(RECORDS.c.number, EDGES.c.lot)
        .select_from(joined)
        .where(RECORDS.c.kind == KIND, EDGES.c.direction == ABOUT, RECORDS.c.number > number)
        .order_by(RECORDS.c.number)
    )
    return [(int(row[0]), str(row[1])) for row in connection.execute(wanted)]
