"""Signed compact tokens: the front door before any library, checking and signing (protocol/README §2, §3).

Every token of ours passes here: records, receipts, sign-in tokens. The text is matched as a whole, base64url
has one spelling, header names are a closed list, and the algorithm must be the key's own. Nothing in a token
chooses a key or an algorithm for us.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from protocol import base64url, signatures
from protocol.errors import FormatError, SignatureInvalid
from protocol.limits import MAX_DISCLOSURES, MAX_JSON_BYTES, MAX_TOKEN_BYTES, RECORD_LIMITS, Limits
from protocol.strict_json import JsonObject, dump_json, parse_object

if TYPE_CHECKING:
    from protocol.keys import Alg, PrivateKey, PublicKey

_TOKEN = re.compile(r"[A-Za-z0-9_-]++\.[A-Za-z0-9_-]++\.[A-Za-z0-9_-]++(?:~(?:[A-Za-z0-9_-]++~)*+)?")
_HEADER_NAMES = frozenset({"alg", "kid", "typ", "cty"})
_ALGS: dict[str, Alg] = {"ES256": "ES256", "EdDSA": "EdDSA", "Ed25519": "EdDSA"}
_CACHED_HEADER = 512  # characters; longer ones are read each time, a stranger must not fill the memory


@dataclass(frozen=True, slots=True)
class Compact:
    """A token taken apart.

    `jwt` is `header.payload.signature` as received, `selective` whether a `~` follows it.
    """

    jwt: str
    header: JsonObject
    alg: Alg
    payload: bytes
    signature: bytes
    disclosures: tuple[str, ...]
    selective: bool

    @property
    def signing_input(self) -> bytes:
        """The exact bytes that the signature covers."""
        return self.jwt[: self.jwt.rindex(".")].encode("ascii")


def parse_compact(token: str | bytes, limits: Limits = RECORD_LIMITS) -> Compact:
    """Take a token apart without trusting it; FormatError TOKEN_*, BASE64URL_*, HEADER_*, ALG_*, JSON_*."""
    if len(token) > MAX_TOKEN_BYTES:
        raise FormatError("TOKEN_TOO_LARGE", limit=MAX_TOKEN_BYTES)
    text = _ascii(token)
    if _TOKEN.fullmatch(text) is None:
        raise FormatError("TOKEN_MALFORMED")
    jwt, *rest = text.split("~")
    if len(rest) > MAX_DISCLOSURES + 1:
        raise FormatError("DISCLOSURES_TOO_MANY", limit=MAX_DISCLOSURES)
    first, second, third = jwt.split(".")
    header = (
        _parse_header(first, limits) if len(first) > _CACHED_HEADER else dict(_cached_header(first, limits))
    )
    return Compact(
        jwt=jwt,
        header=header,
        alg=_ALGS[header["alg"]],
        payload=base64url.decode(second, "payload"),
        signature=base64url.decode(third, "signature"),
        disclosures=tuple(rest[:-1]),
        selective=bool(rest),
    )


def verify_compact(
    token: str | bytes, key: PublicKey, typ: str | None, limits: Limits = RECORD_LIMITS
) -> JsonObject:
    """Check a plain token of one `typ` (None: any) against `key` and return its payload.

    Raises SignatureInvalid, or FormatError: TYP_REFUSED for another kind of token, so none stands in for
    another.
    """
    compact = parse_compact(token, limits)
    if typ is not None and compact.header.get("typ") != typ:
        raise FormatError("TYP_REFUSED", "header/typ", typ=str(compact.header.get("typ"))[:80])
    if compact.selective:
        raise FormatError("TOKEN_MALFORMED")
    verify_signature(compact, key)
    return parse_object(compact.payload, limits)


def verify_signature(compact: Compact, key: PublicKey) -> None:
    """Check the signature.

    SignatureInvalid KEY_ALG_MISMATCH if the header names an algorithm of another key type.
    """
    if compact.alg != key.alg:
        raise SignatureInvalid("KEY_ALG_MISMATCH", "header/alg", alg=compact.alg)
    signatures.verify(key, compact.signing_input, compact.signature)


def sign_compact(
    claims: JsonObject, key: PrivateKey, typ: str, kid: str | None = None, cty: str | None = None
) -> str:
    """Sign `claims` as `header.payload.signature`; `kid` defaults to the key's did:key."""
    header = {"alg": key.alg, "kid": kid or key.public.kid, "typ": typ} | ({"cty": cty} if cty else {})
    kind: Any = OKPKey if key.alg == "EdDSA" else ECKey
    native = kind.import_key(key.native)
    return jws.serialize_compact(header, dump_json(claims), native, registry=_Registry(algorithms=[key.alg]))


class _Registry(jws.JWSRegistry):
    """The library's registry with our limits of size; `EdDSA` is what we issue on purpose (README §3)."""

    max_payload_length = 2 * MAX_JSON_BYTES

    def get_alg(self, name: str) -> Any:
        """Return the algorithm without the library's notice that RFC 9864 prefers the name Ed25519."""
        return self.algorithms[name]


def _ascii(token: str | bytes) -> str:
    try:
        return token.decode("ascii") if isinstance(token, bytes) else token
    except UnicodeDecodeError as error:
        raise FormatError("TOKEN_MALFORMED") from error


def _parse_header(segment: str, limits: Limits) -> JsonObject:
    """Read a header: closed names, strings only, allowed algorithm. Foreign tokens may carry any `kid`."""
    header = parse_object(base64url.decode(segment, "header"), limits)
    for name, value in header.items():
        if name not in _HEADER_NAMES:
            raise FormatError("HEADER_NAME_REFUSED", f"header/{name[:80]}", name=name[:80])
        if not isinstance(value, str) and not (limits.foreign and name == "kid"):
            raise FormatError("HEADER_MALFORMED", f"header/{name}")
    if "alg" not in header:
        raise FormatError("HEADER_MALFORMED", "header/alg")
    if header["alg"] not in _ALGS:
        raise FormatError("ALG_REFUSED", "header/alg", alg=header["alg"][:80])
    return header


# A maker's header is the same text on every record; only sound headers are remembered.
_cached_header = lru_cache(maxsize=4096)(_parse_header)
