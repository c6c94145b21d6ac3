"""dag-pb nodes and the UnixFS file records inside them, written and read by hand (IPLD dag-pb, UnixFS v1).

Only one form of each node is accepted, the one that every known writer makes: links before data, minimal varints, known
fields in rising order. Two spellings of one node would be two addresses of one file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from protocol.errors import DocumentError

FILE: Final = 2
"""UnixFS type of a file node; `RAW` is the old type of a leaf."""
RAW: Final = 0
_VARINT, _BYTES = 0, 2
_MORE = 0x80  # set in every byte of a varint but the last
# Field numbers of the UnixFS record: kind, bytes, size, sizes of the parts; HAMT fields; mode and time.
_KIND, _INLINE, _SIZE, _PART = 1, 2, 3, 4
_HAMT, _IGNORED = frozenset({5, 6}), frozenset({7, 8})
_MAX_VARINT_BYTES = 9  # sizes below 2^63, as in multiformats' unsigned varint


@dataclass(frozen=True, slots=True)
class Link:
    """One link: the child's CID as bytes, its name (empty in files), the bytes of all blocks below it."""

    cid: bytes
    name: str
    total: int


@dataclass(frozen=True, slots=True)
class Node:
    """One dag-pb block: links, and the data field (None if absent)."""

    links: tuple[Link, ...]
    data: bytes | None


@dataclass(frozen=True, slots=True)
class UnixFile:
    """The UnixFS record of a file node: bytes held here, size of the whole, size of what each link leads to."""

    kind: int
    inline: bytes
    size: int
    parts: tuple[int, ...]


def encode_varint(number: int) -> bytes:
    """Unsigned LEB128."""
    out = bytearray()
    while number >= _MORE:
        out.append(number & 0x7F | _MORE)
        number >>= 7
    out.append(number)
    return bytes(out)


def decode_varint(data: bytes, start: int, what: str) -> tuple[int, int]:
    """Return (number, place behind it); minimal spelling only, below 2^63."""
    number = 0
    for place in range(start, min(len(data), start + _MAX_VARINT_BYTES)):
        byte = data[place]
        number |= (byte & 0x7F) << 7 * (place - start)
        if byte < _MORE:
            if byte == 0 and place > start:
                break
            return number, place + 1
    raise DocumentError("BLOCK_MALFORMED", what, reason="varint")


def encode_file(links: list[tuple[bytes, int, int]]) -> bytes:
    """Return the block of a file node over `links`, each (CID, bytes of the file below, bytes of all blocks below)."""
    size = sum(part for _, part, _ in links)
    record = b"\x08\x02\x18" + encode_varint(size)
    record += b"".join(b"\x20" + encode_varint(part) for _, part, _ in links)
    written = b"".join(
        _field(0x12, _field(0x0A, cid) + b"\x12\x00\x18" + encode_varint(total)) for cid, _, total in links
    )
    return written + _field(0x0A, record)


def links_of(block: bytes) -> tuple[Link, ...]:
    """Return the links of a dag-pb block; DocumentError `BLOCK_MALFORMED` if it is not one."""
    return parse_node(block).links


def parse_node(block: bytes) -> Node:
    """Read a dag-pb block; DocumentError `BLOCK_MALFORMED` for anything but its one form."""
    links: list[Link] = []
    data: bytes | None = None
    for number, value in _fields(block, "block"):
        if not isinstance(value, bytes) or number not in {1, 2} or data is not None:
            raise DocumentError("BLOCK_MALFORMED", "block", reason="field")
        if number == 1:
            data = value
        else:
            links.append(_link(value))
    return Node(tuple(links), data)


def parse_file(node: Node) -> UnixFile:
    """Read the UnixFS record of a file node and hold its sizes together.

    DocumentError `NOT_A_FILE` for directories and other kinds, `BLOCK_MALFORMED` where a size does not fit.
    """
    kind, inline, size, parts = None, b"", None, []
    last = 0
    for number, value in _fields(node.data or b"", "data"):
        if number < last or (number == last and number != _PART):
            raise DocumentError("BLOCK_MALFORMED", "data", reason="order")
        last = number
        if number == _INLINE and isinstance(value, bytes):
            inline = value
        elif number == _KIND and isinstance(value, int):
            kind = value
        elif number == _SIZE and isinstance(value, int):
            size = value
        elif number == _PART and isinstance(value, int):
            parts.append(value)
        elif number not in _IGNORED:
            raise DocumentError(
                "NOT_A_FILE" if number in _HAMT else "BLOCK_MALFORMED", "data", reason="field"
            )
    if kind not in {FILE, RAW}:
        raise DocumentError("NOT_A_FILE", "data")
    whole = len(inline) + sum(parts)
    # A part without bytes would let a small graph cost endless work.
    if len(parts) != len(node.links) or 0 in parts or size not in {whole, None if node.links else whole}:
        raise DocumentError("BLOCK_MALFORMED", "data", reason="sizes")
    return UnixFile(kind, inline, whole, tuple(parts))


def _field(tag: int, value: bytes) -> bytes:
    return bytes([tag]) + encode_varint(len(value)) + value


def _link(data: bytes) -> Link:
    found: dict[int, int | bytes] = {}
    for number, value in _fields(data, "link"):
        if number in found or number not in {1, 2, 3} or number < max(found, default=0):
            raise DocumentError("BLOCK_MALFORMED", "link", reason="field")
        found[number] = value
    cid, name, total = found.get(1), found.get(2, b""), found.get(3, 0)
    if not isinstance(cid, bytes) or not cid or not isinstance(name, bytes) or not isinstance(total, int):
        raise DocumentError("BLOCK_MALFORMED", "link", reason="field")
    try:
        return Link(cid, name.decode("utf-8"), total)
    except UnicodeDecodeError as error:
        raise DocumentError("BLOCK_MALFORMED", "link", reason="name") from error


def _fields(data: bytes, what: str) -> list[tuple[int, int | bytes]]:
    """Return (field number, value) in order: varints as int, length-delimited as bytes; no other wire types."""
    found: list[tuple[int, int | bytes]] = []
    place = 0
    while place < len(data):
        tag, place = decode_varint(data, place, what)
        value, place = decode_varint(data, place, what)
        if tag & 7 == _VARINT:
            found.append((tag >> 3, value))
        elif tag & 7 == _BYTES and place + value <= len(data):
            found.append((tag >> 3, data[place : place + value]))
            place += value
        else:
            raise DocumentError("BLOCK_MALFORMED", what, reason="wire")
    return found
