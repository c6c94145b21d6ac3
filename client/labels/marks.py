"""What one label is about: its identifier, the address that its code holds, and the numbers that a person reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from client.errors import ClientError
from protocol.gs1 import GS1_STEM, build_digital_link, parse_digital_link

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TITLES: Final = {"01": "GTIN", "10": "LOT", "21": "S/N"}
_BASE = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?")


@dataclass(frozen=True, slots=True)
class Mark:
    """`identifier` on id.gs1.org as the node keeps it, `address` as the code says it, `path` of (AI, value)."""

    identifier: str
    address: str
    path: tuple[tuple[str, str], ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """GTIN, lot and serial with their names, in the order of the code."""
        return tuple(f"{_TITLES.get(ai, ai)} {value}" for ai, value in self.path)

    def get(self, ai: str) -> str:
        """The value of an application identifier, empty if there is none."""
        return dict(self.path).get(ai, "")


def mark_of(identifier: str, base: str = "", lot: str = "") -> Mark:
    """The label of an item, lot or model.

    `base` is the resolver's address if not id.gs1.org, `lot` what an item's label names besides its serial. ClientError
    `LABEL_BASE`; FormatError of `protocol/gs1.py` for what is no Digital Link.
    """
    if base and _BASE.fullmatch(base) is None:
        raise ClientError("LABEL_BASE", "--base", base=base[:80])
    ais = dict(parse_digital_link(identifier).path)
    if lot:
        ais.setdefault("10", lot)
    address = build_digital_link(base or GS1_STEM, ais.items())
    # An item is one of its trade item whatever lot its label names.
    named = {ai: value for ai, value in ais.items() if ai != "10"} if "21" in ais else ais
    return Mark(build_digital_link(GS1_STEM, named.items()), address, parse_digital_link(address).path)


def marks_of(identifiers: Iterable[str], base: str = "", lot: str = "") -> Iterator[Mark]:
    """A mark each; ClientError `LABEL_TWICE` for a serial that comes again: it belongs on one garment."""
    seen: set[str] = set()
    for identifier in identifiers:
        mark = mark_of(identifier, base, lot)
        if mark.get("21"):
            if mark.identifier in seen:
                raise ClientError("LABEL_TWICE", mark.identifier, id=mark.identifier)
            seen.add(mark.identifier)
        yield mark
