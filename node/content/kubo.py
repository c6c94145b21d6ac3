"""Blocks in a Kubo daemon, through its API (port `ContentStore`).

The daemon is given our blocks, not our files: their addresses are computed here, so its version, chunker and defaults
cannot change one. It is believed in nothing: addresses that it answers are compared, blocks that it gives are checked
by the reader. How durable a block is after `publish` is the daemon's affair (its datastore's `sync`).
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import ipfshttpclient
from ipfshttpclient import exceptions

from protocol.cid import MAX_BLOCK_BYTES, RAW, codec_of, format_cid
from protocol.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

GET_SECONDS: Final = 20.0
"""How long a block may take to come, from this daemon or through it from its peers."""
PUT_SECONDS: Final = 60.0
_CODECS = {RAW: "raw"}
_NOT_PINNED = "not pinned"


class KuboStore:
    """One daemon; `address` is the multiaddr of its API."""

    def __init__(self, address: str, get_seconds: float = GET_SECONDS) -> None:
        # The library hands urllib3 a parameter of former days with each connection.
        warnings.filterwarnings("ignore", "The 'strict' parameter", FutureWarning)
        try:
            # `connect()` refuses daemons of today for their version; the calls used here have not changed.
            self._client = ipfshttpclient.Client(address)
        except exceptions.AddressError as error:
            raise DocumentError("KUBO_ADDRESS", "FILIERA_KUBO", given=address) from error
        self._get_seconds = get_seconds

    def publish(self, blocks: Mapping[bytes, Path]) -> None:
        """Put every block, then pin the root, which makes the daemon keep what is below it."""
        root = b""
        for root, file in blocks.items():
            self._put(root, file)
        with _daemon():
            self._client.pin.add(format_cid(root), timeout=PUT_SECONDS)

    def get(self, cid: bytes) -> bytes:
        """Return a block; left as soon as more comes than a block may have."""
        found = bytearray()
        with _daemon():
            # The public call has no bound; the request below it can be read bit by bit.
            request: Any = self._client._client.request  # noqa: SLF001
            with request("/block/get", (format_cid(cid),), stream=True, timeout=self._get_seconds) as parts:
                for part in parts:
                    found += part
                    if len(found) > MAX_BLOCK_BYTES:
                        break
        return bytes(found)

    def remove(self, root: bytes, cids: Collection[bytes]) -> None:
        """Unpin a file; its blocks go with the daemon's next garbage collection, unless another pin holds them."""
        del cids
        try:
            self._client.pin.rm(format_cid(root), timeout=PUT_SECONDS)
        except exceptions.ErrorResponse as error:
            if _NOT_PINNED not in str(error):
                raise DocumentError("DOCUMENT_STORE_AWAY", reason=type(error).__name__) from error
        except exceptions.CommunicationError as error:
            raise DocumentError("DOCUMENT_STORE_AWAY", reason=type(error).__name__) from error

    def close(self) -> None:
        """Nothing is held: each request has its own connection."""

    def _put(self, cid: bytes, file: Path) -> None:
        options = {"cid-codec": _CODECS.get(codec_of(cid), "dag-pb"), "mhtype": "sha2-256"}
        with _daemon(), file.open("rb") as data:
            answer = self._client.block.put(data, opts=options, timeout=PUT_SECONDS)
        if answer["Key"] != format_cid(cid):
            raise DocumentError("DOCUMENT_STORE_AWAY", reason="address")


@contextmanager
def _daemon() -> Iterator[None]:
    """Say what a daemon's failure means to us."""
    try:
        yield
    except exceptions.ErrorResponse as error:
        if "no space" in str(error):
            raise DocumentError("DOCUMENT_STORE_FULL") from error
        raise DocumentError("BLOCK_UNKNOWN", "cid") from error
    except exceptions.TimeoutError as error:
        raise DocumentError("BLOCK_UNKNOWN", "cid") from error
    except exceptions.Error as error:
        raise DocumentError("DOCUMENT_STORE_AWAY", reason=type(error).__name__) from error
