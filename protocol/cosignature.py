"""Cosignatures: what a witness says about a note that somebody else signed (README §15).

Two statements, told apart by the signature type in the key id and by the first line of what is signed, so that one
can never pass for the other:

* `CHECKPOINT`: C2SP tlog-cosignature, Ed25519 (`cosignature/v1`, type 0x04): "as of this time the largest consistent
  tree of that log that I have seen has this root".
* `SNAPSHOT`: ours (type 0xff and a name, as C2SP signed-note has it for types without a number): "my own endpoint of
  the chain gives this state for that block". A state is no append-only tree, so the first statement must not be used.

The signature of a line is `timestamp ‖ Ed25519 signature`, 8 and 64 bytes. Lines of keys that are not asked for are
read over; a line of a key that is asked for has to verify, or the whole note is refused (C2SP signed-note).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from protocol.checkpoint import KEY_ID_BYTES, SIGNATURE_MARK, check_name, key_id, parse_signature, split_note
from protocol.errors import FilieraError, FormatError, LogError
from protocol.keys import PublicKey
from protocol.signatures import verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocol.keys import PrivateKey

MAX_TIME: Final = 2**63 - 1
_TIME_BYTES = 8
_SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Statement:
    """What a cosignature says: signature type in the key id, and the first line of the signed message."""

    kind: bytes
    header: str


CHECKPOINT: Final = Statement(b"\x04", "cosignature/v1")
SNAPSHOT: Final = Statement(b"\xfffiliera-snapshot/1", "filiera-snapshot/1")


def cosign(body: str, time: int, name: str, key: PrivateKey, statement: Statement = CHECKPOINT) -> str:
    """Return the signature line, with its newline, of the witness `name` over a note's text.

    `body` is the whole text with its last newline, `time` in seconds since 1970. LogError COSIGNATURE_KEY,
    COSIGNATURE_TIME, CHECKPOINT_MALFORMED for a name that no note can carry.
    """
    check_name(name)
    if key.alg != "EdDSA":
        raise LogError("COSIGNATURE_KEY", alg=key.alg)
    if not 0 <= time <= MAX_TIME:
        raise LogError("COSIGNATURE_TIME", time=time)
    signed = key.sign(_message(body, time, statement))
    value = key_id(name, key.public, statement.kind) + time.to_bytes(_TIME_BYTES, "big") + signed
    return f"{SIGNATURE_MARK}{name} {base64.b64encode(value).decode()}\n"


def cosigners(note: str, pinned: Mapping[str, bytes], statement: Statement = CHECKPOINT) -> dict[str, int]:
    """Return which pinned witnesses cosigned a note, each with the newest time at which it did.

    `pinned` are the raw Ed25519 keys by name. LogError CHECKPOINT_MALFORMED, and WITNESS_SIGNATURE as soon as one
    line bears a pinned name and key id but does not verify.
    """
    body, signatures = split_note(note)
    found: dict[str, int] = {}
    for name, value in signatures:
        key = _pinned(pinned, name)
        if key is not None and value[:KEY_ID_BYTES] == key_id(name, key, statement.kind):
            time = _checked(body, name, value[KEY_ID_BYTES:], key, statement)
            found[name] = max(time, found.get(name, 0))
    return found


def format_cosigner(name: str, key: PublicKey, statement: Statement = CHECKPOINT) -> str:
    """The verifier key by which others' programs know a witness (C2SP signed-note and tlog-cosignature)."""
    check_name(name)
    material = base64.b64encode(statement.kind + key.raw).decode()
    return f"{name}+{key_id(name, key, statement.kind).hex()}+{material}"


def quorum_time(times: Iterable[int], quorum: int) -> int:
    """The latest time at or after which `quorum` witnesses cosigned; at least so many times have to be given."""
    return sorted(times, reverse=True)[quorum - 1]


def lines_of(lines: str, pinned: Mapping[str, bytes], statement: Statement = CHECKPOINT) -> str:
    """Of signature lines those that bear a pinned name and key id, unverified; LogError CHECKPOINT_MALFORMED."""
    kept = []
    for line in lines.removesuffix("\n").split("\n"):
        name, value = parse_signature(line)
        key = _pinned(pinned, name)
        if key is not None and value[:KEY_ID_BYTES] == key_id(name, key, statement.kind):
            kept.append(line + "\n")
    return "".join(kept)


def add_lines(note: str, lines: str) -> str:
    """A note with further signature lines (a witness's answer) behind its own; LogError CHECKPOINT_MALFORMED."""
    if lines and not lines.endswith("\n"):
        raise LogError("CHECKPOINT_MALFORMED")
    given, known = lines.split("\n")[:-1], note.split("\n")
    for line in given:
        parse_signature(line)
    fresh = [line for line in given if line not in known]
    joined = note + "".join(line + "\n" for line in fresh)
    split_note(joined)
    return joined


def _checked(body: str, name: str, value: bytes, key: PublicKey, statement: Statement) -> int:
    time = int.from_bytes(value[:_TIME_BYTES], "big")
    if len(value) != _TIME_BYTES + _SIGNATURE_BYTES or time > MAX_TIME:
        raise LogError("WITNESS_SIGNATURE", witness=name)
    try:
        verify(key, _message(body, time, statement), value[_TIME_BYTES:])
    except FilieraError as error:
        raise LogError("WITNESS_SIGNATURE", witness=name) from error
    return time


def _pinned(pinned: Mapping[str, bytes], name: str) -> PublicKey | None:
    raw = pinned.get(name)
    try:
        return None if raw is None else PublicKey("EdDSA", raw)
    except FormatError as error:
        raise LogError("COSIGNATURE_KEY", alg="EdDSA") from error


def _message(body: str, time: int, statement: Statement) -> bytes:
    return f"{statement.header}\ntime {time}\n{body}".encode()
