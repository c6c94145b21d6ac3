"""The audit statement: what somebody found who looked at every record of a log as of one head (`filiera-audit/1`).

A compact JWS, `typ: filiera-audit+jwt`, signed by the auditor's key. It names the head, so it can be compared with the
chain, the tier at which it was made, and what did not show there; "no over-use as of head N" is an empty `overuse`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from protocol.compact import parse_compact, sign_compact, verify_compact
from protocol.errors import FilieraError, FormatError
from protocol.keys import PublicKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.keys import PrivateKey
    from protocol.strict_json import JsonObject

FORMAT: Final = "filiera-audit/1"
TYP: Final = "filiera-audit+jwt"
# Codes that say that goods, or a certificate, were used more than once.
OVERUSE: Final = frozenset(
    {
        "LOT_ACCOUNT_FORK", "LOT_OVERDRAWN", "ITEM_MADE_TWICE", "ITEM_USED_TWICE", "CERTIFICATE_OVERDRAWN",
        "LOT_TWO_MAKERS", "RECORD_FORK",
    }
)  # fmt: skip
MAX_OVERUSE: Final = 1_000
_NAMES: Final = frozenset(
    (
        "format", "iss", "log", "origin", "seq", "size", "root", "at", "tier", "catalogue", "records", "withheld",
        "codes", "overuse",
    )
)  # fmt: skip
_HEX, _INSTANT = re.compile(r"[0-9a-f]{64}"), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True)
class Overuse:
    """One double use: the code, the record that shows it, and the lot or item where there is one."""

    code: str
    place: str
    lot: str | None


@dataclass(frozen=True)
class Audit:
    """A statement whose signature holds; whether its author is believed, the reader's trust file says.

    `records` is how many of the `size` entries were read, `withheld` what did not show at the auditor's tier, `codes`
    how often each code was found.
    """

    key: PublicKey
    log: bytes
    origin: str
    seq: int
    size: int
    root: bytes
    at: str
    tier: str
    catalogue: str
    records: int
    withheld: Mapping[str, int]
    codes: Mapping[str, int]
    overuse: tuple[Overuse, ...]

    def claims(self) -> JsonObject:
        """The payload that is signed."""
        return {
            "format": FORMAT,
            "iss": self.key.did,
            "log": self.log.hex(),
            "origin": self.origin,
            "seq": self.seq,
            "size": self.size,
            "root": self.root.hex(),
            "at": self.at,
            "tier": self.tier,
            "catalogue": self.catalogue,
            "records": self.records,
            "withheld": dict(sorted(self.withheld.items())),
            "codes": dict(sorted(self.codes.items())),
            "overuse": [
                {"code": each.code, "place": each.place} | ({"lot": each.lot} if each.lot else {})
                for each in self.overuse
            ],
        }


def sign_audit(audit: Audit, key: PrivateKey) -> str:
    """Sign a statement with the key that it names; FormatError AUDIT_MALFORMED for more over-use than one can list."""
    if len(audit.overuse) > MAX_OVERUSE or key.public != audit.key:
        raise FormatError("AUDIT_MALFORMED", "/overuse")
    return sign_compact(audit.claims(), key, TYP)


def parse_audit(token: str) -> Audit:
    """Read a statement and check its signature; FormatError AUDIT_MALFORMED, SignatureInvalid."""
    text = token.strip()
    try:
        key = PublicKey.from_kid(str(parse_compact(text).header.get("kid")))
        claims = verify_compact(text, key, TYP)
    except FormatError as error:
        raise FormatError("AUDIT_MALFORMED", error.place) from error
    try:
        return _read(claims, key)
    except (AttributeError, KeyError, TypeError, ValueError, FilieraError) as error:
        raise FormatError("AUDIT_MALFORMED", str(getattr(error, "place", ""))) from error


def _read(claims: Mapping[str, Any], key: PublicKey) -> Audit:
    if claims.keys() != _NAMES or claims["format"] != FORMAT or claims["iss"] != key.did:
        raise FormatError("AUDIT_MALFORMED", "/format")
    if len(claims["overuse"]) > MAX_OVERUSE or not _INSTANT.fullmatch(claims["at"]):
        raise FormatError("AUDIT_MALFORMED", "/at")
    return Audit(
        key=key,
        log=_hash(claims["log"]),
        origin=_text(claims["origin"]),
        seq=_number(claims["seq"]),
        size=_number(claims["size"]),
        root=_hash(claims["root"]),
        at=claims["at"],
        tier=_text(claims["tier"]),
        catalogue=_text(claims["catalogue"]),
        records=_number(claims["records"]),
        withheld={_text(name): _number(count) for name, count in claims["withheld"].items()},
        codes={_text(name): _number(count) for name, count in claims["codes"].items()},
        overuse=tuple(_overuse(entry) for entry in claims["overuse"]),
    )


def _overuse(entry: Mapping[str, Any]) -> Overuse:
    if entry["code"] not in OVERUSE or not entry.keys() <= {"code", "place", "lot"}:
        raise FormatError("AUDIT_MALFORMED", "/overuse")
    lot = entry.get("lot")
    return Overuse(entry["code"], _text(entry["place"]), None if lot is None else _text(lot))


def _hash(value: Any) -> bytes:
    return bytes.fromhex(_text(value)) if _HEX.fullmatch(value) else _refuse("/log")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _refuse("")


def _number(value: Any) -> int:
    return value if type(value) is int and value >= 0 else _refuse("")


def _refuse(place: str) -> Any:
    raise FormatError("AUDIT_MALFORMED", place)
