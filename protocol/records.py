"""Signed records: from the text of a token to claims that may be believed (protocol/README §3).

`parse_record` is the front door: form, header, payload, disclosures, nothing hidden that must not be.
`verify_record` adds the signature. The bytes that were signed are the bytes that are hashed; nothing is
canonicalised on the way.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, NoReturn

from protocol import disclosure
from protocol.compact import Compact, parse_compact, verify_signature
from protocol.errors import AuthorityError, ConflictError, FormatError
from protocol.keys import PublicKey
from protocol.sd_jwt import Disclosed, Opened, Place, open_claims
from protocol.strict_json import JsonObject, parse_object

CONTEXT = ["https://www.w3.org/ns/credentials/v2", "urn:filiera:context:1"]
KINDS = frozenset(
    {
        "FilieraEvent",
        "FilieraMasterData",
        "FilieraMembership",
        "FilieraCriterion",
        "FilieraComment",
        "FilieraCatalogue",
        "FilieraAdoption",
        "DigitalProductPassport",
        "FilieraVerificationStatement",
        "BitstringStatusListCredential",
    }
)
PLAIN, SELECTIVE = "vc+jwt", "vc+sd-jwt"
_REQUIRED = ("@context", "id", "type", "issuer", "validFrom", "credentialSubject")
_NAMES = frozenset({*_REQUIRED, "validUntil", "credentialStatus", "_sd_alg"})
_ID = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3})?Z")
_DIGEST = re.compile(r"[A-Za-z0-9_-]{43}")
_WEB_KID = re.compile(r"(did:web:[A-Za-z0-9.%:_-]{1,1024})#[A-Za-z0-9._:-]{1,256}")


@dataclass(frozen=True)
class Record:
    """A record as far as it was disclosed.

    `payload` is as signed (with `_sd`), `claims` the full form as far as disclosed; `withheld` holds the JSON
    pointers of objects in which some digest stays closed, be it a hidden property or a decoy: what is missing
    there is withheld, not absent. `known_key` is the issuer's key, None while a did:web issuer has not been
    looked up.
    """

    jwt: str
    disclosures: tuple[str, ...]
    header: JsonObject
    payload: JsonObject
    claims: JsonObject
    withheld: frozenset[str]
    digest: bytes
    id: str
    issuer: str
    typ: str
    known_key: PublicKey | None
    opened: tuple[Disclosed, ...]
    digest_places: tuple[Place, ...]

    @property
    def key(self) -> PublicKey:
        """The issuer's key; AuthorityError KEY_UNKNOWN for a did:web issuer that nobody has looked up yet."""
        if self.known_key is None:
            raise AuthorityError("KEY_UNKNOWN", "header/kid", kid=self.header["kid"])
        return self.known_key

    @property
    def subject(self) -> JsonObject:
        """`credentialSubject` of the claims."""
        subject: JsonObject = self.claims["credentialSubject"]
        return subject

    @property
    def kind(self) -> str:
        """`type[1]`, one of KINDS."""
        kind: str = self.claims["type"][1]
        return kind

    @cached_property
    def token(self) -> str:
        """The JWT with the disclosures at hand, in their order."""
        return self.jwt if self.typ == PLAIN else "~".join((self.jwt, *self.disclosures, ""))

    def is_withheld(self, pointer: str, name: str) -> bool:
        """Tell whether `name`, missing in the object at `pointer`, may be hidden there rather than absent."""
        if pointer not in self.withheld or name in disclosure.resolve(self.claims, pointer):
            return False
        parent = next(place.pattern for place in self.digest_places if place.pointer == pointer)
        path = f"{parent}.{name}".removeprefix(f"{disclosure.SUBJECT}.")
        return disclosure.policy(self.kind).rule(path) is not None


def parse_record(token: str | bytes) -> Record:
    """Read a record without checking its signature.

    FormatError or SignatureInvalid (a disclosure of another token).
    """
    return _read(parse_compact(token))


def verify_record(token: str | bytes, key: PublicKey | None = None) -> Record:
    """Read a record and check its signature; SignatureInvalid if it does not hold.

    A did:key issuer brings its key; for did:web the caller passes the `key` that the membership lists for the
    `kid`, else AuthorityError KEY_UNKNOWN. A `key` that is not the did:key issuer's raises AuthorityError
    KEY_UNKNOWN.
    """
    compact = parse_compact(token)
    record = _read(compact)
    if record.known_key is None:
        record = replace(record, known_key=key)
    elif key not in {None, record.known_key}:
        raise AuthorityError("KEY_UNKNOWN", "header/kid", kid=record.header["kid"])
    verify_signature(compact, record.key)
    return record


def merge_disclosures(first: Record, second: Record) -> Record:
    """Return the same record with the disclosures of both; ConflictError RECORDS_DIFFER for two records."""
    if first.jwt != second.jwt:
        raise ConflictError("RECORDS_DIFFER", "/id", id=first.id)
    added = [text for text in second.disclosures if text not in first.disclosures]
    if not added:
        return first
    merged = parse_record("~".join((first.jwt, *first.disclosures, *added, "")))
    return replace(merged, known_key=first.known_key or second.known_key)


