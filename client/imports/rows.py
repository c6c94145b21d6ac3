"""What every kind of event takes from rows: who signs, which rows are one event, its moment, what its rows share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from client.errors import ClientError
from client.imports import values
from client.imports.columns import heading_of
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from client.imports.columns import Line, SheetMapping
    from client.imports.lots import LotBook
    from client.imports.tables import Cell
    from protocol.errors import FilieraError

ZONE = "Europe/Rome"
_NOON = time(12)


@dataclass(frozen=True)
class Context:
    """What bodies are built with: who signs, own names, own lots, and how a shipment's digest is found."""

    participant: str
    mapping: SheetMapping
    lots: LotBook
    digest_of: Callable[[str], str | None]
    zone: str = ZONE


@dataclass
class Drafted:
    """An event that rows describe: `body` is None if a row has a fault; `event` the number in the sheet or ""."""

    label: str
    act: str
    event: str
    what: str = ""
    body: dict[str, Any] | None = None
    faults: list[FilieraError] = field(default_factory=list)
    notices: list[FilieraError] = field(default_factory=list)


def shared(lines: Sequence[Line], own: Collection[str]) -> dict[str, Cell]:
    """What the rows of an event have in common, `own` columns apart; `ROWS_DISAGREE` where two say different things."""
    found: dict[str, Cell] = {}
    for line in lines:
        for name, cell in line.cells.items():
            if name in own:
                continue
            if found.setdefault(name, cell).value != cell.value:
                raise ClientError(
                    "ROWS_DISAGREE", cell.place, column=heading_of(name), other=found[name].place
                )
    return found


def needed(cells: Mapping[str, Cell], name: str, label: str) -> Cell:
    """The cell of a column; `CELL_MISSING` names the column where it is empty."""
    if name not in cells:
        raise ClientError("CELL_MISSING", label, column=heading_of(name))
    return cells[name]


def opening(act: str) -> dict[str, Any]:
    """What the profile of an act of the vocabulary says by itself, in the order of the written format."""
    profile = vocabulary("acts")["acts"][act]
    body: dict[str, Any] = {"type": profile["eventType"]}
    if profile["action"]:
        body["action"] = profile["action"]
    return body | {
        "bizStep": profile["bizStep"][0],
        "disposition": profile["disposition"][0],
        "filiera:act": act,
    }


def moment(day_cell: Cell, clock: Cell | None, zone: str) -> dict[str, str]:
    """Time, offset and day of an event: noon where no hour is said, because the day is what counts."""
    day = values.day(day_cell.value, day_cell.place)
    hour = values.clock(clock.value, clock.place) if clock else _NOON
    local = datetime.combine(date.fromisoformat(day), hour, _zone(zone))
    shift = local.strftime("%z")
    try:
        instant = local.astimezone(UTC)
    except OverflowError as error:
        raise ClientError("ROW_DATE", day_cell.place, given=day) from error
    return {
        "eventTime": instant.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventTimeZoneOffset": f"{shift[:3]}:{shift[3:5]}",
        "filiera:day": day,
    }


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ClientError("ZONE_UNKNOWN", "--zone", zone=name) from error
