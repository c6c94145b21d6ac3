"""EPC URNs, the older spelling of GS1 keys in EPCIS files, as canonical GS1 Digital Links.

`urn:epc:id:sgtin:4012345.011111.1` and `https://id.gs1.org/01/04012345111118/21/1` name the same thing (TDS
2.0, CBV 2.0 §8). The URN leaves the check digit out and splits the company prefix off; both are put right
here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from protocol.errors import FormatError
from protocol.gs1 import GS1_STEM, build_digital_link, check_digit

if TYPE_CHECKING:
    from collections.abc import Callable

_URN = re.compile(r"urn:epc:(id|class|idpat):([a-z]+):(\S+)")
Pairs = list[tuple[str, str]]


def urn_to_digital_link(urn: str) -> str:
    """Return the canonical Digital Link of an EPC URN.

    FormatError `EPCIS_IDENTIFIER` for a scheme we do not read.
    """
    match = _URN.fullmatch(urn)
    scheme = _SCHEMES.get(f"{match[1]}:{match[2]}") if match else None
    if match is None or scheme is None:
        raise FormatError("EPCIS_IDENTIFIER", value=urn[:200])
    count, build = scheme
    parts = match[3].split(".", count - 1)
    if len(parts) != count or not re.fullmatch(r"[0-9]{6,12}", parts[0]):
        raise FormatError("EPCIS_IDENTIFIER", value=urn[:200])
    return build_digital_link(GS1_STEM, build([unquote(part) for part in parts]))


def is_epc_urn(text: str) -> bool:
    """Whether a text is an EPC URN of any scheme."""
    return text.startswith("urn:epc:")


def _checked(digits: str) -> str:
    return digits + check_digit(digits)


def _gtin(parts: list[str]) -> str:
    """Indicator digit first, then company prefix and item reference, then the check digit."""
    return _checked(parts[1][:1] + parts[0] + parts[1][1:])


def _sgtin(parts: list[str]) -> Pairs:
    return [("01", _gtin(parts)), ("21", parts[2])]


def _lgtin(parts: list[str]) -> Pairs:
    return [("01", _gtin(parts)), ("10", parts[2])]


def _any_serial(parts: list[str]) -> Pairs:
    if parts[2] != "*":
        raise FormatError("EPCIS_IDENTIFIER", value=".".join(parts))
    return [("01", _gtin(parts))]


def _upui(parts: list[str]) -> Pairs:
    return [("01", _gtin(parts)), ("235", parts[2])]


def _sscc(parts: list[str]) -> Pairs:
    return [("00", _gtin(parts))]


def _sgln(parts: list[str]) -> Pairs:
    """An extension of 0 means: the location itself, without extension."""
    return [("414", _checked(parts[0] + parts[1])), *([] if parts[2] == "0" else [("254", parts[2])])]


def _with_check(ai: str, prefix: str = "") -> Callable[[list[str]], Pairs]:
    """Keys made of company prefix and reference with a check digit, then a serial if there is one."""
    return lambda parts: [(ai, prefix + _checked(parts[0] + parts[1]) + "".join(parts[2:]))]


def _joined(ai: str) -> Callable[[list[str]], Pairs]:
    return lambda parts: [(ai, "".join(parts))]


_SCHEMES: dict[str, tuple[int, Callable[[list[str]], Pairs]]] = {
    "id:sgtin": (3, _sgtin),
    "class:lgtin": (3, _lgtin),
    "idpat:sgtin": (3, _any_serial),
    "id:upui": (3, _upui),
    "id:sscc": (2, _sscc),
    "id:sgln": (3, _sgln),
    "id:pgln": (2, _with_check("417")),
    "id:grai": (3, _with_check("8003", "0")),
    "id:gdti": (3, _with_check("253")),
    "id:sgcn": (3, _with_check("255")),
    "id:gsrn": (2, _with_check("8018")),
    "id:gsrnp": (2, _with_check("8017")),
    "id:gsin": (2, _with_check("402")),
    "id:giai": (2, _joined("8004")),
    "id:ginc": (2, _joined("401")),
    "id:cpi": (3, lambda parts: [("8010", parts[0] + parts[1]), ("8011", parts[2])]),
    "id:itip": (5, lambda parts: [("8006", _gtin(parts) + parts[2] + parts[3]), ("21", parts[4])]),
}
