"""Names of the sample turned into identifiers: `$lot:yarn` becomes a lot reference drawn for this telling, and so on.

Drawn at random in the demonstration, from a seed in tests; each name once, so that everybody means the same lot by it.
"""

from __future__ import annotations

import uuid
from base64 import b32encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from protocol.gs1 import build_digital_link
from protocol.identifiers import own_reference, participant_urn

if TYPE_CHECKING:
    from client.demo.coat.sample import Sample

GS1 = "https://id.gs1.org"
# 16 characters of 5 bits: nobody guesses a neighbour's garment from his own label.
_SERIAL_CHARACTERS = 16
Draw = Callable[[str], bytes]
"""Gives 16 bytes for a label; the same label is asked for once."""


@dataclass
class References:
    """What the names of the sample stand for. `participants` maps company ids to 64 hex characters."""

    sample: Sample
    draw: Draw
    participants: Mapping[str, str]
    _drawn: dict[str, str] = field(default_factory=dict)

    def own(self, kind: str, name: str) -> str:
        """Return `urn:filiera:<kind>:…`, the same one for the same name."""
        label = f"{kind}/{name}"
        if label not in self._drawn:
            self._drawn[label] = own_reference(kind, self.draw(label))
        return self._drawn[label]

    def lot(self, name: str, scope: str) -> str:
        """Return the lot called `name` in an order; `name#n` is the n-th state of the same goods."""
        base, _, state = name.partition("#")
        batch = next(
            (group["batch"] for group in self.sample.garments["groups"] if group["lot"] == base), None
        )
        if batch is not None:
            ais = (("01", self.sample.garments["gtin"]), ("10", batch + scope.replace("/", "-")))
            return build_digital_link(GS1, ais)
        return self.own("lot", f"{base}{scope}") + (f"#{state}" if state else "")

    def new_item(self, label: str) -> str:
        """Return a garment's identifier with a serial that says nothing."""
        serial = b32encode(self.draw(f"item/{label}")).decode()[:_SERIAL_CHARACTERS]
        return build_digital_link(GS1, (("01", self.sample.garments["gtin"]), ("21", serial)))

    def new_id(self, label: str) -> str:
        """Return a record's id."""
        return uuid.UUID(bytes=self.draw(f"id/{label}"), version=4).urn

    def party(self, company: str) -> str:
        """Return who a company is in events: a participant, or a party that is not on the platform."""
        known = self.participants.get(company)
        return participant_urn(known) if known else self.own("party", company)

    def product(self, name: str) -> str:
        """Return a product's identifier; the garment's is its GTIN."""
        gtin = self.sample.garments["gtin"] if name == self.sample.garments["product"] else None
        return build_digital_link(GS1, (("01", gtin),)) if gtin else self.own("product", name)

    def of(self, kind: str, name: str) -> str:
        """Return what `$kind:name` stands for; KeyError for a kind that has no references, a defect of the data."""
        if kind in {"participant", "party"}:
            return self.party(name)
        if kind == "product":
            return self.product(name)
        if kind in {"facility", "order", "certificate", "package", "carrier"}:
            return self.own(kind, name)
        raise KeyError(f"${kind}:{name}")


def fill(value: Any, of: Callable[[str, str], Any]) -> Any:
    """Return `value` with every `$kind:name` in it replaced by what `of(kind, name)` gives."""
    if isinstance(value, str):
        kind, colon, name = value.partition(":")
        return of(kind[1:], name) if colon and kind.startswith("$") else value
    if isinstance(value, Mapping):
        return {key: fill(member, of) for key, member in value.items()}
    if isinstance(value, list):
        return [fill(member, of) for member in value]
    return value
