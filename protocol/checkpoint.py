"""Checkpoints: the C2SP signed note by which a log states its size and root (README §8).

A verifier key (vkey) is `name+hash+base64(type ‖ key)`; `hash` is the first four bytes of
SHA-256(name ‖ newline ‖ type ‖ key). A note may carry signatures of others (witnesses): lines by keys that were
not asked for are read over, but they have to be well formed.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from protocol.errors import FilieraError, FormatError, LogError
from protocol.hashing import sha256
from protocol.keys import PrivateKey, PublicKey
from protocol.signatures import verify

MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
_ED25519 = b"\x01"
_DASH = "\N{EM DASH} "
_HASH_BYTES = 4
_ROOT_BYTES = 32
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_HEX8 = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log states about itself: origin line, number of leaves, root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The signed text, with its last newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def format_vkey(origin: str, key: PublicKey) -> str:
    """The verifier key of a log; its key is Ed25519."""
    _check_name(origin)
    if key.alg != "EdDSA":
        raise LogError("CHECKPOINT_KEY", alg=key.alg)
    return f"{origin}+{_key_hash(origin, key).hex()}+{base64.b64encode(_ED25519 + key.raw).decode()}"


def parse_vkey(vkey: str) -> tuple[str, PublicKey]:
    """Name and key of a verifier key; LogError CHECKPOINT_VKEY."""
    name, _, rest = vkey.partition("+")
    stated, _, encoded = rest.partition("+")
    data = _base64(encoded, "CHECKPOINT_VKEY")
    if not data.startswith(_ED25519) or not _HEX8.fullmatch(stated):
        raise LogError("CHECKPOINT_VKEY")
    _check_name(name)
    try:
        key = PublicKey("EdDSA", data[1:])
    except FormatError as error:
        raise LogError("CHECKPOINT_VKEY") from error
    if _key_hash(name, key).hex() != stated:
        raise LogError("CHECKPOINT_VKEY")
    return name, key


def sign_note(checkpoint: Checkpoint, key: PrivateKey) -> str:
    """The signed note; the same bytes each time, since Ed25519 is deterministic."""
    text = checkpoint.text()
    signed = _key_hash(checkpoint.origin, key.public) + key.sign(text.encode())
    return f"{text}\n{_DASH}{checkpoint.origin} {base64.b64encode(signed).decode()}\n"


def parse_checkpoint(text: str, vkey: str) -> Checkpoint:
    """Read a checkpoint that the holder of `vkey` signed.

    LogError CHECKPOINT_MALFORMED, CHECKPOINT_ORIGIN, CHECKPOINT_UNSIGNED or CHECKPOINT_SIGNATURE.
    """
    name, key = parse_vkey(vkey)
    body, signatures = _split_note(text)
    wanted = _key_hash(name, key)
    found = [value for signer, value in signatures if signer == name and value[:_HASH_BYTES] == wanted]
    if not found:
        raise LogError("CHECKPOINT_UNSIGNED", signer=name)
    try:
        verify(key, body.encode(), found[0][_HASH_BYTES:])
    except FilieraError as error:
        raise LogError("CHECKPOINT_SIGNATURE", signer=name) from error
    checkpoint = _parse_body(body)
    if checkpoint.origin != name:
        raise LogError("CHECKPOINT_ORIGIN", origin=checkpoint.origin[:80], signer=name)
    return checkpoint


def _split_note(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    if len(text) > MAX_NOTE_BYTES or any(ord(char) < ord(" ") and char != "\n" for char in text):
        raise LogError("CHECKPOINT_MALFORMED")
    head, separator, tail = text.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise LogError("CHECKPOINT_MALFORMED")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise LogError("CHECKPOINT_MALFORMED")
    return head + "\n", [_parse_signature(line) for line in lines]


def _parse_signature(line: str) -> tuple[str, bytes]:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    value = _base64(encoded, "CHECKPOINT_MALFORMED")
    if not line.startswith(_DASH) or not space or len(value) <= _HASH_BYTES:
        raise LogError("CHECKPOINT_MALFORMED")
    _check_name(name)
    return name, value


def _parse_body(body: str) -> Checkpoint:
    origin, _, rest = body.partition("\n")
    size, _, rest = rest.partition("\n")
    encoded, _, extensions = rest.partition("\n")
    root = _base64(encoded, "CHECKPOINT_MALFORMED")
    empty_line = extensions.startswith("\n") or "\n\n" in extensions
    if not _SIZE.fullmatch(size) or len(root) != _ROOT_BYTES or empty_line:
        raise LogError("CHECKPOINT_MALFORMED")
    return Checkpoint(origin, int(size), root)


def _key_hash(name: str, key: PublicKey) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + key.raw)[:_HASH_BYTES]


def _check_name(name: str) -> None:
    """A name of the signed-note format: not empty, no white space, no plus."""
    if not name or "+" in name or any(char.isspace() for char in name):
        raise LogError("CHECKPOINT_MALFORMED")


def _base64(text: str, code: str) -> bytes:
    """Standard base64 with padding, one spelling only."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error) as error:
        raise LogError(code) from error
    if base64.b64encode(data).decode() != text:
        raise LogError(code)
    return data
