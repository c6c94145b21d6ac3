"""Selective disclosure as RFC 9901 §7.1 reads it: claims put together from a payload and its disclosures.

General on purpose: array elements are handled as the RFC says. Our records allow less, see `records.py`.
Refused here: a digest that occurs twice, a disclosure that nothing names, names `_sd` and `...`, a name that
is already there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from protocol import base64url
from protocol.compact import parse_compact, verify_signature
from protocol.errors import FormatError, SignatureInvalid
from protocol.limits import RECORD_LIMITS, Limits
from protocol.strict_json import JsonObject, parse_json, parse_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from protocol.keys import PublicKey

RESERVED = frozenset({"_sd", "..."})
_CONTAINERS = frozenset({dict, list})
_PROPERTY, _ELEMENT = 3, 2  # entries of a disclosure (RFC 9901 §4.2.1, §4.2.2)


class Place(NamedTuple):
    """Where something stands.

    JSON pointer, and the same with `[]` for every array index, names joined by dots.
    """

    pointer: str = ""
    pattern: str = ""

    def child(self, name: str) -> Place:
        """Return the place of a property."""
        escaped = name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name
        return Place(f"{self.pointer}/{escaped}", f"{self.pattern}.{name}" if self.pattern else name)

    def element(self, index: int) -> Place:
        """Return the place of an array element."""
        return Place(f"{self.pointer}/{index}", f"{self.pattern}[]")


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One disclosure that found its digest, and what it opened."""

    text: str
    place: Place


@dataclass(slots=True)
class Opened:
    """The claims as far as disclosed, and what was met on the way.

    `withheld`: places of objects or arrays in which some digest stays closed, or is a decoy; `arrays`: every
    `_sd` array with its place; `elements`: places of arrays that hold a digest instead of an element.
    """

    claims: JsonObject
    disclosed: list[Disclosed] = field(default_factory=list)
    withheld: list[Place] = field(default_factory=list)
    arrays: list[tuple[Place, list[str]]] = field(default_factory=list)
    elements: list[Place] = field(default_factory=list)


def disclosure_digest(disclosure: str) -> str:
    """Return base64url(SHA-256(ASCII of the disclosure as received)) (RFC 9901 §4.2.3)."""
    return base64url.encode(hashlib.sha256(disclosure.encode("ascii")).digest())


def open_claims(payload: JsonObject, disclosures: Sequence[str], limits: Limits = RECORD_LIMITS) -> Opened:
    """Put the claims together; raises FormatError, or SignatureInvalid for a disclosure of another token.

    `payload` is not changed. Nesting of the result keeps to `limits.max_depth`.
    """
    if payload.get("_sd_alg", "sha-256") != "sha-256":
        raise FormatError("SD_ALG_REFUSED", "_sd_alg")
    claims = {name: payload[name] for name in payload if name != "_sd_alg"}
    if not disclosures and not _hides(claims):  # whoever read the payload has held its depth
        return Opened(claims)
    opener = _Opener(disclosures, limits)
    claims = opener.open_object(claims, Place(), 1)
    opener.ensure_all_used()
    opener.result.claims = claims
    return opener.result


def verify_sd_jwt(token: str | bytes, key: PublicKey, limits: Limits = RECORD_LIMITS) -> JsonObject:
    """Check an SD-JWT of any `typ` against `key` and return the claims that it discloses."""
    compact = parse_compact(token, limits)
    if not compact.selective:
        raise FormatError("TOKEN_MALFORMED")
    verify_signature(compact, key)
    return open_claims(parse_object(compact.payload, limits), compact.disclosures, limits).claims


def _hides(payload: JsonObject) -> bool:
    """Whether a digest may stand anywhere in it."""
    level: list[Any] = [payload]
    while level:
        deeper: list[Any] = []
        for entry in level:
            if type(entry) is dict:
                if "_sd" in entry or "..." in entry:
                    return True
                deeper.extend(entry.values())
            elif type(entry) is list:
                deeper.extend(entry)
        level = deeper
    return False


