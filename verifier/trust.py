"""The trust file: what a verifier pins, given by the coordinator on paper or by another way than the evidence."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from protocol.checks.view import Pinned, Trust
from protocol.errors import FilieraError, FormatError
from protocol.limits import Limits
from protocol.strict_json import parse_json

FORMAT = "filiera-trust/1"
VARIABLE = "FILIERA_TRUST"
_LIMITS = Limits(max_bytes=65_536, max_depth=6, max_items=2_000, max_string=1_024)
_CONTRACTS = ("participants", "anchors", "passports")


def find_trust(given: Path | None) -> Trust | None:
    """The trust file named on the command line, else by FILIERA_TRUST; None if neither is."""
    named = given or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if named is None:
        return None
    try:
        data = named.read_bytes()
    except OSError as error:
        raise FormatError("TRUST_MALFORMED", str(named)) from error
    return parse_trust(data)


def parse_trust(data: bytes) -> Trust:
    """Read a trust file strictly; FormatError TRUST_MALFORMED with the place."""
    try:
        value: Any = parse_json(data, _LIMITS)
    except FilieraError as error:
        raise FormatError("TRUST_MALFORMED", error.place) from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise FormatError("TRUST_MALFORMED", "/format")
    logs = value.get("logs")
    if not isinstance(logs, list):
        raise FormatError("TRUST_MALFORMED", "/logs")
    return Trust(
        chain_id=_number(value, "chainId"),
        genesis=_text(value, "genesis", "", r"0x[0-9a-f]{64}"),
        contracts={name: _pinned(value.get(name), f"/{name}") for name in _CONTRACTS},
        log_keys=dict(_log(entry, f"/logs/{index}") for index, entry in enumerate(logs)),
        confirmations=_number(value, "confirmations"),
    )


def _pinned(value: Any, place: str) -> Pinned:
    address = _text(value, "address", place, r"0x[0-9a-fA-F]{40}").lower()
    return Pinned(address, _text(value, "codeHash", place, r"0x[0-9a-f]{64}"))


def _log(value: Any, place: str) -> tuple[str, bytes]:
    origin = _text(value, "origin", place, r"[^\s+]{1,255}")
    return origin, bytes.fromhex(_text(value, "logKey", place, r"[0-9a-f]{64}"))


def _text(value: Any, name: str, place: str, pattern: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, str) or not re.fullmatch(pattern, found):
        raise FormatError("TRUST_MALFORMED", f"{place}/{name}")
    return found


def _number(value: dict[str, Any], name: str) -> int:
    found = value.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise FormatError("TRUST_MALFORMED", f"/{name}")
    return found
