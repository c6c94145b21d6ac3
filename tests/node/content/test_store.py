"""The embedded store: it does what every store must, and survives what happens to disks and processes."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from node.content import staging
from node.content.disk import DiskStore
from protocol.cid import CHUNK_BYTES, cid_of_bytes, parse_cid
from protocol.errors import DocumentError
from tests.support.store_contract import StoreContract, put


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("b*") if path.is_file())


class TestDiskStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        return DiskStore(tmp_path / "content")

    def test_nothing_can_be_read_before_it_is_published(self, store, incoming, tmp_path):
        staged = incoming.stage()
        staged.write(b"x" * (CHUNK_BYTES + 1))
        addressed = staged.seal()
        with pytest.raises(DocumentError, match="BLOCK_UNKNOWN"):
            store.get(addressed.cid)
        staged.discard()
        assert files(tmp_path) == []

    def test_a_damaged_copy_is_mended(self, store, incoming, tmp_path):
        cid = put(store, incoming, b"a paper")
        (path,) = (tmp_path / "content" / "blocks").rglob("b*")
        path.write_bytes(b"a scar")
        put(store, incoming, b"a paper")
        assert store.get(cid) == b"a paper"
        assert len(files(tmp_path)) == 1

    def test_a_block_is_synchronised_before_it_is_named_and_its_folder_after(
        self, store, incoming, monkeypatch
    ):
        order: list[str] = []
        sync, replace = os.fsync, Path.replace
        monkeypatch.setattr(os, "fsync", lambda fd: (order.append("sync"), sync(fd)))
        monkeypatch.setattr(Path, "replace", lambda self, to: (order.append("name"), replace(self, to))[1])
        put(store, incoming, b"one block")
        assert order == ["sync", "name", "sync", "sync"]

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
    def test_a_full_disk_is_said_and_leaves_nothing(self, incoming, tmp_path, monkeypatch, number):
        staged = incoming.stage()

        def full(*_: object) -> None:
            raise OSError(number, "no room")

        monkeypatch.setattr(Path, "write_bytes", full)
        with pytest.raises(DocumentError, match="DOCUMENT_STORE_FULL"):
            staged.write(b"x" * CHUNK_BYTES)
        staged.discard()
        assert files(tmp_path) == []

    def test_a_removed_block_is_gone(self, store, incoming, tmp_path):
        cid = put(store, incoming, b"old")
        store.remove(cid, [cid, parse_cid(cid_of_bytes(b"never here"))])
        with pytest.raises(DocumentError, match="BLOCK_UNKNOWN"):
            store.get(cid)
        assert files(tmp_path) == []

    def test_addresses_never_lead_out_of_the_folder(self, store, tmp_path):
        assert store._path(b"\x01\x55\x12\x20" + b"/" * 32).is_relative_to(tmp_path / "content" / "blocks")
        assert staging.format_cid(b"../../../etc/passwd").isalnum()


_KILLED = """
import sys
from pathlib import Path
from node.content.staging import Incoming
staged = Incoming(Path(sys.argv[1])).stage()
staged.write(b"half of it" * 100_000)
print("staged", flush=True)
sys.stdin.read()
"""


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_has_is_not(tmp_path):
    folder = tmp_path / "incoming"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _KILLED, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == b"staged\n"
    dead, _living = processes
    dead.kill()
    dead.wait()
    before = files(folder)
    staging.Incoming(folder).close()
    after = files(folder)
    for process in processes:
        process.kill()
        process.communicate()
    assert len(before) == 2 * len(after) > 0
