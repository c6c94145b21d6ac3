"""Signing a record: the full claims in, one token out (protocol/README §3).

Salts are passed in, nothing is drawn here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.compact import sign_compact
from protocol.disclosure import hide, kind_of, policy
from protocol.errors import FormatError
from protocol.records import PLAIN, SELECTIVE, parse_record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from protocol.keys import PrivateKey
    from protocol.strict_json import JsonObject


def issue_record(
    claims: JsonObject,
    key: PrivateKey,
    salts: Iterator[bytes],
    hidden: Collection[str] | None = None,
    kid: str | None = None,
) -> str:
    """Sign `claims` (full form) and return the token with all disclosures.

    `hidden` are paths relative to the subject, None for what `vocabulary/disclosure.json` hides by default,
    `()` for nothing; with nothing hidden the token is a plain `vc+jwt`. `salts` gives 16 or more fresh random
    bytes a time. `kid` is needed for a did:web issuer only. What this returns passes `parse_record`; else
    FormatError is raised before anything is signed away, among them TIME_SHOWN if the time is hidden but
    `validFrom` tells it.
    """
    if hidden is None:
        hidden = policy(kind_of(claims)).hidden_by_default
    if "eventTime" in hidden and not str(claims.get("validFrom", "")).endswith("T00:00:00Z"):
        raise FormatError("TIME_SHOWN", "/validFrom")
    payload, disclosures = hide(claims, hidden, salts)
    jwt = sign_compact(payload, key, SELECTIVE if disclosures else PLAIN, kid)
    token = "~".join((jwt, *disclosures, "")) if disclosures else jwt
    parse_record(token)
    return token
