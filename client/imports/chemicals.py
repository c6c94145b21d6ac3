"""Safety data sheets and chemical inventories to chemical declarations.

A composition is one declaration a product, a row a substance. An inventory is one declaration a row: the product with
its MRSL level, in the place and process where it is used. A lot that this key knows is named, so that a bad lot of a
chemical finds its garments; another stays a code of the maker's, and the notice says that it leads nowhere.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from client.errors import ClientError
from client.imports import values
from client.imports.concentrations import (
    bounded,
    concentration,
    concentration_unit,
    least_share,
    refuse_date,
)
from client.imports.rows import moment, needed, opening, shared
from protocol.errors import FilieraError
from protocol.substances import parse_cas, parse_ec

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.imports.columns import Line
    from client.imports.rows import Context
    from client.imports.tables import Cell

ACT = "chemical-declaration"
_OF_SUBSTANCE = frozenset({
    "substance", "cas", "ec", "concentration", "concentrationMin", "concentrationMax", "concentrationUnit",
    "function", "hazard", "event",
})  # fmt: skip
_OF_ROW = frozenset({"event"})


class _Builder(ABC):
    """What both kinds of sheet say in the same way: place, process, period, data sheet, MRSL."""

    own: frozenset[str] = _OF_ROW

    def __init__(self, lines: list[Line], context: Context) -> None:
        self._lines, self._context = lines, context
        self._shared = shared(lines, self.own)
        self.summary = ""
        self.faults: list[FilieraError] = []
        self.notices: list[FilieraError] = []

    def build(self) -> dict[str, Any]:
        """Return the body but for what only one kind of sheet says; FilieraError of the first shared cell."""
        day = needed(self._shared, "day", self._lines[0].label)
        body = opening(ACT) | moment(day, self._shared.get("time"), self._context.zone)
        body |= self._place() | self._mrsl() | self._papers()
        body["filiera:substances"] = self._substances()
        return body

    @abstractmethod
    def _substances(self) -> list[dict[str, Any]]:
        """Return the entries of the declaration."""

    def _text(self, name: str, read: Callable[[Any, str], str] = values.text) -> str | None:
        cell = self._shared.get(name)
        return read(cell.value, cell.place) if cell else None

    def _place(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if cell := self._shared.get("facility"):
            found["filiera:facility"] = values.facility(
                cell.value, cell.place, self._context.mapping.facilities
            )
        if cell := self._shared.get("process"):
            found["filiera:processType"] = values.word(cell.value, "processes", cell.place)
        start, end = self._text("from", values.day), self._text("to", values.day)
        if end is not None and (start is None or end < start):
            raise ClientError("PERIOD_BACKWARDS", self._shared["to"].place, start=start or "–", end=end)
        if start is not None:
            found["filiera:validity"] = {"from": start} | ({"to": end} if end else {})
        return found

    def _mrsl(self) -> dict[str, str]:
        found: dict[str, str] = {}
        if cell := self._shared.get("mrslLevel"):
            level = values.word(cell.value, "mrsl", cell.place)
            found["filiera:mrslLevel"] = level
            if level == "not-listed":
                found["disposition"] = "non_conformant"
        if version := self._text("mrslVersion"):
            found["filiera:mrslVersion"] = version
        return found

    def _papers(self) -> dict[str, Any]:
        cell = self._shared.get("sdsDate")
        if cell is None:
            return {}
        product = self._text("product") or "–"
        return {
            "filiera:documents": [
                {
                    "kind": "safety-data-sheet",
                    "reference": f"{product}, {values.day(cell.value, cell.place)}",
                }
            ]
        }


class CompositionBuilder(_Builder):
    """One product's substances; every wrong row is in `faults`, not only the first."""

    own = _OF_SUBSTANCE

    def build(self) -> dict[str, Any]:
        """Return the body, with the product's name as description."""
        body = super().build()
        body["filiera:description"] = self._text("product")
        self.summary = f"{body['filiera:description']} · {len(self._lines)}"
        return body

    def _substances(self) -> list[dict[str, Any]]:
        supplier = self._text("formulator")
        found: list[dict[str, Any]] = []
        seen: dict[str, str] = {}
        for line in self._lines:
            try:
                entry = _substance(line.cells, line.label) | ({"supplier": supplier} if supplier else {})
                _once(seen, entry, line)
                found.append(entry)
            except FilieraError as error:
                self.faults.append(error)
        least = sum((least_share(entry["concentration"]) for entry in found), Decimal(0))
        if least > 1:
            self.faults.append(
                ClientError(
                    "SUBSTANCES_OVER_WHOLE", self._lines[0].label, sum=f"{(least * 100).normalize():f}"
                )
            )
        return found


