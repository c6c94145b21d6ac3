"""Identifiers of lots, items, facilities and participants, with or without GS1 numbers.

Two families stand side by side: our own random URNs, for makers without a GS1 prefix, and canonical GS1
Digital Link URIs on `https://id.gs1.org` (README §1). Each thing has exactly one spelling: a GTIN has 14
digits and a right check digit, a Digital Link re-encodes to itself. Anything else is refused here, so that
equal text means equal thing everywhere else. GS1 numbers and links themselves are in `gs1.py`.
"""

from __future__ import annotations

import re
from base64 import b32encode
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from protocol.errors import FormatError
from protocol.gs1 import GS1_STEM, parse_digital_link

Kind = Literal[
    "lot",
    "item",
    "facility",
    "participant",
    "party",
    "package",
    "carrier",
    "product",
    "order",
    "certificate",
    "status-list",
]
RANDOM_BYTES = 16
LOT_PREFIX = "urn:filiera:lot:"
ITEM_PREFIX = "urn:filiera:item:"
FACILITY_PREFIX = "urn:filiera:facility:"
PARTICIPANT_PREFIX = "urn:filiera:participant:"

_OWN = re.compile(
    r"urn:filiera:(lot|item|facility|party|package|carrier|product|order|certificate|status-list)"
    r":([a-z2-7]{26})(?:#([1-9][0-9]{0,8}))?"
)
_PARTICIPANT = re.compile(r"urn:filiera:participant:([0-9a-f]{64})")
_GS1_STATE = re.compile(r"#([1-9][0-9]{0,8})\Z")
# Which application identifiers make which kind. A serial with its lot (01/10/21) would be a second name of
# the same item.
_GS1_KINDS: dict[tuple[str, ...], Kind] = {
    ("01", "10"): "lot",
    ("01", "21"): "item",
    ("8004",): "carrier",
    ("414",): "facility",
    ("414", "254"): "facility",
    ("417",): "party",
    ("00",): "package",
    ("01",): "product",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A parsed identifier: `base` without state, `state` n of the same goods, of which 1 is unwritten."""

    text: str
    kind: str
    base: str
    state: int = 1

    @property
    def is_gs1(self) -> bool:
        """Whether it is a GS1 Digital Link rather than one of our URNs."""
        return self.base.startswith(GS1_STEM)


@lru_cache(maxsize=65_536)
def parse_reference(text: str) -> Reference:
    """Return what an identifier names.

    FormatError `IDENTIFIER_FORM`, `IDENTIFIER_STATE` or a code of `gs1.py`.
    """
    own = _OWN.fullmatch(text)
    if own is not None:
        return _with_state(text, own[1], text.partition("#")[0], own[3])
    if _PARTICIPANT.fullmatch(text) is not None:
        return Reference(text, "participant", text)
    if text.startswith(f"{GS1_STEM}/"):
        return _parse_gs1(text)
    raise FormatError("IDENTIFIER_FORM", value=text[:100])


def parse_lot(text: str, place: str = "") -> Reference:
    """Return a lot reference (class-level goods); FormatError if it is anything else."""
    return _parse_kind(text, ("lot",), place)


def parse_item(text: str, place: str = "") -> Reference:
    """Return an item reference (one piece); FormatError if it is anything else."""
    return _parse_kind(text, ("item",), place)


def parse_facility(text: str, place: str = "") -> Reference:
    """Return a facility reference; FormatError if it is anything else."""
    return _parse_kind(text, ("facility",), place)


def parse_participant(text: str, place: str = "") -> str:
    """Return the 64 hex characters of `urn:filiera:participant:<hex>`; FormatError if it is anything else."""
    return _parse_kind(text, ("participant",), place).text.removeprefix(PARTICIPANT_PREFIX)


def participant_urn(participant: str | bytes) -> str:
    """Return the URN of a participant id given as 64 hex characters or 32 bytes; FormatError otherwise."""
    text = PARTICIPANT_PREFIX + (participant.hex() if isinstance(participant, bytes) else participant)
    return parse_reference(text).text if _PARTICIPANT.fullmatch(text) else _refuse(text)


def next_state(lot: str) -> str:
    """Return the reference of the next state of the same goods: `…` → `…#2` → `…#3`."""
    reference = parse_lot(lot)
    return f"{reference.base}#{reference.state + 1}"


def same_goods(first: str, second: str) -> bool:
    """Whether two lot references are states of the same goods."""
    return parse_lot(first).base == parse_lot(second).base


def own_reference(kind: str, random: bytes) -> str:
    """Return `urn:filiera:<kind>:<26 base32>` from 16 bytes that the caller drew at random."""
    if len(random) != RANDOM_BYTES:
        raise FormatError("IDENTIFIER_FORM", value=f"{len(random)} bytes")
    return parse_reference(f"urn:filiera:{kind}:{b32encode(random).decode().rstrip('=').lower()}").text


def lot_reference(random: bytes) -> str:
    """Return a new lot reference from 16 random bytes."""
    return own_reference("lot", random)


def item_reference(random: bytes) -> str:
    """Return a new item reference from 16 random bytes."""
    return own_reference("item", random)


def facility_reference(random: bytes) -> str:
    """Return a new facility reference from 16 random bytes."""
    return own_reference("facility", random)


def _parse_kind(text: str, kinds: tuple[str, ...], place: str) -> Reference:
    if not isinstance(text, str):
        raise FormatError("IDENTIFIER_FORM", place, value=str(text)[:100])
    try:
        reference = parse_reference(text)
    except FormatError as error:
        raise FormatError(error.code, place or error.place, **error.values) from error
    if reference.kind not in kinds:
        raise FormatError("IDENTIFIER_KIND", place, value=text, expected=" / ".join(kinds))
    return reference


def _parse_gs1(text: str) -> Reference:
    base, state = text, None
    match = _GS1_STATE.search(text)
    if match is not None:
        base, state = text[: match.start()], match[1]
    link = parse_digital_link(base)
    kind = _GS1_KINDS.get(tuple(ai for ai, _ in link.path))
    if kind is None or link.query or link.canonical != base:
        raise FormatError("IDENTIFIER_FORM", value=text[:100])
    return _with_state(text, kind, base, state)


def _with_state(text: str, kind: str, base: str, state: str | None) -> Reference:
    """Only a lot has states, and the first is never written: `#1` would be a second spelling."""
    if state is None:
        return Reference(text, kind, base)
    if kind != "lot" or state == "1":
        raise FormatError("IDENTIFIER_STATE", value=text[:100])
    return Reference(text, kind, base, int(state))


def _refuse(text: str) -> str:
    raise FormatError("IDENTIFIER_FORM", value=text[:100])
