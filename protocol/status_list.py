"""Bitstring Status List v1.0 (W3C): one bit for each credential of an issuer, compressed, in one signed text.

`encodedList` is multibase `u` (base64url, no padding) of a GZIP file (RFC 1952) of the bits, bit 0 the leftmost of the
first byte. At least 131,072 bits, so that asking for one place of the list tells nobody which credential is meant.

A list comes from a stranger: sizes are bounded before memory is spent, the compressed file has one member, no optional
header fields and nothing behind its end, so that two readers cannot see two lists in one text.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from protocol import base64url
from protocol.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MIN_BITS: Final = 131_072
"""Least bits of a list (specification §6.1: 16 KB uncompressed)."""
MAX_BITS: Final = 8_388_608
"""Most bits that a reader unpacks: 1 MiB."""
_BYTE = 8
_MULTIBASE = "u"
_MAGIC = b"\x1f\x8b\x08\x00"  # GZIP, deflate, no flags: no name, comment, extra field or header checksum
# No time, slowest compression, unknown system: the same bits are always the same text (RFC 1952 §2.3.1).
_HEADER = _MAGIC + bytes((0, 0, 0, 0, 2, 255))
_TRAILER = struct.Struct("<II")


@dataclass(frozen=True, slots=True)
class StatusList:
    """The bits of a list, packed; `size` of them."""

    packed: bytes

    @property
    def size(self) -> int:
        """How many places the list has."""
        return len(self.packed) * _BYTE

    def is_set(self, index: int) -> bool:
        """Whether the bit at `index` is 1; FormatError STATUS_INDEX_OUTSIDE beyond the list."""
        _ensure_inside(index, self.size)
        return bool(self.packed[index // _BYTE] & _mask(index))

    def indexes(self) -> Iterator[int]:
        """The places whose bit is 1, ascending."""
        for number, byte in enumerate(self.packed):
            if byte:
                yield from (at for at in range(number * _BYTE, number * _BYTE + _BYTE) if byte & _mask(at))

    def with_set(self, indexes: Iterable[int]) -> StatusList:
        """The same list in which these bits are 1 too; FormatError STATUS_INDEX_OUTSIDE beyond the list."""
        packed = bytearray(self.packed)
        for index in indexes:
            _ensure_inside(index, self.size)
            packed[index // _BYTE] |= _mask(index)
        return StatusList(bytes(packed))

    def keeps(self, earlier: StatusList) -> bool:
        """Whether nothing that was set is clear again, in a list of at least the same length."""
        if len(self.packed) < len(earlier.packed):
            return False
        return all(old & ~new == 0 for old, new in zip(earlier.packed, self.packed, strict=False))

    def encode(self) -> str:
        """Return `encodedList`."""
        squeezer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        body = squeezer.compress(self.packed) + squeezer.flush()
        trailer = _TRAILER.pack(zlib.crc32(self.packed), len(self.packed))
        return _MULTIBASE + base64url.encode(_HEADER + body + trailer)


def empty(bits: int = MIN_BITS) -> StatusList:
    """A list in which nothing is set; FormatError STATUS_LIST_LENGTH unless its bits are whole bytes within bounds."""
    return _bounded(bytes(bits // _BYTE) if bits % _BYTE == 0 else b"")


def decode(text: str, place: str = "") -> StatusList:
    """Read `encodedList`.

    FormatError STATUS_LIST_MALFORMED for another encoding or a file that is not whole, STATUS_LIST_LENGTH for less
    than 131,072 or more than 8,388,608 bits.
    """
    if not text.startswith(_MULTIBASE):
        raise FormatError("STATUS_LIST_MALFORMED", place)
    try:
        data = base64url.decode(text.removeprefix(_MULTIBASE), place)
    except FormatError as error:
        raise FormatError("STATUS_LIST_MALFORMED", place) from error
    return _bounded(_unpack(data, place), place)


def _unpack(data: bytes, place: str) -> bytes:
    """The one member of a GZIP file, its checksum held; at most one byte more than a list may have."""
    if not data.startswith(_MAGIC) or len(data) < len(_HEADER):
        raise FormatError("STATUS_LIST_MALFORMED", place)
    reader = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        unpacked = reader.decompress(data[len(_HEADER) :], MAX_BITS // _BYTE + 1)
    except zlib.error as error:
        raise FormatError("STATUS_LIST_MALFORMED", place) from error
    if len(unpacked) > MAX_BITS // _BYTE:
        raise FormatError("STATUS_LIST_LENGTH", place, bits=f"> {MAX_BITS}", least=MIN_BITS, most=MAX_BITS)
    trailer = _TRAILER.pack(zlib.crc32(unpacked), len(unpacked))
    if not reader.eof or reader.unused_data != trailer:
        raise FormatError("STATUS_LIST_MALFORMED", place)
    return unpacked


def _bounded(packed: bytes, place: str = "") -> StatusList:
    bits = len(packed) * _BYTE
    if not MIN_BITS <= bits <= MAX_BITS:
        raise FormatError("STATUS_LIST_LENGTH", place, bits=bits, least=MIN_BITS, most=MAX_BITS)
    return StatusList(packed)


def _ensure_inside(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise FormatError("STATUS_INDEX_OUTSIDE", "/credentialStatus/statusListIndex", index=index, size=size)


def _mask(index: int) -> int:
    """The leftmost bit of a byte comes first (specification §3.3)."""
    return 0x80 >> index % _BYTE
