"""The walk back through lots: batched lookups in the narrow table of edges, never one query per record."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from node.directions import ABOUT, CITED, CONSUMED, ENCLOSED, FLOW, NAMED, PRODUCED
from node.events.repository import COLUMNS, EDGES, RECORDS, Found, found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

# Values in one IN list.
CHUNK = 5_000

_NAMING = select(EDGES.c.lot, EDGES.c.direction, EDGES.c.number).where(
    EDGES.c.lot.in_(bindparam("wanted", expanding=True)), EDGES.c.direction.in_(FLOW)
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
_SIGNED_BY = select(RECORDS.c.digest, RECORDS.c.number, RECORDS.c.participant).where(
    RECORDS.c.digest.in_(bindparam("wanted", expanding=True))
)
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

_EDGES = select(EDGES.c.lot, EDGES.c.direction, EDGES.c.number).where(
    EDGES.c.number.in_(bindparam("wanted", expanding=True)), EDGES.c.direction.in_((*FLOW, NAMED, CITED))
)
_AUTHORS = select(RECORDS.c.number, RECORDS.c.participant).where(
    RECORDS.c.number.in_(bindparam("wanted", expanding=True))
)
_LOTS = (
    select(EDGES.c.lot)
    .where(EDGES.c.number.in_(bindparam("wanted", expanding=True)), EDGES.c.direction.in_(FLOW))
    .distinct()
)
_DIGESTS = select(RECORDS.c.digest).where(RECORDS.c.number.in_(bindparam("wanted", expanding=True)))
_CITING = select(EDGES.c.number).where(
    EDGES.c.lot.in_(bindparam("wanted", expanding=True)), EDGES.c.direction == CITED
)
_ENCLOSING = (
    select(*COLUMNS)
    .join(EDGES, EDGES.c.number == RECORDS.c.number)
    .where(
        EDGES.c.lot == bindparam("cid"),
        EDGES.c.direction == ENCLOSED,
        RECORDS.c.participant == bindparam("author"),
    )
    .order_by(RECORDS.c.number.desc())
)
_NAMERS = (
    select(RECORDS.c.participant)
    .join(EDGES, EDGES.c.number == RECORDS.c.number)
    .where(
        EDGES.c.lot == bindparam("name"),
        EDGES.c.direction == NAMED,
        RECORDS.c.participant.in_(bindparam("wanted", expanding=True)),
    )
    .distinct()
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


def edges(connection: Connection, numbers: Iterable[int]) -> Iterator[tuple[str, int, int]]:
    """(thing, direction, number): what the records do to goods, whom they name, which records they cite."""
    return ((row[0], row[1], row[2]) for row in _rows(connection, _EDGES, numbers))


def authors(connection: Connection, numbers: Iterable[int]) -> dict[int, bytes]:
    """Who signed each of the records."""
    return {row[0]: bytes(row[1]) for row in _rows(connection, _AUTHORS, numbers)}


def signed_by(connection: Connection, digests: Iterable[bytes]) -> dict[bytes, tuple[int, bytes]]:
    """Number and author of the records with these digests, as far as they are here."""
    return {bytes(row[0]): (int(row[1]), bytes(row[2])) for row in _rows(connection, _SIGNED_BY, digests)}


def enclosing(connection: Connection, cid: str, author: bytes) -> list[Found]:
    """The records of an author that enclose a paper, newest first."""
    wanted = {"cid": cid, "author": author}
    return [found(row) for row in connection.execute(_ENCLOSING, wanted)]


def lots_of(connection: Connection, numbers: Iterable[int]) -> set[str]:
    """The goods that the records are about."""
    return {row[0] for row in _rows(connection, _LOTS, numbers)}


def citing(connection: Connection, numbers: Iterable[int]) -> set[int]:
    """Numbers of the records that cite one of the records by its digest."""
    digests = [bytes(row[0]).hex() for row in _rows(connection, _DIGESTS, numbers)]
    return {row[0] for row in _rows(connection, _CITING, digests)}


def authors_naming(connection: Connection, name: str, authors: Iterable[bytes]) -> set[bytes]:
    """Those of the authors of whom a record names a participant."""
    return {bytes(row[0]) for row in _rows(connection, _NAMERS, authors, name=name)}


def _rows(connection: Connection, statement: Any, wanted: Iterable[Any], **values: Any) -> Iterator[Any]:
    remaining = iter(wanted)
    while chunk := list(islice(remaining, CHUNK)):
        yield from connection.execute(statement, {"wanted": chunk, **values})
