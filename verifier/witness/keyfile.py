"""The witness's key: an Ed25519 JWK in a file that only its owner can read, with the state file beside it."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol.checkpoint import check_name
from protocol.errors import FilieraError, FormatError, LogError
from protocol.keys import PrivateKey, private_key_from_jwk
from verifier.witness.state import StateFile

if TYPE_CHECKING:
    from pathlib import Path


def state_path(key_file: Path) -> Path:
    """Where the memory of the witness with this key is."""
    return key_file.with_name(key_file.name + ".state")


def make_key(path: Path, name: str) -> PrivateKey:
    """Draw a key, write it, and begin the state of a witness that has signed nothing; never over another file.

    FormatError WITNESS_NAME; LogError WITNESS_KEY_FILE, WITNESS_STATE_TAKEN.
    """
    try:
        check_name(name)
    except FilieraError as error:
        raise FormatError("WITNESS_NAME", "--name", name=name) from error
    key = PrivateKey(Ed25519PrivateKey.generate())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(key.jwk, file)
    except OSError as error:
        raise LogError(
            "WITNESS_KEY_FILE", str(path), path=str(path), reason=error.strerror or error
        ) from error
    StateFile.create(state_path(path), name, key.public.raw.hex())
    return key


def load_key(path: Path) -> PrivateKey:
    """Read the key; LogError WITNESS_KEY_FILE if it is absent, open to others, or no Ed25519 key."""
    try:
        mode, data = path.stat().st_mode, path.read_bytes()
        key = private_key_from_jwk(json.loads(data))
    except (OSError, ValueError, AttributeError, FilieraError) as error:
        raise LogError("WITNESS_KEY_FILE", str(path), path=str(path), reason=type(error).__name__) from error
    if stat.S_IMODE(mode) & 0o077:
        raise LogError("WITNESS_KEY_FILE", str(path), path=str(path), reason=f"{stat.S_IMODE(mode):o}")
    if key.alg != "EdDSA":
        raise LogError("WITNESS_KEY_FILE", str(path), path=str(path), reason=key.alg)
    return key
