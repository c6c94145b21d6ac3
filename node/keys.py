"""Keys come from files that only their owner can read; there is no default key."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

from protocol.errors import FilieraError, LogError
from protocol.keys import private_key_from_jwk

if TYPE_CHECKING:
    from pathlib import Path

    from protocol.keys import PrivateKey


def load_log_key(path: Path | None) -> PrivateKey:
    """Read the log's Ed25519 key (a JWK); LOG_KEY_… says what is wrong with it."""
    if path is None:
        raise LogError("LOG_KEY_ABSENT", "FILIERA_LOG_KEY_FILE", path="–")
    try:
        mode, data = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise LogError("LOG_KEY_ABSENT", "FILIERA_LOG_KEY_FILE", path=str(path)) from error
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise LogError("LOG_KEY_OPEN", "FILIERA_LOG_KEY_FILE", path=str(path))
    try:
        key = private_key_from_jwk(json.loads(data))
    except (FilieraError, ValueError, AttributeError) as error:
        raise LogError("LOG_KEY_MALFORMED", "FILIERA_LOG_KEY_FILE", path=str(path)) from error
    if key.alg != "EdDSA":
        raise LogError("LOG_KEY_MALFORMED", "FILIERA_LOG_KEY_FILE", path=str(path))
    return key
