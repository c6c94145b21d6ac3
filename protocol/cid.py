"""Content addresses: CIDv1, sha2-256, and the UnixFS profile by which a file gets one (README §1, §8).

The profile is that of `ipfs add --cid-version=1 --raw-leaves`: chunks of 256 KiB as raw leaves, a balanced tree of
dag-pb file nodes with at most 174 links each. Anybody with any IPFS implementation gets the same address for the same
bytes; `unixfs.py` reads such a file back from its blocks.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from protocol import base58
from protocol.dag_pb import decode_varint, encode_file, links_of
from protocol.errors import DocumentError, FilieraError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "CHUNK_BYTES",
    "CID_BYTES",
    "DAG_PB",
    "MAX_BLOCK_BYTES",
    "MAX_LINKS",
    "RAW",
    "CidBuilder",
    "check_block",
    "cid_of_bytes",
    "codec_of",
    "format_cid",
    "links_of",
    "parse_cid",
    "parse_foreign_cid",
    "raw_cid",
    "split_cid",
]

CHUNK_BYTES: Final = 262_144
"""One leaf."""
MAX_LINKS: Final = 174
"""Links in one node: Kubo's balanced layout."""
MAX_BLOCK_BYTES: Final = 2_097_152
"""One block of anybody: what IPFS peers pass on at most."""
CID_BYTES: Final = 36
"""One address of ours as bytes."""
RAW: Final = 0x55
DAG_PB: Final = 0x70
_SHA256 = b"\x12\x20"
_PREFIX = {RAW: b"\x01\x55" + _SHA256, DAG_PB: b"\x01\x70" + _SHA256}
_TEXT_LENGTH = 59
_V0_BYTES = 34
_IDENTITY = 0x00
_HASHES = {0x12: 32, 0x13: 64}  # sha2-256, sha2-512
_MAX_FOREIGN = 128


def raw_cid(sha256: bytes) -> bytes:
    """Return the address (36 bytes) of one raw block from its SHA-256."""
    return _address(RAW, sha256)


def parse_cid(text: str) -> bytes:
    """Read the one written form that we make: CIDv1, base32 lower case, raw or dag-pb, sha2-256; 36 bytes.

    DocumentError `CID_MALFORMED` for anything else, also for other spellings of the same address.
    """
    if len(text) != _TEXT_LENGTH or not text.startswith("b") or not text.isascii():
        raise DocumentError("CID_MALFORMED", "cid")
    cid = _base32(text)
    if cid[:4] not in _PREFIX.values() or len(cid) != CID_BYTES or format_cid(cid) != text:
        raise DocumentError("CID_MALFORMED", "cid")
    return cid


def parse_foreign_cid(text: str) -> bytes:
    """Read an address that others may have written: CIDv0 (as 34 bytes), or CIDv1 in base32 or base58btc, any codec."""
    if not text.isascii() or len(text) > _MAX_FOREIGN:
        raise DocumentError("CID_MALFORMED", "cid")
    try:
        if text.startswith("Qm"):
            cid = base58.decode(text)
        else:
            cid = base58.decode(text[1:]) if text[:1] == "z" else _base32(text)
    except FilieraError as error:
        raise DocumentError("CID_MALFORMED", "cid") from error
    if text[:1] == "b" and format_cid(cid) != text:
        raise DocumentError("CID_MALFORMED", "cid")
    if text.startswith("Qm") != (cid[:2] == _SHA256):
        raise DocumentError("CID_MALFORMED", "cid")
    codec_of(cid)
    return cid


def format_cid(cid: bytes) -> str:
    """Return the text of an address: base32 lower case without padding; base58btc for a CIDv0."""
    if cid[:2] == _SHA256 and len(cid) == _V0_BYTES:
        return base58.encode(cid)
    return "b" + base64.b32encode(cid).decode("ascii").rstrip("=").lower()


def codec_of(cid: bytes) -> int:
    """Return the codec of an address.

    DocumentError `CID_MALFORMED` if it is none, `CID_UNSUPPORTED` for unknown hash functions.
    """
    codec, _, _, length = split_cid(cid)
    if length != len(cid):
        raise DocumentError("CID_MALFORMED", "cid")
    return codec


def split_cid(data: bytes) -> tuple[int, int, bytes, int]:
    """Read the address at the beginning of `data`: (codec, hash function, digest, its length in bytes)."""
    if data[:2] == _SHA256:
        codec, start = DAG_PB, 0
    elif data[:1] == b"\x01":
        codec, start = _number(data, 1)
    else:
        raise DocumentError("CID_MALFORMED", "cid")
    function, place = _number(data, start)
    size, place = _number(data, place)
    if function != _IDENTITY and function not in _HASHES:
        raise DocumentError("CID_UNSUPPORTED", "cid")
    if size != _HASHES.get(function, size) or size > _MAX_FOREIGN or place + size > len(data):
        raise DocumentError("CID_MALFORMED", "cid")
    return codec, function, data[place : place + size], place + size


