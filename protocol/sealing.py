"""A paper under a content key, so that it may lie anywhere (design §4.9): chunked AES-256-GCM, padded to size classes.

    magic "filiera-sealed/1" and a newline ‖ 7 bytes prefix ‖ chunk 0 ‖ chunk 1 … ‖ last chunk

Each chunk is AES-256-GCM over at most 65 536 bytes, nonce = prefix ‖ uint32 number ‖ 01 for the last chunk and 00 for
all others, additional data = everything before chunk 0: a chunk that is altered, moved, left out or cut off is found
before a byte of it is used. Together the chunks hold uint64 length ‖ the paper ‖ zeros up to the size class of the
whole, so that a size gives no paper away. A key serves for one paper; key and prefix come from the caller, who has the
randomness.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protocol.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAGIC: Final = b"filiera-sealed/1\n"
SEALED_CHUNK: Final = 65_536
"""Clear bytes in one chunk."""
KEY_BYTES: Final = 32
PREFIX_BYTES: Final = 7
_TAG = 16
_LENGTH = 8
_HEADER = len(MAGIC) + PREFIX_BYTES
_SMALLEST = 4096
_MAX_CHUNKS = 2**32


def size_class(length: int) -> int:
    """Return the bytes that hold `length` bytes: at most 12 % more, log log n classes (Padmé, PURBs 2019)."""
    if length <= _SMALLEST:
        return _SMALLEST
    exponent = length.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-length // step) * step


def sealed_size(length: int) -> int:
    """Return how many bytes a paper of `length` bytes takes when it is sealed."""
    clear = size_class(_LENGTH + length)
    return _HEADER + clear + _TAG * -(-clear // SEALED_CHUNK)


def seal(parts: Iterable[bytes], length: int, key: bytes, prefix: bytes) -> Iterator[bytes]:
    """Yield a paper of exactly `length` bytes under `key`; ValueError if it has another length."""
    header = _header(key, prefix)
    yield header
    waiting, left = bytearray(length.to_bytes(_LENGTH, "big")), size_class(_LENGTH + length)
    cipher, number = AESGCM(key), 0
    for part in _padded(parts, length):
        waiting += part
        while len(waiting) >= SEALED_CHUNK or len(waiting) == left:
            size = min(SEALED_CHUNK, left)
            left -= size
            yield cipher.encrypt(_nonce(prefix, number, last=not left), bytes(waiting[:size]), header)
            del waiting[:size]
            number += 1
            if not left:
                return


def unseal(parts: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """Yield the paper, checked chunk by chunk; it is whole only when the iterator ends without an error.

    DocumentError `SEALED_MALFORMED`, `SEALED_ALTERED` (wrong key, altered, cut off or continued).
    """
    chunks = _chunks(parts)
    header = next(chunks, (b"", False))[0]
    if len(header) != _HEADER or not header.startswith(MAGIC) or len(key) != KEY_BYTES:
        raise DocumentError("SEALED_MALFORMED", "header")
    cipher, prefix = AESGCM(key), header[len(MAGIC) :]
    length, seen, clear = -1, 0, b""
    for number, (chunk, last) in enumerate(chunks):
        try:
            clear = cipher.decrypt(_nonce(prefix, number, last=last), chunk, header)
        except (InvalidTag, ValueError) as error:
            raise DocumentError("SEALED_ALTERED", "chunk", number=number) from error
        start = 0
        if number == 0:
            length, start = int.from_bytes(clear[:_LENGTH], "big"), _LENGTH
        found = clear[start : max(start, min(len(clear), _LENGTH + length - seen))]
        if any(clear[start + len(found) :]):
            raise DocumentError("SEALED_MALFORMED", "padding")
        seen += len(clear)
        if found:
            yield found
    if length < 0 or seen != size_class(_LENGTH + length):
        raise DocumentError("SEALED_MALFORMED", "length")


def _header(key: bytes, prefix: bytes) -> bytes:
    if len(key) != KEY_BYTES or len(prefix) != PREFIX_BYTES:
        raise ValueError("a key of 32 bytes and a prefix of 7")
    return MAGIC + prefix


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    if number >= _MAX_CHUNKS:
        raise DocumentError("SEALED_MALFORMED", "chunk")
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _padded(parts: Iterable[bytes], length: int) -> Iterator[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > length:
            break
        yield part
    if size != length:
        raise ValueError("the paper changed its length while it was sealed")
    zeros = size_class(_LENGTH + length) - _LENGTH - length
    while zeros:
        yield bytes(min(zeros, SEALED_CHUNK))
        zeros -= min(zeros, SEALED_CHUNK)
    yield b""


def _chunks(parts: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield the header, then each chunk with whether it is the last: that is known before it is read."""
    waiting, size = bytearray(), _HEADER
    for part in parts:
        waiting += part
        while len(waiting) > size:
            yield bytes(waiting[:size]), False
            del waiting[:size]
            size = SEALED_CHUNK + _TAG
    yield bytes(waiting), True
