"""Papers are read again, orphans removed, public papers moved without losing one."""

from __future__ import annotations

import json
import time

import pytest
from click.testing import CliRunner

from node.cli import node as command
from node.content.disk import DiskStore
from node.content.places import Places
from node.content.staging import Incoming
from node.documents.upkeep import SWEEP_SECONDS, Upkeep
from protocol.cid import CHUNK_BYTES, cid_of_bytes, parse_cid
from protocol.errors import DocumentError
from protocol.unixfs import read_file
from tests.support.makers import Maker
from tests.support.nodes import running
from tests.support.papers import PDF, large_pdf, upload

pytestmark = pytest.mark.anyio
MAKER, OTHER = Maker("tintoria"), Maker("filatura")
DATA = large_pdf(2 * CHUNK_BYTES + 1)


def files(folder):
    return [path for path in folder.rglob("b*") if path.is_file()]


async def test_a_damaged_or_missing_block_is_found(tmp_path):
    async with running(tmp_path, MAKER) as node:
        await upload(node, MAKER, DATA, tier="public")
        await upload(node, MAKER, PDF)
        upkeep = Upkeep(node.node.database, node.node.content)
        assert (upkeep.check().good, upkeep.check().damaged) == (2, {})
        (path,) = [path for path in files(tmp_path / "content") if path.name == cid_of_bytes(PDF)]
        path.write_bytes(b"scar")
        assert upkeep.check().damaged == {cid_of_bytes(PDF): "BLOCK_MISMATCH"}
        path.unlink()
        assert upkeep.check().damaged == {cid_of_bytes(PDF): "BLOCK_UNKNOWN"}


async def test_only_old_blocks_of_no_paper_are_swept(tmp_path):
    async with running(tmp_path, MAKER) as node:
        await upload(node, MAKER, DATA)
        staged = node.node.content.stage()
        staged.write(b"an upload that the power cut between blocks and row")
        node.node.content.publish(staged.seal().blocks, public=False)
        staged.discard()
        upkeep = Upkeep(node.node.database, node.node.content)
        before = len(files(tmp_path / "content"))
        assert upkeep.sweep(time.time()) == 0
        assert upkeep.sweep(time.time() + SWEEP_SECONDS + 5) == 1
        assert len(files(tmp_path / "content")) == before - 1
        assert upkeep.check().good == 1


async def test_public_papers_move_and_others_stay(tmp_path):
    async with running(tmp_path, MAKER, OTHER) as node:
        await upload(node, MAKER, DATA, tier="public")
        await upload(node, MAKER, PDF)
        await upload(node, MAKER, PDF + b"both", tier="public")
        await upload(node, OTHER, PDF + b"both")
        shared = DiskStore(tmp_path / "shared")
        places = Places(Incoming(tmp_path / "incoming"), node.node.content.local, shared)
        upkeep = Upkeep(node.node.database, places)
        assert upkeep.migrate() == 1
        assert upkeep.migrate() == 0
        assert b"".join(read_file(parse_cid(cid_of_bytes(DATA)), shared.get)) == DATA
        with pytest.raises(DocumentError, match="BLOCK_UNKNOWN"):
            shared.get(parse_cid(cid_of_bytes(PDF)))
        for kept in (PDF, PDF + b"both"):
            assert node.node.content.local.get(parse_cid(cid_of_bytes(kept))) == kept
        assert upkeep.check().good == 3
        with pytest.raises(DocumentError, match="KUBO_MISSING"):
            Upkeep(node.node.database, node.node.content).migrate()
        places.close()


async def test_the_commands_say_what_they_did(tmp_path, monkeypatch):
    async with running(tmp_path, MAKER) as node:
        await upload(node, MAKER, PDF)
    monkeypatch.setenv("FILIERA_DATA_DIR", str(tmp_path))
    run = CliRunner().invoke
    assert json.loads(run(command, ["documents", "check"]).stdout) == {"good": 1, "damaged": {}}
    assert json.loads(run(command, ["documents", "sweep"]).stdout) == {"removed": 0}
    assert run(command, ["documents", "migrate"]).exit_code == 3
    (path,) = files(tmp_path / "content")
    path.unlink()
    assert run(command, ["documents", "check"]).exit_code == 2