def check_block(cid: bytes, block: bytes) -> None:
    """Hold a block against its address; DocumentError `BLOCK_MISMATCH` if it is not that block.

    Addresses that others made may use sha2-512 or hold the bytes themselves (identity).
    """
    codec_of(cid)
    _, function, digest, _ = split_cid(cid)
    if len(block) > MAX_BLOCK_BYTES:
        raise DocumentError("BLOCK_TOO_LARGE", "block", limit=MAX_BLOCK_BYTES)
    if function == _IDENTITY:
        found = block
    else:
        found = (hashlib.sha256 if function == _SHA256[0] else hashlib.sha512)(block).digest()
    if not hmac.compare_digest(found, digest):
        raise DocumentError("BLOCK_MISMATCH", "block", cid=format_cid(cid))


def cid_of_bytes(data: bytes) -> str:
    """Return the address of a file that lies in memory."""
    builder = CidBuilder()
    builder.update(data)
    return builder.finish()


class CidBuilder:
    """Addresses a file of any size as it streams by; holds one chunk and one unfinished node a level.

    `emit(cid, block)` is given every block, children before parents. After `finish()`: `size` (bytes of the file),
    `sha256` (of the plain bytes), `root` (the address as 36 bytes).
    """

    def __init__(self, emit: Callable[[bytes, bytes], None] | None = None) -> None:
        self._emit = emit
        self._rest = bytearray()
        self._digest = hashlib.sha256()
        # One list a level, leaves first: (CID, bytes of the file below, bytes of all blocks below).
        self._levels: list[list[tuple[bytes, int, int]]] = [[]]
        self.size = 0
        self.root = b""

    @property
    def sha256(self) -> bytes:
        """SHA-256 of the bytes so far."""
        return self._digest.digest()

    def update(self, data: bytes) -> None:
        """Take the next bytes, in pieces of any size."""
        self.size += len(data)
        self._digest.update(data)
        self._rest += data
        whole = len(self._rest) - len(self._rest) % CHUNK_BYTES
        for start in range(0, whole, CHUNK_BYTES):
            self._leaf(bytes(self._rest[start : start + CHUNK_BYTES]))
        del self._rest[:whole]

    def finish(self) -> str:
        """Return the address as text; the builder takes nothing any more."""
        if self._rest or not self.size:
            self._leaf(bytes(self._rest))
        level = 0
        while level < len(self._levels) - 1 or len(self._levels[level]) > 1:
            if self._levels[level]:
                self._close(level)
            level += 1
        self.root = self._levels[level][0][0]
        return format_cid(self.root)

    def _leaf(self, chunk: bytes) -> None:
        self._add(0, self._put(RAW, chunk), len(chunk), len(chunk))

    def _add(self, level: int, cid: bytes, part: int, total: int) -> None:
        if level == len(self._levels):
            self._levels.append([])
        self._levels[level].append((cid, part, total))
        if len(self._levels[level]) == MAX_LINKS:
            self._close(level)

    def _close(self, level: int) -> None:
        links = self._levels[level]
        self._levels[level] = []
        block = encode_file(links)
        total = len(block) + sum(below for _, _, below in links)
        self._add(level + 1, self._put(DAG_PB, block), sum(part for _, part, _ in links), total)

    def _put(self, codec: int, block: bytes) -> bytes:
        cid = _address(codec, hashlib.sha256(block).digest())
        if self._emit is not None:
            self._emit(cid, block)
        return cid


def _address(codec: int, sha256: bytes) -> bytes:
    if len(sha256) != _HASHES[_SHA256[0]]:
        raise DocumentError("CID_MALFORMED", "sha256")
    return _PREFIX[codec] + sha256


def _number(data: bytes, start: int) -> tuple[int, int]:
    try:
        return decode_varint(data[: start + 9], start, "cid")
    except DocumentError as error:
        raise DocumentError("CID_MALFORMED", "cid") from error


def _base32(text: str) -> bytes:
    body = text[1:].upper()
    if text[:1] != "b" or text != text.lower():
        raise DocumentError("CID_MALFORMED", "cid")
    try:
        return base64.b32decode(body + "=" * (-len(body) % 8))
    except binascii.Error as error:
        raise DocumentError("CID_MALFORMED", "cid") from error
