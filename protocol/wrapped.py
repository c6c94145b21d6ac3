"""Content keys, wrapped to their readers (JWE, RFC 7516 §7.2.1; design §4.9 and §8).

A general JSON JWE: `ECDH-ES+A256KW` on P-256, `A256GCM`, one entry for each reader and decoys up to a multiple of
eight, in random order and without `kid`: who can read does not show, how many only roughly. A reader tries every entry.
What is wrapped also says which ciphertext it opens and what must come out, so that keys cannot be mixed up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from protocol import base64url
from protocol.cid import format_cid, parse_cid
from protocol.errors import DocumentError, FilieraError
from protocol.limits import Limits
from protocol.sealing import KEY_BYTES
from protocol.strict_json import dump_json, parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.keys import PrivateKey

READERS_STEP: Final = 8
"""Entries come in multiples of this."""
MAX_READERS: Final = 64
MAX_WRAPPED_BYTES: Final = 32_768
SECRET_BYTES: Final = 512
"""What is wrapped is padded with spaces to this length."""
ALG, ENC = "ECDH-ES+A256KW", "A256GCM"
FORMAT = "filiera-key/1"
_LIMITS = Limits(max_bytes=MAX_WRAPPED_BYTES, max_depth=6, max_items=2_000, max_string=2_048)
_NAMES = {"protected", "iv", "ciphertext", "tag", "recipients"}
_EPK = {"kty", "crv", "x", "y"}
_REGISTRY = jwe.JWERegistry(algorithms=[ALG, ENC], verify_all_recipients=False)


@dataclass(frozen=True, slots=True)
class Secret:
    """The content key, the ciphertext that it opens (36 bytes), and the paper: SHA-256, media type."""

    key: bytes
    cid: bytes
    sha256: bytes
    media_type: str

    def to_bytes(self) -> bytes:
        """The form that is wrapped, of one length for all papers."""
        value = {
            "cid": format_cid(self.cid),
            "format": FORMAT,
            "key": base64url.encode(self.key),
            "mediaType": self.media_type,
            "sha256": self.sha256.hex(),
        }
        return dump_json(value).ljust(SECRET_BYTES)


def check_wrapped(data: bytes) -> dict[str, Any]:
    """Hold a wrapped key to its form, without opening it; DocumentError `WRAPPED_MALFORMED`."""
    try:
        value = parse_json(data, _LIMITS)
    except FilieraError as error:
        raise _malformed("json") from error
    if not isinstance(value, dict) or value.keys() != _NAMES:
        raise _malformed("names")
    recipients = value["recipients"]
    if not isinstance(recipients, list) or len(recipients) > MAX_READERS or not recipients:
        raise _malformed("recipients")
    if len(recipients) % READERS_STEP or not all(map(_is_entry, recipients)):
        raise _malformed("recipients")
    if value["protected"] != base64url.encode(dump_json({"enc": ENC})):
        raise _malformed("protected")
    return value


def unwrap(data: bytes, reader: PrivateKey) -> Secret:
    """Open a wrapped key with a reader's agreement key (P-256).

    DocumentError `WRAPPED_NOT_FOR_YOU`, `WRAPPED_MALFORMED`.
    """
    value = check_wrapped(data)
    if reader.alg != "ES256":
        raise DocumentError("WRAPPED_NOT_FOR_YOU", "key")
    key = ECKey.import_key({name: reader.jwk[name] for name in ("kty", "crv", "x", "y", "d")})
    try:
        opened = jwe.decrypt_json(cast("Any", value), key, registry=_REGISTRY).plaintext
    except (JoseError, ValueError) as error:
        raise DocumentError("WRAPPED_NOT_FOR_YOU", "key") from error
    return _secret(opened or b"")


def _secret(opened: bytes) -> Secret:
    try:
        value = parse_json(opened, _LIMITS)
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            raise _malformed("secret")
        key, sha256 = base64url.decode(_text(value, "key")), bytes.fromhex(_text(value, "sha256"))
        secret = Secret(key, parse_cid(_text(value, "cid")), sha256, _text(value, "mediaType"))
    except (FilieraError, ValueError) as error:
        raise _malformed("secret") from error
    if len(key) != KEY_BYTES or len(opened) != SECRET_BYTES or secret.to_bytes() != opened:
        raise _malformed("secret")
    return secret


def _is_entry(entry: object) -> bool:
    if not isinstance(entry, dict) or entry.keys() != {"header", "encrypted_key"}:
        return False
    header: Mapping[str, Any] = entry["header"] if isinstance(entry["header"], dict) else {}
    epk = header.get("epk")
    if header.keys() != {"alg", "epk"} or header["alg"] != ALG or not isinstance(epk, dict):
        return False
    return epk.keys() == _EPK and (epk["kty"], epk["crv"]) == ("EC", "P-256")


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    if not isinstance(found, str):
        raise _malformed("secret")
    return found


def _malformed(reason: str) -> DocumentError:
    return DocumentError("WRAPPED_MALFORMED", "wrapped", reason=reason)
