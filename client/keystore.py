"""Key files: one private JWK (RFC 7517) a file, mode 0600, never overwritten, never sent anywhere.

With a passphrase the file holds the same JWK as a compact JWE (RFC 7517 §7): PBES2-HS512+A256KW with 250 000
rounds, A256GCM, `cty: jwk+json`. Beside a key file `maker.jwk` lie `maker.participant.json` (who the key signs for) and
`maker.journal` (every record that it ever signed).
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from client import files
from client.errors import ClientError
from protocol.errors import FilieraError
from protocol.keys import PrivateKey, private_key_from_jwk
from protocol.strict_json import dump_json, parse_json

if TYPE_CHECKING:
    from protocol.keys import Alg

# OWASP's count for PBKDF2-HMAC-SHA512, rounded up; joserfc reads no more than 300 000.
PBKDF2_ROUNDS = 250_000
# Below 112 bits of passphrase the key wrap is weaker than the key (NIST SP 800-131A).
MIN_PASSPHRASE = 14
_ALG, _ENC = "PBES2-HS512+A256KW", "A256GCM"
_REGISTRY = jwe.JWERegistry(algorithms=[_ALG, _ENC])
_SEALED = re.compile(rb"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){4}")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class KeyFile:
    """Where a key lies, with the names of the files beside it."""

    path: Path

    @property
    def participant(self) -> Path:
        """The file that says for whom the key signs."""
        return self.path.with_suffix(".participant.json")

    @property
    def journal(self) -> Path:
        """The journal of what the key signed."""
        return self.path.with_suffix(".journal")

    @property
    def is_private(self) -> bool:
        """False if the file's mode lets other users of the machine in."""
        return not self.path.stat().st_mode & _OTHERS


def new_key(alg: Alg = "ES256") -> PrivateKey:
    """Make a key on this machine, from the system's randomness."""
    if alg == "EdDSA":
        return PrivateKey(ed25519.Ed25519PrivateKey.generate())
    return PrivateKey(ec.generate_private_key(ec.SECP256R1()))


def save_key(path: Path, key: PrivateKey, passphrase: str | None = None) -> KeyFile:
    """Write the key to a new file; `FILE_EXISTS` rather than overwrite, `PASSPHRASE_SHORT` below 14 characters."""
    clear = dump_json(dict(key.jwk))
    files.write_new(path, (clear if passphrase is None else _seal(clear, passphrase)) + b"\n")
    return KeyFile(path)


def load_key(path: Path, passphrase: str | None = None) -> PrivateKey:
    """Read a key file; `PASSPHRASE_NEEDED`, `PASSPHRASE_WRONG` or `KEY_FILE_UNREADABLE` says what is the matter."""
    data = files.read(path).strip()
    if is_sealed(data):
        data = _open(path, data, passphrase)
    try:
        jwk = parse_json(data)
        if not isinstance(jwk, dict):
            raise ClientError("KEY_FILE_UNREADABLE", str(path), file=path)
        return private_key_from_jwk({name: jwk.get(name) for name in ("kty", "crv", "x", "y", "d")})
    except ClientError:
        raise
    except FilieraError as error:
        raise ClientError("KEY_FILE_UNREADABLE", str(path), file=path, reason=error.code) from error


def is_sealed(data: bytes) -> bool:
    """Tell whether the bytes of a key file are under a passphrase."""
    return _SEALED.fullmatch(data.strip()) is not None


def _seal(clear: bytes, passphrase: str) -> bytes:
    if len(passphrase.encode()) < MIN_PASSPHRASE:
        raise ClientError("PASSPHRASE_SHORT", minimum=MIN_PASSPHRASE)
    header = {"alg": _ALG, "enc": _ENC, "cty": "jwk+json", "p2c": PBKDF2_ROUNDS}
    return jwe.encrypt_compact(header, clear, _wrapping_key(passphrase), registry=_REGISTRY).encode()


def _open(path: Path, sealed: bytes, passphrase: str | None) -> bytes:
    if passphrase is None:
        raise ClientError("PASSPHRASE_NEEDED", str(path), file=path)
    if len(passphrase.encode()) < MIN_PASSPHRASE:
        raise ClientError("PASSPHRASE_WRONG", str(path), file=path)
    try:
        return jwe.decrypt_compact(sealed, _wrapping_key(passphrase), registry=_REGISTRY).plaintext or b""
    except (JoseError, ValueError) as error:
        raise ClientError("PASSPHRASE_WRONG", str(path), file=path) from error


def _wrapping_key(passphrase: str) -> OctKey:
    return OctKey.import_key(passphrase.encode())
