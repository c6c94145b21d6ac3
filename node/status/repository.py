"""The newest stored version of each status list, found through the edges of what records are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from node.directions import ABOUT
from node.events.repository import COLUMNS, EDGES, RECORDS, found
from protocol.status_entries import KIND

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Select

    from node.events.repository import Found

# Lists in one IN list.
_CHUNK = 5_000


def _newest(*, logged: bool) -> Select[tuple[int]]:
    """Capture takes versions in their order only, so the last to arrive is the greatest."""
    statement = (
        select(func.max(RECORDS.c.number))
        .join(EDGES, EDGES.c.number == RECORDS.c.number)
        .where(
            EDGES.c.lot.in_(bindparam("wanted", expanding=True)),
            EDGES.c.direction == ABOUT,
            RECORDS.c.kind == KIND,
        )
        .group_by(EDGES.c.lot)
    )
    return statement.where(RECORDS.c.leaf_index.is_not(None)) if logged else statement


_LATEST = select(EDGES.c.lot, *COLUMNS).join(EDGES, EDGES.c.number == RECORDS.c.number)
_STORED = _LATEST.where(RECORDS.c.number.in_(_newest(logged=False)), EDGES.c.direction == ABOUT)
_LOGGED = _LATEST.where(RECORDS.c.number.in_(_newest(logged=True)), EDGES.c.direction == ABOUT)


def newest(connection: Connection, lists: Collection[str]) -> dict[str, Found]:
    """The newest version of each list that is here, by the list's name."""
    return _by_name(connection, lists, _STORED)


def newest_logged(connection: Connection, lists: Collection[str]) -> dict[str, Found]:
    """The newest version that a head has taken; where none has, the newest that is here."""
    return newest(connection, lists) | _by_name(connection, lists, _LOGGED)


def _by_name(connection: Connection, lists: Collection[str], statement: Select[Any]) -> dict[str, Found]:
    names = sorted(lists)
    known: dict[str, Found] = {}
    for start in range(0, len(names), _CHUNK):
        for row in connection.execute(statement, {"wanted": names[start : start + _CHUNK]}):
            known[str(row[0])] = found(row[1:])
    return known
