"""Rows of a sheet to bodies of events: what EPCIS, act and process demand, from what the maker wrote.

Rows with the same number in `Evento` and the same act are one event with several lots; what they share stands in the
first of them, or is the same in all. What a row does not say is not invented, but for the hour: it is noon where it is
empty, because the day is what counts and the hour is hidden.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from client.errors import ClientError
from client.imports import values
from client.imports.columns import heading_of
from client.imports.tables import Cell
from protocol.errors import FilieraError
from protocol.identifiers import participant_urn
from protocol.strict_json import parse_json
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from client.imports.columns import Line, SheetMapping
    from client.imports.lots import LotBook

ZONE = "Europe/Rome"
_NOON = time(12)
_GOODS = frozenset({
    "lot", "quantity", "unit", "inLot", "inQuantity", "inUnit", "outLot", "outQuantity", "outUnit",
    "scrap", "scrapUnit", "scrapTo", "ownCode", "event",
})  # fmt: skip
_MAKES_LOTS = frozenset({"lot-declared", "opening-stock"})


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


def draft_events(lines: Iterable[Line], context: Context) -> list[Drafted]:
    """Return the events of the rows in their order, each with its body or with what is wrong."""
    return [_draft(group, context) for group in _grouped(lines)]


def _grouped(lines: Iterable[Line]) -> list[list[Line]]:
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in lines:
        number = values.key(line.cells["event"].value) if "event" in line.cells else ""
        place = (line.table, line.act, number) if number else (line.table, "row", str(line.number))
        groups.setdefault(place, []).append(line)
    return list(groups.values())


def _draft(lines: list[Line], context: Context) -> Drafted:
    first = lines[0]
    event = values.text(first.cells["event"].value) if "event" in first.cells else ""
    found = Drafted(first.label, first.act, event, faults=[fault for line in lines for fault in line.faults])
    if found.faults:
        return found
    builder = _Builder(lines, context)
    try:
        found.body = builder.build()
    except FilieraError as error:
        found.faults.append(error)
    found.what = builder.summary
    return found


class _Builder:
    """Builds one event's body; FilieraError of the first cell that does not do."""

    def __init__(self, lines: list[Line], context: Context) -> None:
        self._lines, self._context = lines, context
        self._act = lines[0].act
        self._shared = _shared(lines)
        self._codes: list[str] = []
        self.summary = ""

    def build(self) -> dict[str, Any]:
        profile = vocabulary("acts")["acts"][self._act]
        body: dict[str, Any] = {"type": profile["eventType"], **self._moment()}
        if profile["action"]:
            body["action"] = profile["action"]
        body |= {
            "bizStep": profile["bizStep"][0],
            "disposition": profile["disposition"][0],
            "filiera:act": self._act,
        }
        body |= self._processed() if self._act == "process" else self._moved()
        body |= self._described() | self._handed() | self._terms()
        if len(self._codes) == 1:
            body["filiera:lotCode"] = self._codes[0]
        return body

    def _moment(self) -> dict[str, str]:
        day_cell = self._needed("day")
        day = values.day(day_cell.value, day_cell.place)
        clock = self._shared.get("time")
        hour = values.clock(clock.value, clock.place) if clock else _NOON
        local = datetime.combine(date.fromisoformat(day), hour, _zone(self._context.zone))
        shift = local.strftime("%z")
        try:
            moment = local.astimezone(UTC)
        except OverflowError as error:
            raise ClientError("ROW_DATE", day_cell.place, given=day) from error
        return {
            "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventTimeZoneOffset": f"{shift[:3]}:{shift[3:5]}",
            "filiera:day": day,
        }

    def _moved(self) -> dict[str, Any]:
        """One list of lots: what was declared, sent, received, counted, sold."""
        create = self._act in _MAKES_LOTS
        goods = [self._quantity(line, "lot", "quantity", "unit", create=create) for line in self._lines]
        for line, entry in zip(self._lines, goods, strict=True):
            if "ownCode" in line.cells:
                cell = line.cells["ownCode"]
                code = values.text(cell.value, cell.place)
                self._context.lots.put(code, entry["epcClass"], cell.place)
                self._codes.append(code)
        self.summary = ", ".join(self._said(line, "lot", "quantity", "unit") for line in self._lines)
        return {"quantityList": goods}

    def _processed(self) -> dict[str, Any]:
        """What went in and what came out; a row may have only one of them where the event has several rows."""
        taken = [
            self._quantity(line, "inLot", "inQuantity", "inUnit")
            for line in self._lines
            if "inLot" in line.cells
        ]
        made = [
            self._quantity(line, "outLot", "outQuantity", "outUnit", create=True)
            for line in self._lines
            if "outLot" in line.cells
        ]
        scrap = [self._scrap(line) for line in self._lines if "scrap" in line.cells]
        cell = self._needed("process")
        self._codes = [
            code
            for line in self._lines
            if "outLot" in line.cells and (code := self._code(line.cells["outLot"]))
        ]
        self.summary = " → ".join(
            ", ".join(self._said(line, f"{side}Lot", f"{side}Quantity", f"{side}Unit") for line in self._lines
                      if f"{side}Lot" in line.cells)
            for side in ("in", "out")
        )  # fmt: skip
        for name, found in (("inLot", taken), ("outLot", made)):
            if not found:
                raise ClientError("CELL_MISSING", self._lines[0].label, column=heading_of(name))
        body: dict[str, Any] = {"filiera:processType": values.word(cell.value, "processes", cell.place)}
        body |= {"inputQuantityList": _summed(taken), "outputQuantityList": made}
        return body | ({"filiera:scrap": scrap} if scrap else {})

    def _described(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if cell := self._shared.get("material"):
            found["filiera:material"] = values.materials(cell.value, cell.place)
        if cell := self._shared.get("stage"):
            found["filiera:stage"] = values.word(cell.value, "stages", cell.place)
        if cell := self._shared.get("country"):
            found["filiera:origin"] = {"country": values.country(cell.value, cell.place)}
            if region := self._shared.get("region"):
                found["filiera:origin"]["region"] = values.text(region.value, region.place)
        if cell := self._shared.get("facility"):
            place = {"id": values.facility(cell.value, cell.place, self._context.mapping.facilities)}
            found |= {"readPoint": place, "bizLocation": dict(place)}
        if cell := self._shared.get("note"):
            found["filiera:description"] = values.text(cell.value, cell.place)
        if cell := self._shared.get("reason"):
            found["filiera:reason"] = values.word(cell.value, "reasons", cell.place)
        return found

    def _handed(self) -> dict[str, Any]:
        """Who sends to whom, by which paper, in answer to what."""
        found: dict[str, Any] = {}
        if cell := self._shared.get("document"):
            kind = "recadv" if self._act == "receipt" else "desadv"
            found["bizTransactionList"] = [
                {"type": kind, "bizTransaction": values.text(cell.value, cell.place)}
            ]
        if cell := self._shared.get("recipient"):
            to = values.participant(cell.value, cell.place, self._context.mapping.participants)
            here = participant_urn(self._context.participant)
            found["sourceList"] = [{"type": "possessing_party", "source": here}]
            found["destinationList"] = [{"type": "possessing_party", "destination": to}]
        if cell := self._shared.get("subcontract"):
            found["filiera:maySubcontract"] = values.yes(cell.value, cell.place)
        if cell := self._shared.get("shipment"):
            found["filiera:answers"] = self._answered(cell)
        return found

    def _answered(self, cell: Cell) -> dict[str, str]:
        shipment = values.text(cell.value, cell.place)
        if not shipment.startswith("urn:"):
            shipment = f"urn:uuid:{shipment.lower()}"
        given = self._shared.get("shipmentDigest")
        digest = values.text(given.value, given.place) if given else self._context.digest_of(shipment)
        if digest is None:
            raise ClientError("SHIPMENT_UNKNOWN", cell.place, id=shipment)
        return {"id": shipment, "digest": digest}

    def _terms(self) -> dict[str, Any]:
        """Columns that are terms of ours: JSON where the cell begins like JSON, text otherwise."""
        found: dict[str, Any] = {}
        for line in self._lines:
            for name, cell in line.terms.items():
                given = values.text(cell.value, cell.place)
                try:
                    found[name] = parse_json(given.encode()) if given[0] in '{["' else given
                except FilieraError as error:
                    raise ClientError("ROW_TERM", cell.place, column=name, reason=error.code) from error
        return found

    def _quantity(
        self, line: Line, lot: str, amount: str, unit: str, *, create: bool = False
    ) -> dict[str, str]:
        for name in (lot, amount, unit):
            if name not in line.cells:
                raise ClientError("CELL_MISSING", line.label, column=heading_of(name))
        goods, code = self._context.lots.find(line.cells[lot].value, line.cells[lot].place, create=create)
        if code and self._act != "process":
            self._codes.append(code)
        number = values.decimal(line.cells[amount].value, line.cells[amount].place)
        uom = values.unit(line.cells[unit].value, line.cells[unit].place, self._context.mapping.units)
        return {"epcClass": goods, "quantity": number, "uom": uom}

    def _scrap(self, line: Line) -> dict[str, str]:
        cell = line.cells["scrap"]
        unit = line.cells.get("scrapUnit") or line.cells.get("inUnit") or self._shared.get("inUnit")
        if unit is None:
            raise ClientError("CELL_MISSING", line.label, column=heading_of("scrapUnit"))
        to = line.cells.get("scrapTo")
        return {
            "quantity": values.decimal(cell.value, cell.place),
            "uom": values.unit(unit.value, unit.place, self._context.mapping.units),
            "destination": values.word(to.value, "destinations", to.place) if to else "unknown",
        }

    def _code(self, cell: Cell) -> str:
        code = values.text(cell.value, cell.place)
        return code if code in self._context.lots.codes else ""

    def _said(self, line: Line, lot: str, amount: str, unit: str) -> str:
        cells = [line.cells.get(name) for name in (amount, unit, lot)]
        return " ".join(values.text(cell.value, cell.place) if cell else "–" for cell in cells)

    def _needed(self, name: str) -> Cell:
        if name not in self._shared:
            raise ClientError("CELL_MISSING", self._lines[0].label, column=heading_of(name))
        return self._shared[name]


def _shared(lines: list[Line]) -> dict[str, Cell]:
    """What the rows of an event have in common; `ROWS_DISAGREE` where two say different things."""
    shared: dict[str, Cell] = {}
    for line in lines:
        for name, cell in line.cells.items():
            if name in _GOODS and name != "inUnit":
                continue
            if name not in shared:
                shared[name] = cell
            elif name != "inUnit" and shared[name].value != cell.value:
                raise ClientError(
                    "ROWS_DISAGREE", cell.place, column=heading_of(name), other=shared[name].place
                )
    return shared


def _summed(goods: list[dict[str, str]]) -> list[dict[str, str]]:
    """The same lot in two rows of one event is one taking of the sum."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for entry in goods:
        known = found.setdefault((entry["epcClass"], entry["uom"]), entry)
        if known is not entry:
            known["quantity"] = values.added(known["quantity"], entry["quantity"])
    return list(found.values())


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ClientError("ZONE_UNKNOWN", "--zone", zone=name) from error
