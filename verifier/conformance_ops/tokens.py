"""Conformance questions about tokens and JSON, answered by the product's own functions.

The tokens and documents are made by others, hence the limits that admit every number of RFC 8259; all other
refusals of the front door hold as for our own records.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from protocol.compact import verify_compact
from protocol.keys import PublicKey
from protocol.limits import FOREIGN_LIMITS, FOREIGN_TOKEN_LIMITS
from protocol.sd_jwt import verify_sd_jwt
from protocol.strict_json import parse_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def verify_jwt(question: Mapping[str, Any]) -> dict[str, Any]:
    """`jwt.verify`: `token`, `jwk` → `valid`, `claims`."""
    key = PublicKey.from_jwk(question["jwk"])
    return {"valid": True, "claims": verify_compact(question["token"], key, None, FOREIGN_TOKEN_LIMITS)}


def verify_selective(question: Mapping[str, Any]) -> dict[str, Any]:
    """`sdjwt.verify`: `token` with disclosures, `jwk` → `valid`, `claims` with what was disclosed."""
    key = PublicKey.from_jwk(question["jwk"])
    return {"valid": True, "claims": verify_sd_jwt(question["token"], key, FOREIGN_TOKEN_LIMITS)}


def read_json(question: Mapping[str, Any]) -> dict[str, Any]:
    """`json.parse`: `json_b64` → `ok`."""
    parse_json(base64.b64decode(question["json_b64"], validate=True), FOREIGN_LIMITS)
    return {"ok": True}


OPS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "jwt.verify": verify_jwt,
    "sdjwt.verify": verify_selective,
    "json.parse": read_json,
}
