"""Rows of a sheet to bodies of events: what EPCIS, act and process demand, from what the maker wrote.

Rows with the same number in `Evento` and the same act are one event with several lots; what they share stands in the
first of them, or is the same in all. What a row does not say is not invented, but for the hour: it is noon where it is
empty, because the day is what counts and the hour is hidden.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from client.errors import ClientError
from client.imports import values
from client.imports.columns import heading_of
from client.imports.rows import moment, needed, opening, shared
from protocol.errors import FilieraError
from protocol.identifiers import participant_urn
from protocol.strict_json import parse_json

if TYPE_CHECKING:
    from client.imports.columns import Line
    from client.imports.rows import Context
    from client.imports.tables import Cell

_GOODS = frozenset({
    "lot", "quantity", "unit", "inLot", "inQuantity", "inUnit", "outLot", "outQuantity", "outUnit",
    "scrap", "scrapUnit", "scrapTo", "ownCode", "event",
})  # fmt: skip
_MAKES_LOTS = frozenset({"lot-declared", "opening-stock"})


class GoodsBuilder:
    """Builds one event's body; FilieraError of the first cell that does not do."""

    def __init__(self, lines: list[Line], context: Context) -> None:
        self._lines, self._context = lines, context
        self._act = lines[0].act
        self._shared = shared(lines, _GOODS)
        for line in lines:
            if "inUnit" in line.cells:
                self._shared.setdefault("inUnit", line.cells["inUnit"])
        self._codes: list[str] = []
        self.summary = ""
        self.faults: list[FilieraError] = []
        self.notices: list[FilieraError] = []

    def build(self) -> dict[str, Any]:
        """Return the body; FilieraError of the first cell that does not do."""
        start = moment(self._needed("day"), self._shared.get("time"), self._context.zone)
        body: dict[str, Any] = opening(self._act) | start
        body |= self._processed() if self._act == "process" else self._moved()
        body |= self._described() | self._handed() | self._terms()
        if len(self._codes) == 1:
            body["filiera:lotCode"] = self._codes[0]
        return body

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
        return needed(self._shared, name, self._lines[0].label)


def _summed(goods: list[dict[str, str]]) -> list[dict[str, str]]:
    """The same lot in two rows of one event is one taking of the sum."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for entry in goods:
        known = found.setdefault((entry["epcClass"], entry["uom"]), entry)
        if known is not entry:
            known["quantity"] = values.added(known["quantity"], entry["quantity"])
    return list(found.values())
