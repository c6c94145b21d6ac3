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
from typing import TYPE_CHECKING

from protocol.errors import FilieraError, FormatError, LogError
from protocol.hashing import sha256
from protocol.keys import PrivateKey, PublicKey
from protocol.signatures import verify

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
ED25519_NOTE = b"\x01"
SIGNATURE_MARK = "\N{EM DASH} "
KEY_ID_BYTES = 4
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
    check_name(origin)
    if key.alg != "EdDSA":
        raise LogError("CHECKPOINT_KEY", alg=key.alg)
    return f"{origin}+{key_id(origin, key).hex()}+{base64.b64encode(ED25519_NOTE + key.raw).decode()}"


def parse_vkey(vkey: str) -> tuple[str, PublicKey]:
    """Name and key of a verifier key; LogError CHECKPOINT_VKEY."""
    name, _, rest = vkey.partition("+")
    stated, _, encoded = rest.partition("+")
    data = _base64(encoded, "CHECKPOINT_VKEY")
    if not data.startswith(ED25519_NOTE) or not _HEX8.fullmatch(stated):
        raise LogError("CHECKPOINT_VKEY")
    check_name(name)
    try:
        key = PublicKey("EdDSA", data[1:])
    except FormatError as error:
        raise LogError("CHECKPOINT_VKEY") from error
    if key_id(name, key).hex() != stated:
        raise LogError("CHECKPOINT_VKEY")
    return name, key


def sign_note(checkpoint: Checkpoint, key: PrivateKey, extensions: Sequence[str] = ()) -> str:
    """The signed note; the same bytes each time, since Ed25519 is deterministic. Extension lines are never empty."""
    text = checkpoint.text() + "".join(line + "\n" for line in extensions)
    signed = key_id(checkpoint.origin, key.public) + key.sign(text.encode())
    return f"{text}\n{SIGNATURE_MARK}{checkpoint.origin} {base64.b64encode(signed).decode()}\n"


def parse_checkpoint(text: str, vkey: str) -> Checkpoint:
    """Read a checkpoint that the holder of `vkey` signed.

    LogError CHECKPOINT_MALFORMED, CHECKPOINT_ORIGIN, CHECKPOINT_UNSIGNED or CHECKPOINT_SIGNATURE.
    """
    name, key = parse_vkey(vkey)
    body, signatures = split_note(text)
    wanted = key_id(name, key)
    found = [value for signer, value in signatures if signer == name and value[:KEY_ID_BYTES] == wanted]
    if not found:
        raise LogError("CHECKPOINT_UNSIGNED", signer=name)
    try:
        verify(key, body.encode(), found[0][KEY_ID_BYTES:])
    except FilieraError as error:
        raise LogError("CHECKPOINT_SIGNATURE", signer=name) from error
    checkpoint, _ = parse_body(body)
    if checkpoint.origin != name:
        raise LogError("CHECKPOINT_ORIGIN", origin=checkpoint.origin[:80], signer=name)
    return checkpoint


def split_note(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The signed text with its last newline, and (name, key id ‖ signature) of each signature line, all well formed.

    LogError CHECKPOINT_MALFORMED.
    """
    if len(text) > MAX_NOTE_BYTES or any(ord(char) < ord(" ") and char != "\n" for char in text):
        raise LogError("CHECKPOINT_MALFORMED")
    head, separator, tail = text.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise LogError("CHECKPOINT_MALFORMED")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise LogError("CHECKPOINT_MALFORMED")
    return head + "\n", [parse_signature(line) for line in lines]


def parse_signature(line: str) -> tuple[str, bytes]:
    """Name and (key id ‖ signature) of one signature line without its newline; LogError CHECKPOINT_MALFORMED."""
    name, space, encoded = line.removeprefix(SIGNATURE_MARK).partition(" ")
    value = _base64(encoded, "CHECKPOINT_MALFORMED")
    if not line.startswith(SIGNATURE_MARK) or not space or len(value) <= KEY_ID_BYTES:
        raise LogError("CHECKPOINT_MALFORMED")
    check_name(name)
    return name, value


def parse_body(body: str) -> tuple[Checkpoint, list[str]]:
    """The checkpoint that a note's text states, and its extension lines; LogError CHECKPOINT_MALFORMED."""
    origin, _, rest = body.partition("\n")
    size, _, rest = rest.partition("\n")
    encoded, _, extensions = rest.partition("\n")
    root = _base64(encoded, "CHECKPOINT_MALFORMED")
    empty_line = extensions.startswith("\n") or "\n\n" in extensions
    if not _SIZE.fullmatch(size) or len(root) != _ROOT_BYTES or empty_line:
        raise LogError("CHECKPOINT_MALFORMED")
    return Checkpoint(origin, int(size), root), extensions.removesuffix("\n").split(
        "\n"
    ) if extensions else []


def key_id(name: str, key: PublicKey, kind: bytes = ED25519_NOTE) -> bytes:
    """The four bytes by which a signature line names its key; `kind` is the signature type of C2SP signed-note."""
    return sha256(name.encode() + b"\n" + kind + key.raw)[:KEY_ID_BYTES]


def check_name(name: str) -> None:
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
