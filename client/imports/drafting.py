"""Rows to drafts: which rows are one event, and who builds the body of which kind of sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from client.imports import values
from client.imports.bodies import GoodsBuilder
from client.imports.chemicals import CompositionBuilder, InventoryBuilder
from client.imports.columns import layout
from client.imports.rows import Drafted
from protocol.errors import FilieraError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from client.imports.columns import Line
    from client.imports.rows import Context


class Builder(Protocol):
    """Builds one event's body from its rows; `faults` are those of single rows, `summary` is a line for people."""

    summary: str
    faults: list[FilieraError]
    notices: list[FilieraError]

    def build(self) -> dict[str, Any]:
        """Return the body; FilieraError of the first cell that does not do."""
        ...


_BUILDERS: dict[str, Callable[[list[Line], Context], Builder]] = {
    "chemical-composition": CompositionBuilder,
    "chemical-inventory": InventoryBuilder,
}


def draft_events(lines: Iterable[Line], context: Context) -> list[Drafted]:
    """Return the events of the rows in their order, each with its body or with what is wrong."""
    return [_draft(group, context) for group in _grouped(lines)]


def _grouped(lines: Iterable[Line]) -> list[list[Line]]:
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in lines:
        groups.setdefault(_group_of(line), []).append(line)
    return list(groups.values())


def _group_of(line: Line) -> tuple[str, ...]:
    """Rows of one event: by the number in `Evento`, else by the column that the kind of sheet is told apart by."""
    by = layout()["acts"].get(line.act, {}).get("by")
    for name in ("event", by):
        if name in line.cells:
            return line.table, line.act, name, values.key(line.cells[name].value)
    return line.table, "row", str(line.number)


def _draft(lines: list[Line], context: Context) -> Drafted:
    first = lines[0]
    event = values.text(first.cells["event"].value) if "event" in first.cells else ""
    act = layout()["acts"].get(first.act, {}).get("act", first.act)
    found = Drafted(first.label, act, event, faults=[fault for line in lines for fault in line.faults])
    if found.faults:
        return found
    try:
        builder = _BUILDERS.get(first.act, GoodsBuilder)(lines, context)
        body = builder.build()
        found.what, found.notices, found.faults = builder.summary, builder.notices, builder.faults
        found.body = None if found.faults else body
    except FilieraError as error:
        found.faults.append(error)
    return found
