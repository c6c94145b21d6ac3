"""Reads a UnixFS file back from blocks that nobody vouches for (README §1: document).

Every block is held against its address before it is looked at, so that a graph can neither be altered nor go in
circles. What a stranger can still choose is its shape: depth, block size and the size of the whole are bounded, and a
part without bytes is refused, so that each step yields something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocol.cid import DAG_PB, RAW, check_block, codec_of
from protocol.dag_pb import parse_file, parse_node
from protocol.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_FILE_DEPTH: Final = 8
"""Levels of nodes above the leaves: 174 links a node reach far beyond any file with four."""
MAX_FILE_BYTES: Final = 2**40
"""One file, unless the reader asks for less."""


def read_file(
    cid: bytes,
    get_block: Callable[[bytes], bytes],
    *,
    max_bytes: int = MAX_FILE_BYTES,
    start: int = 0,
    stop: int = MAX_FILE_BYTES,
    on_block: Callable[[bytes, bytes], None] | None = None,
) -> Iterator[bytes]:
    """Yield the bytes of the file `cid` from `start` up to `stop`, in order, from one block at a time.

    Memory is bounded by the blocks of one path; blocks outside the part that is asked for are not fetched.
    `get_block(cid)` fetches one block and raises DocumentError if it has none; `on_block(cid, block)` is told of each
    checked block, parents before children. DocumentError: `BLOCK_MISMATCH`, `BLOCK_MALFORMED`, `NOT_A_FILE`,
    `CONTENT_TOO_DEEP`, `CONTENT_TOO_LARGE`. Bytes yielded before an error are those of the file up to there.
    """
    # (address, bytes that the parent promised, place in the file, depth); the last entry is read next.
    waiting: list[tuple[bytes, int | None, int, int]] = [(cid, None, 0, 0)]
    while waiting:
        address, promised, place, depth = waiting.pop()
        block = get_block(address)
        check_block(address, block)
        if on_block is not None:
            on_block(address, block)
        inline, size, children = _open(address, block)
        if promised is not None and size != promised:
            raise DocumentError("BLOCK_MALFORMED", "data", reason="sizes")
        if promised is None and size > max_bytes:
            raise DocumentError("CONTENT_TOO_LARGE", "file", limit=max_bytes)
        if children and depth == MAX_FILE_DEPTH:
            raise DocumentError("CONTENT_TOO_DEEP", "file", limit=MAX_FILE_DEPTH)
        if wanted := inline[max(0, start - place) : max(0, stop - place)]:
            yield wanted
        place += len(inline)
        below = []
        for child, part in children:
            if place + part > start and place < stop:
                below.append((child, part, place, depth + 1))
            place += part
        waiting.extend(reversed(below))


def _open(address: bytes, block: bytes) -> tuple[bytes, int, list[tuple[bytes, int]]]:
    """Return (bytes held here, bytes of the file from here, [(child, bytes of the file from there)])."""
    codec = codec_of(address)
    if codec == RAW:
        return block, len(block), []
    if codec != DAG_PB:
        raise DocumentError("NOT_A_FILE", "cid")
    node = parse_node(block)
    file = parse_file(node)
    children = [(link.cid, part) for link, part in zip(node.links, file.parts, strict=True)]
    return file.inline, file.size, children
