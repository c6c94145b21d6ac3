"""The trust file: what a verifier pins, given by the coordinator on paper or by another way than the evidence."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from protocol.checks.view import Pinned, Trust
from protocol.errors import FilieraError, FormatError
from protocol.keys import PublicKey
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
    named = _witnesses(value.get("witnesses", []))
    return Trust(
        chain_id=_number(value, "chainId"),
        genesis=_text(value, "genesis", "", r"0x[0-9a-f]{64}"),
        contracts={name: _pinned(value.get(name), f"/{name}") for name in _CONTRACTS},
        log_keys=dict(_log(entry, f"/logs/{index}") for index, entry in enumerate(logs)),
        confirmations=_number(value, "confirmations"),
        witnesses=named,
        witness_quorum=_quorum(value, len(named)),
        auditors=_auditors(value.get("auditors", [])),
        coordinators=frozenset(_coordinators(value.get("coordinators", []))),
        coordinator_quorum=_number(value, "coordinatorQuorum") if "coordinatorQuorum" in value else 0,
    )


def _pinned(value: Any, place: str) -> Pinned:
    address = _text(value, "address", place, r"0x[0-9a-fA-F]{40}").lower()
    return Pinned(address, _text(value, "codeHash", place, r"0x[0-9a-f]{64}"))


def _log(value: Any, place: str) -> tuple[str, bytes]:
    origin = _text(value, "origin", place, r"[^\s+]{1,255}")
    return origin, bytes.fromhex(_text(value, "logKey", place, r"[0-9a-f]{64}"))


def _witnesses(value: Any) -> dict[str, bytes]:
    """Names and keys, each once: a witness that is listed twice would count twice."""
    if not isinstance(value, list):
        raise FormatError("TRUST_MALFORMED", "/witnesses")
    found: dict[str, bytes] = {}
    for index, entry in enumerate(value):
        place = f"/witnesses/{index}"
        name = _text(entry, "name", place, r"[^\s+]{1,255}")
        key = bytes.fromhex(_text(entry, "key", place, r"[0-9a-f]{64}"))
        if name in found or key in found.values():
            raise FormatError("TRUST_MALFORMED", place)
        try:
            found[name] = PublicKey("EdDSA", key).raw
        except FilieraError as error:
            raise FormatError("TRUST_MALFORMED", f"{place}/key") from error
    return found


def _auditors(value: Any) -> dict[str, str]:
    """Keys as did:key with the name that a report shows, each key once."""
    if not isinstance(value, list):
        raise FormatError("TRUST_MALFORMED", "/auditors")
    found: dict[str, str] = {}
    for index, entry in enumerate(value):
        place = f"/auditors/{index}"
        did = _text(entry, "key", place, r"did:key:z[1-9A-HJ-NP-Za-km-z]{10,200}")
        try:
            key = PublicKey.from_did(did).did
        except FilieraError as error:
            raise FormatError("TRUST_MALFORMED", f"{place}/key") from error
        if key in found:
            raise FormatError("TRUST_MALFORMED", place)
        found[key] = _text(entry, "name", place, r"[^\n]{1,255}")
    return found


def _coordinators(value: Any) -> list[str]:
    """Keys as did:key, each once."""
    if not isinstance(value, list):
        raise FormatError("TRUST_MALFORMED", "/coordinators")
    found = []
    for index, entry in enumerate(value):
        place = f"/coordinators/{index}"
        try:
            found.append(
                PublicKey.from_did(_text({"key": entry}, "key", place, r"did:key:z[\w]{10,200}")).did
            )
        except FilieraError as error:
            raise FormatError("TRUST_MALFORMED", place) from error
    if len(set(found)) != len(found):
        raise FormatError("TRUST_MALFORMED", "/coordinators")
    return found


def _quorum(value: dict[str, Any], witnesses: int) -> int:
    """How many have to agree: all of them unless the file says fewer; never none of some."""
    quorum = _number(value, "witnessQuorum") if "witnessQuorum" in value else witnesses
    if not min(1, witnesses) <= quorum <= witnesses:
        raise FormatError("TRUST_MALFORMED", "/witnessQuorum")
    return quorum


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
