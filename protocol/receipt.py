"""Receipts: the log key's promise that a record will be in an anchored head by a time (README §8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.compact import sign_compact, verify_compact
from protocol.errors import LogError

if TYPE_CHECKING:
    from protocol.keys import PrivateKey, PublicKey

RECEIPT_TYP = "filiera-receipt+jwt"
_INSTANT = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{3})?Z")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the log promised: `received` and `promise` are instants in the text form of README §1."""

    origin: str
    record: bytes
    received: str
    promise: str


def issue_receipt(origin: str, digest: bytes, received: str, promise: str, key: PrivateKey) -> str:
    """The receipt of a record; the same bytes each time, since Ed25519 is deterministic."""
    claims = {"iss": origin, "promise": promise, "received": received, "record": digest.hex()}
    return sign_compact(claims, key, RECEIPT_TYP)


def parse_receipt(token: str, log_key: PublicKey) -> Receipt:
    """Read a receipt that `log_key` signed; SignatureInvalid, FormatError or LogError RECEIPT_MALFORMED."""
    claims = verify_compact(token, log_key, RECEIPT_TYP)
    if set(claims) != {"iss", "promise", "received", "record"}:
        raise LogError("RECEIPT_MALFORMED")
    texts = {name: value for name, value in claims.items() if isinstance(value, str)}
    if len(texts) != len(claims) or not _DIGEST.fullmatch(texts["record"]):
        raise LogError("RECEIPT_MALFORMED")
    if not (_INSTANT.fullmatch(texts["received"]) and _INSTANT.fullmatch(texts["promise"])):
        raise LogError("RECEIPT_MALFORMED")
    return Receipt(texts["iss"], bytes.fromhex(texts["record"]), texts["received"], texts["promise"])