class _Opener:
    """One pass over the payload; each digest may be met once, each disclosure must be met."""

    def __init__(self, disclosures: Sequence[str], limits: Limits) -> None:
        self._limits = limits
        self._unused: dict[str, tuple[str, list[Any]]] = {}
        self._met: set[str] = set()
        self.result = Opened({})
        for number, text in enumerate(disclosures):
            digest = disclosure_digest(text)
            if digest in self._unused:
                raise FormatError("DISCLOSURE_DUPLICATE", f"disclosure/{number}")
            self._unused[digest] = (text, _parse_disclosure(text, number, limits))

    def open_object(self, source: JsonObject, place: Place, depth: int) -> JsonObject:
        self._ensure_depth(depth)
        if "..." in source:
            raise FormatError("SD_MALFORMED", place.pointer)
        opened = {}
        for name, value in source.items():
            if name != "_sd":
                deep = type(value) in _CONTAINERS
                opened[name] = self._open(value, place.child(name), depth) if deep else value
        if "_sd" in source:
            self._open_properties(source["_sd"], opened, place, depth)
        return opened

    def ensure_all_used(self) -> None:
        if self._unused:
            raise SignatureInvalid("DISCLOSURE_UNREFERENCED", count=len(self._unused))

    def _open(self, value: Any, place: Place, depth: int) -> Any:
        if type(value) is dict:
            return self.open_object(value, place, depth + 1)
        if type(value) is list:
            return self._open_array(value, place, depth + 1)
        return value

    def _open_array(self, source: list[Any], place: Place, depth: int) -> list[Any]:
        self._ensure_depth(depth)
        opened: list[Any] = []
        for index, value in enumerate(source):
            if type(value) is dict and "..." in value:
                self._open_element(value, opened, place, depth)
            else:
                opened.append(self._open(value, place.element(index), depth))
        return opened

    def _open_element(self, source: JsonObject, opened: list[Any], place: Place, depth: int) -> None:
        """Replace `{"...": digest}` by the element, or leave it out (RFC 9901 §7.1 step 3d)."""
        self.result.elements.append(place)
        found = self._take(source["..."], place) if len(source) == 1 else None
        if len(source) != 1 or (found is not None and len(found[1]) != _ELEMENT):
            raise FormatError("SD_MALFORMED", place.pointer)
        if found is None:
            self.result.withheld.append(place)
            return
        text, entries = found
        at = place.element(len(opened))
        self.result.disclosed.append(Disclosed(text, at))
        opened.append(self._open(entries[-1], at, depth))

    def _open_properties(self, digests: Any, opened: JsonObject, place: Place, depth: int) -> None:
        if not isinstance(digests, list):
            raise FormatError("SD_MALFORMED", place.pointer)
        closed = False
        for digest in digests:
            found = self._take(digest, place)
            if found is None:
                closed = True
                continue
            text, entries = found
            if len(entries) != _PROPERTY:
                raise FormatError("SD_MALFORMED", place.pointer)
            name = entries[1]
            at = place.child(name)
            if name in opened:
                raise FormatError("DISCLOSURE_NAME_TAKEN", at.pointer, name=name[:80])
            self.result.disclosed.append(Disclosed(text, at))
            opened[name] = self._open(entries[2], at, depth)
        if closed:
            self.result.withheld.append(place)
        self.result.arrays.append((place, digests))

    def _take(self, digest: Any, place: Place) -> tuple[str, list[Any]] | None:
        if not isinstance(digest, str):
            raise FormatError("SD_MALFORMED", place.pointer)
        if digest in self._met:
            raise FormatError("SD_DIGEST_DUPLICATE", place.pointer)
        self._met.add(digest)
        return self._unused.pop(digest, None)

    def _ensure_depth(self, depth: int) -> None:
        # Disclosures nest in disclosures: each keeps to the limit by itself, together they would not.
        if depth > self._limits.max_depth:
            raise FormatError("JSON_TOO_DEEP", limit=self._limits.max_depth)


def _parse_disclosure(text: str, number: int, limits: Limits) -> list[Any]:
    """Read `[salt, name, value]` or `[salt, value]` (RFC 9901 §4.2.1, §4.2.2)."""
    place = f"disclosure/{number}"
    entries = parse_json(base64url.decode(text, place), limits)
    if (
        not isinstance(entries, list)
        or len(entries) not in {_PROPERTY, _ELEMENT}
        or not isinstance(entries[0], str)
    ):
        raise FormatError("DISCLOSURE_MALFORMED", place)
    if len(entries) == _PROPERTY:
        if not isinstance(entries[1], str):
            raise FormatError("DISCLOSURE_MALFORMED", place)
        if entries[1] in RESERVED:
            raise FormatError("DISCLOSURE_NAME_REFUSED", place, name=entries[1])
    return entries


def pad_digests(digests: Iterable[str], decoys: Iterable[str], multiple: int) -> list[str]:
    """Return the digests padded with decoys to the multiple and sorted: neither number nor order shows."""
    padded = list(digests)
    supply = iter(decoys)
    while len(padded) % multiple:
        padded.append(next(supply))
    return sorted(padded)
