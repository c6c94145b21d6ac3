"""Passports among the stored records: by identifier, by trade item, by digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, func, or_, select

from node.custody.repository import about, by_digest, by_number, naming
from node.custody.service import MEMBERSHIP
from node.directions import ABOUT, PRODUCED
from node.events.repository import EDGES, RECORDS, Found
from protocol.identifiers import participant_urn
from protocol.passport import KIND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Connection, Exists

__all__ = [
    "by_digest", "claims", "identifiers_since", "in_use", "is_made", "makers", "memberships", "received_at", "versions",
]  # fmt: skip
MASTER_DATA = "FilieraMasterData"


def versions(connection: Connection, identifier: str) -> list[Found]:
    """All passports of an identifier, in the order of arrival."""
    return sorted(about(connection, [identifier], KIND), key=lambda entry: entry.number)


def received_at(connection: Connection, number: int) -> int:
    """When a record was received, milliseconds since 1970."""
    found = connection.execute(select(RECORDS.c.received_at).where(RECORDS.c.number == number)).scalar_one()
    return int(found)


def claims(connection: Connection, identifier: str, *, passports_only: bool = False) -> list[bytes]:
    """Participants that published a passport of this very identifier, or described it, in the order of their first."""
    kinds = (KIND,) if passports_only else (KIND, MASTER_DATA)
    joined = EDGES.join(RECORDS, RECORDS.c.number == EDGES.c.number)
    first = func.min(RECORDS.c.number)
    wanted = (
        select(RECORDS.c.participant)
        .select_from(joined)
        .where(EDGES.c.lot == identifier, EDGES.c.direction == ABOUT, RECORDS.c.kind.in_(kinds))
        .group_by(RECORDS.c.participant)
        .order_by(first)
    )
    return [bytes(row[0]) for row in connection.execute(wanted)]


def memberships(connection: Connection, participants: Iterable[bytes]) -> list[str]:
    """Tokens of the memberships of the participants, in the order of arrival."""
    names = [participant_urn(party) for party in participants]
    found = sorted(about(connection, names, MEMBERSHIP), key=lambda entry: entry.number)
    return [entry.token for entry in found]


def makers(connection: Connection, goods: str) -> list[Found]:
    """The records that make the lot or item."""
    _, producing = naming(connection, [goods])
    return by_number(connection, producing)


def is_made(connection: Connection, goods: str) -> bool:
    """Whether a stored event makes the lot or item."""
    made = exists().where(EDGES.c.lot == goods, EDGES.c.direction == PRODUCED)
    return bool(connection.execute(select(made)).scalar())


def in_use(identifier: ColumnElement[str]) -> Exists:
    """Whether an item has a passport, or a stored event makes it."""
    joined = EDGES.join(RECORDS, RECORDS.c.number == EDGES.c.number)
    passport = and_(EDGES.c.direction == ABOUT, RECORDS.c.kind == KIND)
    named = select(EDGES.c.lot).select_from(joined).where(EDGES.c.lot == identifier)
    return named.where(or_(EDGES.c.direction == PRODUCED, passport)).exists()


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
