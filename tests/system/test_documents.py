"""Papers through kill -9 and through the wire as it really is: nothing acknowledged is lost, nothing half-stored."""

from __future__ import annotations

import random
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from client.documents import address_of, download, upload
from client.errors import ClientError
from client.node_client import NodeClient
from tests.support.chain import deployed, session_chain  # noqa: F401 - fixtures
from tests.support.makers import Maker
from tests.support.node_process import NodeProcess
from tests.support.papers import PDF, PDF_TYPE, large_pdf

if TYPE_CHECKING:
    from collections.abc import Iterator


pytestmark = [pytest.mark.system, pytest.mark.chain]
MAKER = Maker("tintoria")


@pytest.fixture
def node(tmp_path, deployed):  # noqa: F811 - a fixture
    process = NodeProcess(tmp_path, deployed)
    process.start()
    admit(process)
    yield process
    process.kill()
    process.client.close()


def admit(node: NodeProcess) -> None:
    assert node.admit(MAKER).status_code == 200
    node.wait(lambda: node.client.get(f"/participants/{MAKER.id.hex()}").status_code == 200)


@contextmanager
def signed_in(node: NodeProcess) -> Iterator[NodeClient]:
    with NodeClient(node.url) as client:
        node.wait(client.is_ready)
        node.wait(lambda: client.sign_in(MAKER.key) == "legitimate")
        yield client


def send(node: NodeProcess, papers: dict[Path, bytes], acknowledged: dict[str, bytes]) -> None:
    """Bring papers one after the other until the node is gone."""
    try:
        with signed_in(node) as client:
            for path, data in papers.items():
                acknowledged[upload(client, path, public=True)["cid"]] = data
    except ClientError as error:
        assert error.code == "NODE_UNREACHABLE"  # noqa: PT017


def block_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("b*") if path.is_file()]


def test_nothing_acknowledged_is_lost_and_nothing_half_stored(node, tmp_path):
    chance = random.Random(7)
    acknowledged: dict[str, bytes] = {}
    for turn in range(6):
        papers = {
            tmp_path / f"{turn}-{number}.pdf": large_pdf(2_000_000 + turn * 1000 + number)
            for number in range(40)
        }
        for path, data in papers.items():
            path.write_bytes(data)
        sender = threading.Thread(target=send, args=(node, papers, acknowledged))
        sender.start()
        time.sleep(0.5 + chance.random())
        node.kill()
        sender.join()
        node.start()
        assert block_files(tmp_path / "content" / "incoming") == []
    assert acknowledged
    with signed_in(node) as client:
        for number, (cid, data) in enumerate(acknowledged.items()):
            download(client, cid, tmp_path / f"back-{number}")
            assert (tmp_path / f"back-{number}").read_bytes() == data


def request_head(client: NodeClient, length: int, *more: str) -> bytes:
    lines = [
        "POST /documents?tier=public HTTP/1.1",
        "Host: x",
        f"Content-Type: {PDF_TYPE}",
        f"Authorization: Bearer {client._token}",
        f"Content-Length: {length}",
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def test_an_upload_that_breaks_off_leaves_nothing_and_can_be_repeated(node, tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(large_pdf(5_000_000))
    with signed_in(node) as client:
        with socket.create_connection(("127.0.0.1", node.port)) as wire:
            wire.sendall(request_head(client, 5_000_000) + path.read_bytes()[:3_000_000])
            node.wait(lambda: block_files(tmp_path / "content"))
        node.wait(lambda: not block_files(tmp_path / "content"))
        assert node.client.get(f"/documents/{address_of(path).cid}").status_code == 404
        assert upload(client, path, public=True)["cid"] == address_of(path).cid


def test_five_gigabytes_are_refused_before_a_byte_of_them_is_read(node):
    with signed_in(node) as client, socket.create_connection(("127.0.0.1", node.port), timeout=10) as wire:
        wire.sendall(request_head(client, 5 * 2**30, "Expect: 100-continue"))
        answer = b""
        while not answer.endswith(b"}"):
            answer += wire.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"DOCUMENT_TOO_LARGE" in answer


def peak_kib(node: NodeProcess) -> int:
    text = Path(f"/proc/{node._process.pid}/status").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmHWM")))


def test_a_large_paper_takes_no_more_memory_than_a_small_one(tmp_path, deployed):  # noqa: F811 - a fixture
    node = NodeProcess(tmp_path, deployed, FILIERA_DOCUMENT_BYTES=str(2**30))
    node.start()
    try:
        admit(node)
        small, large = tmp_path / "small.pdf", tmp_path / "large.pdf"
        small.write_bytes(large_pdf(4_000_000))
        with large.open("wb") as file:
            for number in range(2**30 // 2**20):
                file.write(PDF.ljust(16) + number.to_bytes(8, "big") * ((2**20 - len(PDF)) // 8))
            file.truncate(2**30)
        with signed_in(node) as client:
            download(client, upload(client, small, public=True)["cid"], tmp_path / "small-back")
            before = peak_kib(node)
            cid = upload(client, large, public=True)["cid"]
            download(client, cid, tmp_path / "large-back", max_bytes=2**30)
            assert address_of(tmp_path / "large-back").cid == cid
            assert peak_kib(node) - before < 64 * 1024
    finally:
        node.kill()
        node.client.close()
