"""Steps, comments, adoptions and catalogues among the stored records, in the order of arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from node.criteria.topics import topic_of
from node.directions import ABOUT
from node.events.repository import COLUMNS, EDGES, RECORDS, Found, found
from protocol.catalogue import KIND as CATALOGUE
from protocol.criterion_life import KINDS

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Select


@dataclass(frozen=True, slots=True)
class Arrived:
    """A stored record, its kind, and when it was received, milliseconds since 1970."""

    found: Found
    kind: str
    received_at: int


def of_criterion(connection: Connection, criterion: str) -> list[Arrived]:
    """Everything about one criterion, in all versions."""
    joined = RECORDS.join(EDGES, EDGES.c.number == RECORDS.c.number)
    about = (EDGES.c.lot == topic_of(criterion)) & (EDGES.c.direction == ABOUT)
    return _arrived(connection, _wanted(KINDS).select_from(joined).where(about))


def of_all(connection: Connection) -> list[Arrived]:
    """Everything about all criteria."""
    return _arrived(connection, _wanted(KINDS))


def catalogues(connection: Connection) -> list[Arrived]:
    """The catalogues that the coordinator published."""
    return _arrived(connection, _wanted({CATALOGUE}))


def _wanted(kinds: Collection[str]) -> Select[Any]:
    columns = (*COLUMNS, RECORDS.c.kind, RECORDS.c.received_at)
    return select(*columns).where(RECORDS.c.kind.in_(sorted(kinds))).order_by(RECORDS.c.number)


def _arrived(connection: Connection, wanted: Select[Any]) -> list[Arrived]:
    return [Arrived(found(row[:-2]), str(row[-2]), int(row[-1])) for row in connection.execute(wanted)]
