"""`filiera receipt check`: whether the log put the record into a head by the time it promised."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from protocol import base64url
from protocol.errors import FilieraError, FormatError
from protocol.keys import PublicKey
from protocol.limits import RECORD_LIMITS
from protocol.receipt import Receipt, parse_receipt
from protocol.strict_json import parse_object
from verifier.sources import fetch
from verifier.texts import say
from verifier.trust import find_trust

if TYPE_CHECKING:
    from pathlib import Path

    from protocol.codes import Language

_KEPT, _BROKEN, _NOT_DUE = 0, 1, 2


def check_receipt(file: Path, node: str, trust_file: Path | None, language: Language) -> tuple[str, int]:
    """Return a sentence and the exit status. A broken promise is evidence: the receipt shows it to anybody."""
    token = _token(file)
    receipt = parse_receipt(token, _log_key(token, trust_file))
    head = _head_of(receipt, node)
    if head is not None:
        return say("receipt.kept", language, seq=head), _KEPT
    if datetime.fromisoformat(receipt.promise) < datetime.now(UTC):
        return say("receipt.broken", language, promise=receipt.promise), _BROKEN
    return say("receipt.due", language, promise=receipt.promise), _NOT_DUE


def _token(file: Path) -> str:
    try:
        text = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError("VERIFY_TARGET", target=str(file)) from error
    # As the node answered it, or the token alone.
    return str(json.loads(text)["receipt"]) if text.startswith("{") else text


def _log_key(token: str, trust_file: Path | None) -> PublicKey:
    """The log's key from the trust file, chosen by the origin that the receipt names."""
    trust = find_trust(trust_file)
    claims = parse_object(base64url.decode(token.split(".")[1]), RECORD_LIMITS)
    origin = str(claims.get("iss"))
    key = trust.log_keys.get(origin) if trust else None
    if key is None:
        raise FormatError("LOG_NOT_TRUSTED", "/iss", origin=origin)
    return PublicKey("EdDSA", key)


def _head_of(receipt: Receipt, node: str) -> int | None:
    """The seq of the head that holds the record, None while there is none."""
    try:
        found = json.loads(fetch(f"{node.rstrip('/')}/events/{receipt.record.hex()}/proof"))
    except FormatError as error:
        if error.code == "NODE_REFUSED":
            return None
        raise
    except ValueError as error:
        raise FilieraError("NODE_REFUSED", reason="JSON", advice="–") from error
    return int(found["head"]["seq"])
