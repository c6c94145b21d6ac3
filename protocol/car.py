"""CAR version 1 (IPLD): a file's blocks behind each other, for whoever wants to check them himself.

Written with one root, blocks in the order of reading (depth first). Read from anybody: header and lengths are bounded
before anything is kept, and every block is held against its address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocol.cid import MAX_BLOCK_BYTES, check_block, split_cid
from protocol.dag_pb import encode_varint
from protocol.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_CAR_ROOTS: Final = 16
"""Roots in one header."""
_MAX_HEADER = 4096
_MAX_CID = 160
_MAX_SHIFT = 28  # lengths of five bytes at most
_ARRAY = 0x80  # of up to 23 elements
_TAG_CID = b"\xd8\x2a"
_VERSION = b"\x67version\x01"
_ROOTS = b"\x65roots"


def car_header(root: bytes) -> bytes:
    """Return the beginning of a CAR with one root (dag-cbor `{roots: [root], version: 1}`)."""
    header = b"\xa2" + _ROOTS + b"\x81" + _TAG_CID + _byte_string(b"\x00" + root) + _VERSION
    return encode_varint(len(header)) + header


def car_section(cid: bytes, block: bytes) -> bytes:
    """Return one block with its address, as it stands in a CAR."""
    return encode_varint(len(cid) + len(block)) + cid + block


def read_car(read: Callable[[int], bytes]) -> tuple[list[bytes], Iterator[tuple[bytes, bytes]]]:
    """Return (roots, checked blocks as (CID, block)) of a CAR; `read(n)` gives up to n bytes, b"" at the end.

    DocumentError `CAR_MALFORMED`, `BLOCK_MISMATCH`, `CID_UNSUPPORTED` (a hash function that we do not know).
    """
    header = _section(read, _MAX_HEADER)
    if header is None:
        raise DocumentError("CAR_MALFORMED", "header")
    return _roots(header), _blocks(read)


def _blocks(read: Callable[[int], bytes]) -> Iterator[tuple[bytes, bytes]]:
    while (section := _section(read, MAX_BLOCK_BYTES + _MAX_CID)) is not None:
        length = split_cid(section)[3]
        cid, block = section[:length], section[length:]
        check_block(cid, block)
        yield cid, block


def _section(read: Callable[[int], bytes], limit: int) -> bytes | None:
    length, shift = 0, 0
    while True:
        byte = read(1)
        if not byte and shift == 0:
            return None
        if not byte or shift > _MAX_SHIFT:
            raise DocumentError("CAR_MALFORMED", "length")
        length |= (byte[0] & 0x7F) << shift
        if not byte[0] & 0x80:
            break
        shift += 7
    if not 0 < length <= limit or (byte[0] == 0 and shift):
        raise DocumentError("CAR_MALFORMED", "length")
    return _exactly(read, length)


def _exactly(read: Callable[[int], bytes], length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        more = read(length - len(data))
        if not more:
            raise DocumentError("CAR_MALFORMED", "end")
        data += more
    return bytes(data)


def _roots(header: bytes) -> list[bytes]:
    if not header.startswith(b"\xa2" + _ROOTS) or not header.endswith(_VERSION):
        raise DocumentError("CAR_MALFORMED", "header")
    count, place = header[7] - _ARRAY, 8
    if not 0 < count <= MAX_CAR_ROOTS:
        raise DocumentError("CAR_MALFORMED", "roots")
    roots = []
    for _ in range(count):
        start = place + 4
        if header[place : place + 3] != _TAG_CID + b"\x58" or start >= len(header):
            raise DocumentError("CAR_MALFORMED", "roots")
        place = start + header[start - 1]
        if header[start] != 0:
            raise DocumentError("CAR_MALFORMED", "roots")
        roots.append(header[start + 1 : place])
    if header[place:] != _VERSION:
        raise DocumentError("CAR_MALFORMED", "roots")
    return roots


def _byte_string(data: bytes) -> bytes:
    return b"\x58" + bytes([len(data)]) + data
