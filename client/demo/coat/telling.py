"""The story of the coat from the first lot to the shop, in the order in which its records are signed.

`Telling.tell` decides what is signed and in which order; signing is the `Writer`'s: the demonstration's goes to a node,
that of the tests stays in memory. More garments mean more orders of the same coat: every order has its own lots, all
orders have the same companies, keys and stock of buttons.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from client.demo.coat.bodies import Scene, Told, correction_body, parties, step_body
from client.demo.coat.garments import Garment, order_garments, retail
from client.demo.coat.masterdata import facility_bodies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from client.demo.coat.references import References
    from client.demo.coat.sample import Sample


class Named(Protocol):
    """What a signed record is named by."""

    @property
    def id(self) -> str:
        """The record's id."""

    @property
    def digest(self) -> str:
        """The record digest, 64 hex characters."""


class Writer(Protocol):
    """Who signs, and keeps or sends what was signed."""

    def event(self, company: str, body: Mapping[str, Any], event_id: str) -> Named:
        """Sign an event's body as a company."""

    def master_data(self, company: str, body: Mapping[str, Any]) -> Named:
        """Sign a version of master data as a company."""


@dataclass
class Telling:
    """Tells `garments` garments. Afterwards `told` has every record by its name, `born` every garment."""

    sample: Sample
    references: References
    writer: Writer
    garments: int
    told: dict[str, Told] = field(default_factory=dict)
    born: list[Garment] = field(default_factory=list)
    _bodies: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _shared: set[str] = field(default_factory=set)

    @property
    def orders(self) -> int:
        """How many orders it takes."""
        return -(-self.garments // self.sample.pieces)

    def tell(self) -> Iterator[Mapping[str, str]]:
        """Sign everything; gives the title of each chapter before it begins, `it` and `en`."""
        yield {"it": "Stabilimenti, certificati, ordini", "en": "Facilities, certificates, orders"}
        self._master_data()
        for chapter in self.sample.chapters:
            if chapter["name"] == "garments":
                yield self.sample.garments
                self._garments()
                continue
            yield chapter
            for order in (1,) if chapter.get("once") else range(1, self.orders + 1):
                for step in chapter["steps"]:
                    self._step(step, "" if order == 1 else f"/{order}", once=bool(chapter.get("once")))

    def lot(self, name: str, scope: str = "") -> str:
        """Return the lot that a name of the sample stands for in an order (`/2` is the second order's scope)."""
        return self.references.lot(name, "" if name in self._shared else scope)

    def _master_data(self) -> None:
        for company, name, body in facility_bodies(self.sample, self.references):
            self._keep(name, self.writer.master_data(company, body))
        scene = self._scene("")
        for entry in self.sample.master_data:
            self._keep(entry["name"], self.writer.master_data(entry["by"], scene.fill(entry["subject"])))

    def _step(self, step: Mapping[str, Any], scope: str, *, once: bool) -> None:
        name = step["name"] + scope
        if once:
            self._shared.update(step.get("makes", ()))
        if "corrects" in step:
            corrected = step["corrects"] + scope
            instead = self.references.new_id(step["instead"] + scope)
            body = correction_body(self._bodies.pop(corrected), self.told[corrected], step, instead)
            self._keep(name, self.writer.event(step["by"], body, self.references.new_id(name)))
            return
        scene = self._scene(scope, self.orders if step.get("scaled") else 1)
        body = step_body(step, scene)
        if step["name"] in self._corrected:
            self._bodies[name] = body
        signed = self.writer.event(step["by"], body, self.references.new_id(name))
        sender, recipient = parties(step, scene)
        goods = step.get("goods", {}) if step["act"] == "shipment" else {}
        self.told[name] = Told(signed.id, signed.digest, goods, sender, recipient)

    @cached_property
    def _corrected(self) -> frozenset[str]:
        steps = (step for chapter in self.sample.chapters for step in chapter.get("steps", ()))
        return frozenset(step["corrects"] for step in steps if "corrects" in step)

    def _garments(self) -> None:
        left = self.garments
        for order in range(1, self.orders + 1):
            scope = "" if order == 1 else f"/{order}"
            made = order_garments(self.sample, self.references, scope, left)
            left -= len(made.garments)
            for name, body in made.bodies(self._scene(scope)):
                self._event(name + scope, body)
            self.born += made.garments
        for garment, box in self._sold():
            for name, body in retail(self.sample, self._scene(garment.scope), garment, box):
                self._event(name + garment.scope, body)

    def _sold(self) -> Iterator[tuple[Garment, str]]:
        """The first garment of every order goes out of its box into a customer's hands."""
        seen = set()
        for garment in self.born:
            if garment.scope not in seen:
                seen.add(garment.scope)
                yield garment, garment.box

    def _event(self, name: str, body: Mapping[str, Any]) -> None:
        self._keep(name, self.writer.event(self.sample.garments["by"], body, self.references.new_id(name)))

    def _keep(self, name: str, signed: Named) -> None:
        self.told[name] = Told(signed.id, signed.digest)

    def _scene(self, scope: str, scale: int = 1) -> Scene:
        def record(name: str) -> Told:
            return self.told.get(name + scope) or self.told[name]

        return Scene(self.sample, self.references, lambda name: self.lot(name, scope), record, scale)
