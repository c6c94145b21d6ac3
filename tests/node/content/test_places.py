"""What is not public never reaches a store that others may ask."""

from __future__ import annotations

import pytest

from node.content.disk import DiskStore
from node.content.kubo import KuboStore
from node.content.places import Places
from node.content.staging import Incoming
from protocol.errors import DocumentError


@pytest.fixture
def stores(tmp_path):
    return DiskStore(tmp_path / "local"), DiskStore(tmp_path / "shared")


@pytest.fixture
def places(tmp_path, stores):
    places = Places(Incoming(tmp_path / "incoming"), *stores)
    yield places
    places.close()


def put(places: Places, data: bytes, *, public: bool) -> bytes:
    staged = places.stage()
    staged.write(data)
    addressed = staged.seal()
    places.publish(addressed.blocks, public=public)
    staged.discard()
    return addressed.cid


def has(store: DiskStore, cid: bytes) -> bool:
    try:
        store.get(cid)
    except DocumentError:
        return False
    return True


def test_only_public_papers_are_shared(places, stores):
    local, shared = stores
    secret, known = put(places, b"secret", public=False), put(places, b"known", public=True)
    assert (has(local, secret), has(shared, secret)) == (True, False)
    assert (has(local, known), has(shared, known)) == (False, True)
    assert places.get(secret, public=False) == b"secret"
    assert places.get(known, public=True) == b"known"


def test_nobody_elses_store_is_asked_for_what_is_not_public(places):
    known = put(places, b"known", public=True)
    with pytest.raises(DocumentError, match="BLOCK_UNKNOWN"):
        places.get(known, public=False)


def test_a_paper_is_forgotten_everywhere(places):
    cids = [put(places, b"paper", public=False), put(places, b"paper", public=True)]
    places.remove(cids[0], cids)
    with pytest.raises(DocumentError, match="BLOCK_UNKNOWN"):
        places.get(cids[0], public=True)


def test_a_daemon_that_is_away_is_said_to_be(tmp_path):
    store = KuboStore("/ip4/127.0.0.1/tcp/9/http", get_seconds=1.0)
    with pytest.raises(DocumentError, match="DOCUMENT_STORE_AWAY"):
        store.get(b"\x01\x55\x12\x20" + bytes(32))
    staged = Incoming(tmp_path).stage()
    staged.write(b"x")
    with pytest.raises(DocumentError, match="DOCUMENT_STORE_AWAY"):
        store.publish(staged.seal().blocks)
    with pytest.raises(DocumentError, match="KUBO_ADDRESS"):
        KuboStore("not an address")