def restrict(record: Record, tier: disclosure.Tier) -> str:
    """Return the token with only what a reader of `tier` may see.

    What lies inside a closed property goes with it.
    """
    rules = disclosure.policy(record.kind)
    kept: set[str] = set()
    closed: list[str] = []
    # A parent is opened before its children, so one pass in order of length suffices.
    for opened in sorted(record.opened, key=lambda entry: len(entry.place.pointer)):
        rule = rules.rule(opened.place.pattern.removeprefix("credentialSubject."))
        pointer = opened.place.pointer
        if rule is None or not disclosure.includes(tier, rule.tier) or pointer.startswith(tuple(closed)):
            closed.append(pointer + "/")
        else:
            kept.add(opened.text)
    texts = (text for text in record.disclosures if text in kept)
    return record.jwt if record.typ == PLAIN else "~".join((record.jwt, *texts, ""))


def _read(compact: Compact) -> Record:
    typ, key = _read_header(compact)
    payload = parse_object(compact.payload)
    _ensure_credential(payload, typ)
    if payload["issuer"] != compact.header["kid"].partition("#")[0]:
        raise FormatError("ISSUER_KEY_MISMATCH", "/issuer")
    opened = open_claims(payload, compact.disclosures)
    _ensure_our_disclosures(opened, typ)
    record = Record(
        jwt=compact.jwt,
        disclosures=compact.disclosures,
        header=compact.header,
        payload=payload,
        claims=opened.claims,
        withheld=frozenset(place.pointer for place in opened.withheld),
        digest=hashlib.sha256(compact.jwt.encode("ascii")).digest(),
        id=payload["id"],
        issuer=payload["issuer"],
        typ=typ,
        known_key=key,
        opened=tuple(opened.disclosed),
        digest_places=tuple(place for place, _ in opened.arrays),
    )
    disclosure.ensure_mandatory_disclosed(record)
    return record


def _read_header(compact: Compact) -> tuple[str, PublicKey | None]:
    """Return the token's `typ` and the key that a did:key `kid` spells."""
    header = compact.header
    if set(header) - {"cty"} != {"alg", "kid", "typ"}:
        raise FormatError("HEADER_MALFORMED", "header")
    typ: str = header["typ"]
    if typ not in {PLAIN, SELECTIVE} or header.get("cty", "vc") != "vc":
        raise FormatError("TYP_REFUSED", "header/typ", typ=typ[:80])
    if compact.selective != (typ == SELECTIVE):
        raise FormatError("TOKEN_MALFORMED")
    kid: str = header["kid"]
    if _WEB_KID.fullmatch(kid):
        return typ, None
    key = _key_of(kid)
    if key.alg != compact.alg:
        raise FormatError("KEY_ALG_MISMATCH", "header/alg", alg=compact.alg)
    return typ, key


@lru_cache(maxsize=4096)
def _key_of(kid: str) -> PublicKey:
    """Read a `kid`, once for each maker: spelling and curve cost as much as the rest of the front door."""
    return PublicKey.from_kid(kid)


def _ensure_credential(payload: JsonObject, typ: str) -> None:
    """Hold the envelope of §3; what stands in the subject is the schema's to judge."""
    for name in payload:
        if name not in _NAMES:
            raise FormatError("PAYLOAD_NAME_REFUSED", f"/{name[:80]}", name=name[:80])
    for name in _REQUIRED:
        if name not in payload:
            _malformed(name)
    if payload["@context"] != CONTEXT:
        _malformed("@context")
    if not isinstance(payload["id"], str) or _ID.fullmatch(payload["id"]) is None:
        _malformed("id")
    kind = disclosure.kind_of(payload)
    if kind not in KINDS:
        raise FormatError("RECORD_TYPE_UNKNOWN", "/type/1", type=kind[:80])
    if not isinstance(payload["issuer"], str):
        _malformed("issuer")
    _ensure_instant(payload["validFrom"], "validFrom")
    if "validUntil" in payload:
        _ensure_instant(payload["validUntil"], "validUntil")
    for name in ("credentialSubject", "credentialStatus"):
        if not isinstance(payload.get(name, {}), dict):
            _malformed(name)
    if ("_sd_alg" in payload) != (typ == SELECTIVE):
        raise FormatError("SD_ALG_REFUSED", "/_sd_alg")


def _ensure_instant(value: Any, name: str) -> None:
    if not isinstance(value, str) or _INSTANT.fullmatch(value) is None:
        _malformed(name)
    try:
        datetime.fromisoformat(value)
    except ValueError as error:  # the 30th of February
        raise FormatError("PAYLOAD_MALFORMED", f"/{name}", name=name) from error


def _ensure_our_disclosures(opened: Opened, typ: str) -> None:
    """Allow less than RFC 9901.

    Properties only, arrays padded and sorted, nothing hidden in a plain token.
    """
    if typ == PLAIN and opened.arrays:
        raise FormatError("SD_MALFORMED", opened.arrays[0][0].pointer)
    if opened.elements:
        raise FormatError("DISCLOSURE_ELEMENT_REFUSED", opened.elements[0].pointer)
    for place, digests in opened.arrays:
        if not digests or len(digests) % disclosure.PADDING or digests != sorted(digests):
            raise FormatError("SD_NOT_PADDED", place.pointer)
        if any(_DIGEST.fullmatch(digest) is None for digest in digests):
            raise FormatError("SD_MALFORMED", place.pointer)


def _malformed(name: str) -> NoReturn:
    raise FormatError("PAYLOAD_MALFORMED", f"/{name}", name=name)
