"""What every content store must do: subclass with a fixture `store`; `incoming` is where its files are staged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesis  # noqa: F401 - imported late, a plugin of it would warn
import pytest

from node.content.staging import Incoming
from protocol.cid import CHUNK_BYTES, MAX_LINKS, cid_of_bytes, format_cid, parse_cid
from protocol.errors import DocumentError
from protocol.unixfs import read_file
from tests.support.papers import large_pdf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.content.ports import ContentStore


def put(store: ContentStore, incoming: Incoming, data: bytes) -> bytes:
    """Store a file; its address."""
    staged = incoming.stage()
    staged.write(data)
    addressed = staged.seal()
    store.publish(addressed.blocks)
    staged.discard()
    return addressed.cid


class StoreContract:
    """The tests that all stores share."""

    @pytest.fixture
    def incoming(self, tmp_path: Path) -> Iterator[Incoming]:
        incoming = Incoming(tmp_path / "content" / "incoming")
        yield incoming
        incoming.close()

    @pytest.mark.parametrize(
        "size", [1, CHUNK_BYTES, CHUNK_BYTES + 1, 3_000_001, (MAX_LINKS + 1) * CHUNK_BYTES]
    )
    def test_what_is_put_is_got_under_its_address(
        self, store: ContentStore, incoming: Incoming, size: int
    ) -> None:
        data = large_pdf(size)
        cid = put(store, incoming, data)
        assert format_cid(cid) == cid_of_bytes(data)
        assert b"".join(read_file(cid, store.get)) == data
        assert (
            b"".join(read_file(cid, store.get, start=size // 2, stop=size // 2 + 9)) == data[size // 2 :][:9]
        )

    def test_the_same_bytes_again_change_nothing(self, store: ContentStore, incoming: Incoming) -> None:
        assert put(store, incoming, b"a paper") == put(store, incoming, b"a paper")
        assert store.get(parse_cid(cid_of_bytes(b"a paper"))) == b"a paper"

    def test_an_unknown_block_is_said_to_be_unknown(self, store: ContentStore) -> None:
        with pytest.raises(DocumentError, match="BLOCK_UNKNOWN"):
            store.get(parse_cid(cid_of_bytes(b"nobody has this")))

    def test_forgetting_can_be_repeated(self, store: ContentStore, incoming: Incoming) -> None:
        cid = put(store, incoming, b"old")
        store.remove(cid, [cid])
        store.remove(cid, [cid])
