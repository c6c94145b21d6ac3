"""GS1 keys and GS1 Digital Link URIs: check digits, one canonical form, strict percent-decoding.

Follows the GS1 Digital Link URI syntax 1.4 for uncompressed links: any web stem, then one primary key, then
its key qualifiers in their fixed order, then data attributes in the query. Refuses convenience names
(`/gtin/`), compressed forms, fragments, a wrong check digit, a character outside the AI's set. Nothing is
looked up: a link is a name here, not an address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from protocol.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GS1_STEM = "https://id.gs1.org"
MAX_LINK_CHARACTERS = 2048
GTIN_LENGTHS = (8, 12, 13, 14)

_X = r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]"  # GS1 General Specifications, figure 7.11-1: character set 82
_Y = r"[#\-/0-9A-Z]"  # character set 39
_DATE = r"[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])"
# Primary keys with their qualifiers in the only order the standard allows.
_QUALIFIERS: dict[str, tuple[str, ...]] = {
    "00": (),
    "01": ("22", "235", "10", "21"),
    "253": (),
    "255": (),
    "401": (),
    "402": (),
    "414": ("254", "7040"),
    "415": ("8020",),
    "417": ("7040",),
    "8003": (),
    "8004": ("7040",),
    "8006": ("22", "10", "21"),
    "8010": ("8011",),
    "8013": (),
    "8017": ("8019",),
    "8018": ("8019",),
}
# Application identifiers of measures (310n … 369n): six digits, n says where the decimal point is.
_MEASURES = (*range(310, 317), *range(320, 338), *range(340, 358), *range(360, 370))
# Form of a value → the application identifiers that have it.
_BY_FORM: dict[str, tuple[str, ...]] = {
    r"[0-9]{18}": ("00", "8006", "8017", "8018"),
    r"[0-9]{17}": ("402",),
    r"[0-9]{14}": ("01", "02"),
    r"[0-9]{13}": ("410", "411", "412", "413", "414", "415", "416", "417"),
    r"[0-9]{13}" + _X + "{0,17}": ("253",),
    r"[0-9]{13}[0-9]{0,12}": ("255",),
    _DATE: ("11", "12", "13", "15", "16", "17"),
    _DATE + r"[0-9]{4}": ("7003",),
    r"[0-9]{2}": ("20",),
    r"[0-9]{3}": ("422", "424", "426"),
    r"([0-9]{3}){1,5}": ("423", "425"),
    r"[0-9]{3}" + _X + "{1,9}": ("421",),
    r"[0-9]{6}": tuple(f"{measure}{point}" for measure in _MEASURES for point in range(6)),
    r"[0-9]{1,6}": ("242",),
    r"[0-9]{1,8}": ("30", "37"),
    r"[0-9]{1,10}": ("8019",),
    r"[0-9]{8}([0-9]{2}){0,2}": ("8008",),
    r"(0|[1-9][0-9]{0,11})": ("8011",),
    r"[0-9]" + _X + "{3}": ("7040",),
    r"0[0-9]{13}" + _X + "{0,16}": ("8003",),
    _X + "{1,20}": ("10", "21", "22", "243", "254", "420"),
    _X + "{1,25}": ("8013", "8020"),
    _X + "{1,28}": ("235",),
    _X + "{1,30}": ("240", "241", "250", "251", "400", "401", "403", "8004"),
    _X + "{1,70}": ("8200",),
    _X + "{1,90}": ("91", "92", "93", "94", "95", "96", "97", "98", "99"),
    _Y + "{1,30}": ("8010",),
}
# How many leading digits end in a check digit.
_CHECKED = {
    **dict.fromkeys(("410", "411", "412", "413", "414", "415", "416", "417", "253", "255"), 13),
    **dict.fromkeys(("01", "02", "8003", "8006"), 14),
    **dict.fromkeys(("00", "8017", "8018"), 18),
    "402": 17,
}
_FORMS = {ai: re.compile(form) for form, ais in _BY_FORM.items() for ai in ais}
_LINK = re.compile(r"(https?)://([A-Za-z0-9.-]+(?::[0-9]{1,5})?)(/[^?#]*)(?:\?([^#]*))?", re.IGNORECASE)
_URI_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*")
_ESCAPE = re.compile(r"%(?:([0-9A-Fa-f]{2})|)")


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """A parsed link: `stem` (scheme, host, leading path), `path` (key, qualifiers), `query` (attributes)."""

    stem: str
    path: tuple[tuple[str, str], ...]
    query: tuple[tuple[str, str], ...] = ()

    @property
    def ais(self) -> tuple[tuple[str, str], ...]:
        """All application identifiers with their values, key first."""
        return self.path + self.query

    @property
    def canonical(self) -> str:
        """The same thing on `https://id.gs1.org`, in the one spelling that Filiera compares."""
        return build_digital_link(GS1_STEM, self.ais)

    def get(self, ai: str) -> str | None:
        """Return the value of one application identifier, None if the link has none."""
        return dict(self.ais).get(ai)


def check_digit(digits: str) -> str:
    """Return the GS1 modulo-10 check digit for the digits before it (weights 3 and 1 from the right)."""
    if re.fullmatch(r"[0-9]{1,30}", digits) is None:
        raise FormatError("GS1_VALUE_FORM", ai="–", value=digits[:40])
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def ensure_check_digit(digits: str, place: str = "") -> str:
    """Return `digits` if the last one is right; FormatError `CHECK_DIGIT_WRONG` names the right one."""
    right = check_digit(digits[:-1])
    if right != digits[-1]:
        raise FormatError("CHECK_DIGIT_WRONG", place, value=digits, right=right)
    return digits


def parse_gtin(text: str, place: str = "") -> str:
    """Return a GTIN-8, -12, -13 or -14 as 14 digits; FormatError `GS1_VALUE_FORM` or `CHECK_DIGIT_WRONG`."""
    if re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", text) is None:
        raise FormatError("GS1_VALUE_FORM", place, ai="01", value=text[:40])
    return ensure_check_digit(text, place).zfill(14)


def parse_gln(text: str, place: str = "") -> str:
    """Return a GLN of 13 digits; FormatError `GS1_VALUE_FORM` or `CHECK_DIGIT_WRONG`."""
    return _check_value("414", text, place)


def parse_sscc(text: str, place: str = "") -> str:
    """Return an SSCC of 18 digits; FormatError `GS1_VALUE_FORM` or `CHECK_DIGIT_WRONG`."""
    return _check_value("00", text, place)


def parse_digital_link(uri: str) -> DigitalLink:
    """Return the parts of an uncompressed GS1 Digital Link; GTINs come back with 14 digits.

    FormatError `DIGITAL_LINK_FORM` (no link), `DIGITAL_LINK_ORDER` (qualifiers out of order),
    `GS1_VALUE_FORM`, `CHECK_DIGIT_WRONG`, `GS1_AI_UNKNOWN`.
    """
    match = (
        _LINK.fullmatch(uri) if len(uri) <= MAX_LINK_CHARACTERS and _URI_CHARACTERS.fullmatch(uri) else None
    )
    if match is None:
        raise FormatError("DIGITAL_LINK_FORM", value=uri[:100])
    segments = match[3][1:].split("/")
    start = _find_key(segments, uri)
    pairs = zip(segments[start::2], segments[start + 1 :: 2], strict=True)
    path = tuple((ai, _normalise(ai, _decode(value, uri))) for ai, value in pairs)
    _ensure_order([ai for ai, _ in path])
    stem = "/".join([f"{match[1].lower()}://{match[2].lower()}", *segments[:start]])
    return DigitalLink(stem, path, _parse_query(match[4] or "", path, uri))


def build_digital_link(stem: str, ais: Iterable[Sequence[str]]) -> str:
    """Return the canonical link of application identifiers given in any order, on any web stem.

    Key and qualifiers go to the path in the standard's order, the rest to the query sorted by identifier.
    FormatError as `parse_digital_link`, and `DIGITAL_LINK_KEY` unless exactly one of them is a primary key.
    """
    values: dict[str, str] = {}
    for ai, value in ais:
        if ai in values:
            raise FormatError("DIGITAL_LINK_FORM", value=f"({ai}) twice")
        values[ai] = _normalise(ai, value)
    key = _primary_key(values)
    order = [key, *(ai for ai in _QUALIFIERS[key] if ai in values)]
    path = "".join(f"/{ai}/{_encode(values[ai])}" for ai in order)
    rest = sorted(ai for ai in values if ai not in order)
    query = "&".join(f"{ai}={_encode(values[ai])}" for ai in rest)
    link = stem.rstrip("/") + path + (f"?{query}" if query else "")
    if len(link) > MAX_LINK_CHARACTERS or _LINK.fullmatch(link) is None:
        raise FormatError("DIGITAL_LINK_FORM", value=link[:100])
    return link


def _primary_key(values: dict[str, str]) -> str:
    """The primary key among the identifiers.

    A GTIN wins over keys that only describe it (414, 417 as attributes).
    """
    keys = [ai for ai in values if ai in _QUALIFIERS]
    if not keys:
        raise FormatError("DIGITAL_LINK_KEY", value=", ".join(values))
    identifying = [ai for ai in keys if ai not in ("414", "415", "417")] or keys
    if len(identifying) != 1:
        raise FormatError("DIGITAL_LINK_KEY", value=", ".join(identifying))
    return identifying[0]


def _find_key(segments: list[str], uri: str) -> int:
    """Where the leftmost run of key, value, qualifier, value … to the end of the path begins."""
    for start, segment in enumerate(segments):
        known = [segment, *segments[start + 2 :: 2]]
        if segment in _QUALIFIERS and (len(segments) - start) % 2 == 0 and all(ai in _FORMS for ai in known):
            return start
    raise FormatError("DIGITAL_LINK_FORM", value=uri[:100])


def _ensure_order(path: list[str]) -> None:
    allowed = iter(_QUALIFIERS[path[0]])
    if not all(ai in allowed for ai in path[1:]):  # `in` consumes the iterator: a subsequence test
        raise FormatError("DIGITAL_LINK_ORDER", value="/".join(path))
    if {"22", "235"} <= set(path) or {"254", "7040"} <= set(path):
        raise FormatError("DIGITAL_LINK_ORDER", value="/".join(path))


def _parse_query(query: str, path: tuple[tuple[str, str], ...], uri: str) -> tuple[tuple[str, str], ...]:
    """Keys made of digits are application identifiers.

    Others (`linkType`, `context` …) belong to the resolver.
    """
    attributes: dict[str, str] = {}
    for part in re.split(r"[&;]", query):
        ai, separator, value = part.partition("=")
        if not ai.isdigit():
            continue
        if not separator or ai in attributes or ai in dict(path):
            raise FormatError("DIGITAL_LINK_FORM", value=uri[:100])
        attributes[ai] = _normalise(ai, _decode(value, uri))
    return tuple(sorted(attributes.items()))


def _normalise(ai: str, value: str) -> str:
    return parse_gtin(value, f"({ai})") if ai == "01" else _check_value(ai, value, f"({ai})")


def _check_value(ai: str, value: str, place: str) -> str:
    if ai not in _FORMS:
        raise FormatError("GS1_AI_UNKNOWN", place, ai=ai)
    if _FORMS[ai].fullmatch(value) is None:
        raise FormatError("GS1_VALUE_FORM", place, ai=ai, value=value[:40])
    if ai in _CHECKED:
        ensure_check_digit(value[: _CHECKED[ai]], place)
    return value


def _decode(value: str, uri: str) -> str:
    """Percent-decode; a lone `%` or a byte outside ASCII is no value of any application identifier."""

    def octet(match: re.Match[str]) -> str:
        if match[1] is None or int(match[1], 16) > 0x7E:  # noqa: PLR2004 - last printable ASCII character
            raise FormatError("DIGITAL_LINK_FORM", value=uri[:100])
        return chr(int(match[1], 16))

    return _ESCAPE.sub(octet, value)


def _encode(value: str) -> str:
    return quote(value, safe="-._")
