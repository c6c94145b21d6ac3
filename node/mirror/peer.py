"""Another node, as this one reads it: public routes only, every answer bounded and in the form that it has to have.

Nothing is believed here: what an answer says is held against the chain and against its own digests by `reading.py`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from protocol import tiles
from protocol.bundle_model import BundleHead
from protocol.checkpoint import split_note
from protocol.errors import ChainError, FilieraError, LogError
from protocol.hashing import record_digest
from protocol.limits import Limits
from protocol.strict_json import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECONDS = 10.0
_NOTE_BYTES, _TOKEN_BYTES, _BLOCK_BYTES = 65_536, 524_288, 4_194_304
_HEADS_AT_ONCE = 1_000
_HEADS_LIMITS = Limits(max_bytes=_BLOCK_BYTES)


class PeerClient:
    """One node at an address. ChainError PEER_UNREACHABLE, LogError PEER_ANSWER_WRONG."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(timeout=_SECONDS)

    def checkpoint(self) -> tuple[str, str] | None:
        """The newest checkpoint with its cosignatures, and the origin that it names; None before the first head."""
        with self._reading("/checkpoint"):
            note = self._get("/checkpoint", _NOTE_BYTES, may_lack=True).decode("utf-8")
            return (note, split_note(note)[0].partition("\n")[0]) if note else None

    def heads(self, log: bytes, origin: str, after: int, size: int) -> Iterator[BundleHead]:
        """The anchored heads after a seq, up to the one of that many records."""
        while True:
            path = f"/heads?after={after}&limit={_HEADS_AT_ONCE}"
            with self._reading(path):
                listed: Any = parse_json(self._get(path, _BLOCK_BYTES), _HEADS_LIMITS)
                found = [_head(log, origin, entry) for entry in listed]
            for head in found:
                if head.seq != after + 1:
                    raise self._wrong(path, f"seq {head.seq}")
                after = head.seq
                yield head
                if head.size == size:
                    return
            if len(found) < _HEADS_AT_ONCE:
                raise self._wrong(path, f"seq {after + 1}")

    def entries(self, first: int, size: int) -> Iterator[bytes]:
        """Record digests of the leaves from `first` to `size`."""
        for tile in tiles.entry_tiles(first, size):
            path = f"/tile/{tiles.format_tile_path(tile)}"
            with self._reading(path):
                found = tiles.parse_entry_bundle(self._get(path, _NOTE_BYTES))
            if len(found) != (tile.width or tiles.TILE_WIDTH):
                raise self._wrong(path, f"{len(found)} entries")
            yield from found[max(first - tile.index * tiles.TILE_WIDTH, 0) :]

    def record(self, digest: bytes) -> str | None:
        """The record as everybody may read it; None if it is not shown, or another is shown in its place."""
        try:
            token = self._get(f"/events/{digest.hex()}", _TOKEN_BYTES).decode("ascii")
        except (LogError, UnicodeDecodeError):
            return None
        return token if record_digest(token.partition("~")[0]) == digest else None

    def blocks(self, seq: int) -> tuple[bytes, bytes]:
        """Manifest and affected list of a head."""
        base = f"/heads/{seq}"
        return self._get(f"{base}/manifest", _BLOCK_BYTES), self._get(f"{base}/affected", _BLOCK_BYTES)

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def _get(self, path: str, limit: int, *, may_lack: bool = False) -> bytes:
        data = b""
        try:
            with self._http.stream("GET", self.url + path) as answer:
                if may_lack and answer.status_code == httpx.codes.NOT_FOUND:
                    return b""
                if answer.status_code != httpx.codes.OK:
                    raise self._wrong(path, f"HTTP {answer.status_code}")
                for part in answer.iter_bytes():
                    data += part
                    if len(data) > limit:
                        raise self._wrong(path, f"> {limit} B")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ChainError("PEER_UNREACHABLE", self.url, peer=self.url) from error
        return data

    @contextmanager
    def _reading(self, path: str) -> Iterator[None]:
        """Whatever an answer's form is refused for, it is the peer's answer that is wrong."""
        try:
            yield
        except (FilieraError, KeyError, TypeError, ValueError) as error:
            code = error.code if isinstance(error, FilieraError) else type(error).__name__
            if code.startswith("PEER_"):
                raise
            raise self._wrong(path, code) from error

    def _wrong(self, path: str, reason: str) -> LogError:
        return LogError("PEER_ANSWER_WRONG", path, peer=self.url, reason=reason)


def _head(log: bytes, origin: str, entry: dict[str, Any]) -> BundleHead:
    place = entry["chain"]
    return BundleHead(
        log=log,
        origin=origin,
        seq=int(entry["seq"]),
        prev=_hash(entry["prev"]),
        root=_hash(entry["root"]),
        size=int(entry["size"]),
        manifest=_hash(entry["manifest"]),
        block=int(place["block"]),
        transaction=str(place["transaction"]),
    )


def _hash(text: str) -> bytes:
    found = bytes.fromhex(text)
    if len(found) != 32:  # noqa: PLR2004 - SHA-256
        raise ValueError("hash")
    return found