def _once(seen: dict[str, str], entry: dict[str, Any], line: Line) -> None:
    """The same substance twice in one product says two different things of it."""
    for name in ("cas", "ec", "name"):
        if name in entry:
            key = f"{name}:{values.key(entry[name])}"
            if key in seen:
                raise ClientError("SUBSTANCE_TWICE", line.label, given=entry[name], other=seen[key])
            seen[key] = line.label


def _substance(cells: dict[str, Cell], label: str) -> dict[str, Any]:
    name = needed(cells, "substance", label)
    found: dict[str, Any] = {"name": values.text(name.value, name.place)}
    for column, read in (("cas", parse_cas), ("ec", parse_ec)):
        if column in cells:
            refuse_date(cells[column])
            found[column] = read(values.text(cells[column].value, cells[column].place), cells[column].place)
    if "function" in cells:
        found["function"] = values.text(cells["function"].value, cells["function"].place)
    if "hazard" in cells:
        found["category"] = values.hazard(cells["hazard"].value, cells["hazard"].place)
    return found | {"concentration": _concentration(cells, label)}


def _concentration(cells: dict[str, Cell], label: str) -> dict[str, str]:
    unit = concentration_unit(cells.get("concentrationUnit"))
    if "concentration" in cells:
        return concentration(cells["concentration"], unit)
    low, high = cells.get("concentrationMin"), cells.get("concentrationMax")
    if high is None:
        return concentration(needed(cells, "concentration", label), unit)
    refuse_date(high)
    least = values.decimal(low.value, low.place) if low else "0"
    return bounded(least, values.decimal(high.value, high.place), unit, high.place)


class InventoryBuilder(_Builder):
    """One product of the store, as it is used in a place and a process."""

    def _substances(self) -> list[dict[str, Any]]:
        entry: dict[str, Any] = {"name": self._text("product"), "category": "process-chemical"}
        if supplier := self._text("formulator"):
            entry["supplier"] = supplier
        if cell := self._shared.get("mrslLevel"):
            entry["mrslLevel"] = values.word(cell.value, "mrsl", cell.place)
        amount, unit = self._shared.get("quantity"), self._shared.get("unit")
        if amount:
            uom = needed(self._shared, "unit", self._lines[0].label)
            entry["quantity"] = values.decimal(amount.value, amount.place)
            entry["uom"] = values.unit(uom.value, uom.place, self._context.mapping.units)
        self.summary = " ".join(
            values.text(cell.value) for cell in (amount, unit, self._shared["product"]) if cell
        )
        return [entry]

    def build(self) -> dict[str, Any]:
        """Return the body, with the lot where this key knows it."""
        body = super().build()
        return body | self._lot(body["filiera:substances"][0])

    def _lot(self, entry: dict[str, Any]) -> dict[str, Any]:
        cell = self._shared.get("lot")
        if cell is None:
            return {}
        code = values.text(cell.value, cell.place)
        known = code in self._context.lots.codes or code.startswith(("urn:", "http://", "https://"))
        if not known:
            self.notices.append(ClientError("CHEMICAL_LOT_LOOSE", cell.place, given=code))
            return {"filiera:lotCode": code}
        goods, own = self._context.lots.find(cell.value, cell.place, create=False)
        if "quantity" not in entry:
            needed(self._shared, "quantity", self._lines[0].label)
        listed = [{"epcClass": goods, "quantity": entry["quantity"], "uom": entry["uom"]}]
        return {"quantityList": listed} | ({"filiera:lotCode": own} if own else {})
