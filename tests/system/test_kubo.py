"""Real Kubo daemons: the same contract, the same addresses, and the bytes when the node that brought them is gone."""

from __future__ import annotations

import pytest

from node.content.disk import DiskStore
from node.content.kubo import KuboStore
from node.content.places import Places
from node.content.staging import Incoming
from node.documents.upkeep import Upkeep
from protocol.cid import CHUNK_BYTES, MAX_LINKS, cid_of_bytes, format_cid, parse_cid
from protocol.errors import DocumentError
from protocol.unixfs import read_file
from scripts.kubo.daemons import Daemon, swarm_key
from tests.support.makers import Maker
from tests.support.nodes import running
from tests.support.papers import PDF, large_pdf, sign_in, upload
from tests.support.store_contract import StoreContract, put

pytestmark = pytest.mark.system
MAKER = Maker("tintoria")


@pytest.fixture(scope="module")
def daemons(tmp_path_factory):
    swarm = swarm_key()
    folder = tmp_path_factory.mktemp("kubo")
    two = [Daemon(folder / name, swarm) for name in ("one", "two")]
    for daemon in two:
        daemon.start()
    two[1].join(two[0])
    yield two
    for daemon in two:
        daemon.stop()


class TestKuboStore(StoreContract):
    @pytest.fixture
    def store(self, daemons):
        return KuboStore(daemons[0].api, get_seconds=3.0)

    @pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, (MAX_LINKS + 2) * CHUNK_BYTES + 7])
    def test_kubo_itself_gives_the_same_address(self, daemons, tmp_path, size):
        path = tmp_path / "file"
        path.write_bytes(large_pdf(size))
        assert daemons[0].add(path) == cid_of_bytes(large_pdf(size))


def test_the_bytes_come_from_a_peer_when_the_first_daemon_is_gone(daemons, tmp_path):
    data = large_pdf(2 * CHUNK_BYTES + 3)
    incoming = Incoming(tmp_path / "incoming")
    cid = put(KuboStore(daemons[0].api), incoming, data)
    daemons[1].pin(format_cid(cid))
    daemons[0].kill()
    try:
        assert b"".join(read_file(cid, KuboStore(daemons[1].api).get)) == data
        with pytest.raises(DocumentError, match="DOCUMENT_STORE_AWAY"):
            KuboStore(daemons[0].api).get(cid)
    finally:
        daemons[0].start()
        daemons[1].join(daemons[0])
    assert KuboStore(daemons[0].api).get(cid)
    incoming.close()


@pytest.mark.anyio
async def test_a_node_gives_public_papers_to_ipfs_and_keeps_the_others(tmp_path, daemons):
    other = PDF + b"not for everybody"
    async with running(tmp_path, MAKER, kubo=daemons[0].api) as node:
        public = (await upload(node, MAKER, PDF, tier="public")).json()["cid"]
        closed = (await upload(node, MAKER, other)).json()["cid"]
        got = await node.client.get(f"/documents/{public}")
        mine = await node.client.get(f"/documents/{closed}", headers=await sign_in(node, MAKER))
        block = await node.client.get(f"/ipfs/{public}?format=raw")
    assert (got.content, mine.content, block.content) == (PDF, other, PDF)
    assert KuboStore(daemons[1].api).get(parse_cid(public)) == PDF
    with pytest.raises(DocumentError, match="BLOCK_UNKNOWN"):
        KuboStore(daemons[0].api, get_seconds=2.0).get(parse_cid(closed))


@pytest.mark.anyio
async def test_a_daemon_that_dies_is_said_to_be_away_and_nothing_is_half_stored(tmp_path, daemons):
    async with running(tmp_path, MAKER, kubo=daemons[0].api) as node:
        daemons[0].kill()
        refused = await upload(node, MAKER, PDF + b"1", tier="public")
        daemons[0].start()
        daemons[1].join(daemons[0])
        again = await upload(node, MAKER, PDF + b"1", tier="public")
    assert (refused.status_code, refused.json()["code"]) == (503, "DOCUMENT_STORE_AWAY")
    assert again.status_code == 201


@pytest.mark.anyio
async def test_public_papers_move_from_the_disk_to_kubo(tmp_path, daemons):
    data = large_pdf(3 * CHUNK_BYTES + 9)
    async with running(tmp_path, MAKER) as node:
        cid = (await upload(node, MAKER, data, tier="public")).json()["cid"]
    places = Places(
        Incoming(tmp_path / "incoming"), DiskStore(tmp_path / "content"), KuboStore(daemons[0].api)
    )
    async with running(tmp_path, MAKER, kubo=daemons[0].api) as node:
        assert Upkeep(node.node.database, places).migrate() == 1
        assert [path for path in (tmp_path / "content").rglob("b*") if path.is_file()] == []
        assert (await node.client.get(f"/documents/{cid}")).content == data
    places.close()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
