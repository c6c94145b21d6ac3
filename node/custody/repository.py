"""The walk back through lots: batched lookups in the narrow table of edges, never one query per record."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from node.directions import ABOUT, CONSUMED, PRODUCED
from node.events.repository import COLUMNS, EDGES, RECORDS, Found, found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

# Values in one IN list.
CHUNK = 5_000

_NAMING = select(EDGES.c.lot, EDGES.c.direction, EDGES.c.number).where(
    EDGES.c.lot.in_(bindparam("wanted", expanding=True)), EDGES.c.direction != ABOUT
)
_CONSUMED = (
    select(EDGES.c.lot)
    .where(EDGES.c.number.in_(bindparam("wanted", expanding=True)), EDGES.c.direction == CONSUMED)
    .distinct()
)
_CORRECTING = select(RECORDS.c.number, RECORDS.c.digest).where(
    RECORDS.c.corrects.in_(bindparam("wanted", expanding=True))
)
_BY_NUMBER = select(*COLUMNS).where(RECORDS.c.number.in_(bindparam("wanted", expanding=True)))
_BY_DIGEST = select(*COLUMNS).where(RECORDS.c.digest.in_(bindparam("wanted", expanding=True)))
_ABOUT = (
    select(*COLUMNS)
    .join(EDGES, EDGES.c.number == RECORDS.c.number)
    .where(
        EDGES.c.lot.in_(bindparam("wanted", expanding=True)),
        EDGES.c.direction == ABOUT,
        RECORDS.c.kind == bindparam("kind"),
    )
)


def naming(connection: Connection, lots: Iterable[str]) -> tuple[set[int], set[int]]:
    """Numbers of all records that name one of the lots, and of those among them that produce it."""
    everyone: set[int] = set()
    makers: set[int] = set()
    for _, direction, number in _rows(connection, _NAMING, lots):
        everyone.add(number)
        if direction == PRODUCED:
            makers.add(number)
    return everyone, makers


def consumed_by(connection: Connection, numbers: Iterable[int]) -> set[str]:
    """Lots that the records take in."""
    return {row[0] for row in _rows(connection, _CONSUMED, numbers)}


def correcting(connection: Connection, digests: Iterable[bytes]) -> dict[int, bytes]:
    """Numbers and digests of the corrections of the records."""
    return {row[0]: row[1] for row in _rows(connection, _CORRECTING, digests)}


def by_number(connection: Connection, numbers: Iterable[int]) -> list[Found]:
    """The records with these numbers."""
    return [found(row) for row in _rows(connection, _BY_NUMBER, numbers)]


def by_digest(connection: Connection, digests: Iterable[bytes]) -> list[Found]:
    """The records with these digests, as far as they are here."""
    return [found(row) for row in _rows(connection, _BY_DIGEST, digests)]


def about(connection: Connection, things: Iterable[str], kind: str) -> list[Found]:
    """The records of a kind that describe one of the things."""
    return [found(row) for row in _rows(connection, _ABOUT, things, kind=kind)]


def _rows(connection: Connection, statement: Any, wanted: Iterable[Any], **values: Any) -> Iterator[Any]:
    remaining = iter(wanted)
    while chunk := list(islice(remaining, CHUNK)):
        yield from connection.execute(statement, {"wanted": chunk, **values})
