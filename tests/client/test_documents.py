"""Papers from the maker's side: addressed here, sent, fetched, and nothing believed."""

from __future__ import annotations

import hashlib
import json

import httpx
import pytest
from click.testing import CliRunner

from client import keystore
from client.commands import document as command
from client.documents import address_of, download, matches, upload
from client.errors import ClientError, NodeError
from client.node_client import NodeClient
from protocol.cid import cid_of_bytes
from protocol.errors import DocumentError
from tests.support.makers import Maker
from tests.support.papers import PDF, large_pdf
from tests.support.serving import serving

MAKER, OTHER = Maker("tintoria"), Maker("filatura")


@pytest.fixture
def url(tmp_path):
    folder = tmp_path / "node"
    folder.mkdir()
    with serving(folder, MAKER, OTHER, document_bytes=8_000_000) as address:
        yield address


@pytest.fixture
def node(url):
    with NodeClient(url) as client:
        client.sign_in(MAKER.key)
        yield client


@pytest.fixture
def paper(tmp_path):
    path = tmp_path / "Rapporto di prova.pdf"
    path.write_bytes(large_pdf(3_000_000))
    return path


def lying(answer: bytes, status: int = 200, headers: dict[str, str] | None = None) -> NodeClient:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=answer, headers=headers))
    return NodeClient("http://liar.test", httpx.Client(transport=transport, base_url="http://liar.test"))


def test_a_paper_goes_and_comes_back(node, paper, tmp_path):
    told: list[int] = []
    found = upload(node, paper, kind="test-report", progress=told.append)
    data = paper.read_bytes()
    assert found == {
        "cid": cid_of_bytes(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "mediaType": "application/pdf",
        "kind": "test-report",
    }
    assert sum(told) == len(data)
    assert upload(node, paper, kind="test-report") == found
    address = download(node, found["cid"], tmp_path / "out" / "copy.pdf")
    assert (tmp_path / "out" / "copy.pdf").read_bytes() == data
    assert (address.sha256, address.size) == (found["sha256"], len(data))
    assert matches(paper, found)
    assert not matches(paper, found | {"sha256": "0" * 64})


@pytest.fixture
def stranger(url):
    with NodeClient(url) as client:
        yield client


def test_what_is_public_anybody_gets_and_what_is_not_nobody(stranger, node, paper, tmp_path):
    closed = upload(node, paper)
    with pytest.raises(NodeError) as refused:
        download(stranger, closed["cid"], tmp_path / "a.pdf")
    assert refused.value.problem_code == "DOCUMENT_UNKNOWN"
    assert list(tmp_path.glob("a.pdf*")) == list(tmp_path.glob(".a.pdf*")) == []
    upload(node, paper, public=True)
    download(stranger, closed["cid"], tmp_path / "a.pdf")


@pytest.mark.parametrize("answer", [b"", PDF + b" ", PDF[:-1], b"<html>"])
def test_bytes_that_are_not_the_papers_are_never_kept(tmp_path, answer):
    with pytest.raises(DocumentError, match="DOCUMENT_CONTENT_WRONG"):
        download(lying(answer), cid_of_bytes(PDF), tmp_path / "copy.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_node_that_never_ends_is_left(tmp_path):
    with pytest.raises(DocumentError, match="CONTENT_TOO_LARGE"):
        download(lying(bytes(3_000_000)), cid_of_bytes(PDF), tmp_path / "copy.pdf", max_bytes=1_000_000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("change", [{"cid": cid_of_bytes(b"else")}, {"sha256": "0" * 64}, {"cid": None}])
def test_a_node_that_answers_with_another_address_is_not_believed(tmp_path, change):
    path = tmp_path / "a.pdf"
    path.write_bytes(PDF)
    address = address_of(path)
    answer = {"cid": address.cid, "sha256": address.sha256, "mediaType": "application/pdf"} | change
    with pytest.raises(DocumentError, match="DOCUMENT_ANSWER_WRONG"):
        upload(lying(json.dumps(answer).encode(), 201), path)


def test_nothing_is_overwritten_and_no_empty_paper_is_sent(node, paper, tmp_path):
    found = upload(node, paper)
    (tmp_path / "mine.pdf").write_bytes(b"mine")
    with pytest.raises(ClientError, match="FILE_EXISTS"):
        download(node, found["cid"], tmp_path / "mine.pdf")
    assert (tmp_path / "mine.pdf").read_bytes() == b"mine"
    (tmp_path / "empty.pdf").touch()
    with pytest.raises(DocumentError, match="DOCUMENT_EMPTY"):
        upload(node, tmp_path / "empty.pdf")
    with pytest.raises(ClientError, match="FILE_UNREADABLE"):
        upload(node, tmp_path / "absent.pdf")
    with pytest.raises(DocumentError, match="CID_MALFORMED"):
        download(node, "../../etc/passwd", tmp_path / "x")


def test_a_page_that_calls_itself_a_pdf_is_refused(node, tmp_path):
    path = tmp_path / "certificato.pdf"
    path.write_bytes(b"<!doctype html><title>404</title>")
    with pytest.raises(NodeError) as refused:
        upload(node, path)
    assert refused.value.problem_code == "DOCUMENT_MEDIA_TYPE"


@pytest.mark.parametrize("size", [0, 1, 262_144, 262_145, 3_000_001])
def test_a_file_is_addressed_in_steps_as_in_one_piece(tmp_path, size):
    path = tmp_path / "file"
    path.write_bytes(large_pdf(size))
    address = address_of(path)
    assert (address.cid, address.size) == (cid_of_bytes(large_pdf(size)), size)


# --- the command -------------------------------------------------------------------------------------------


@pytest.fixture
def run(url, tmp_path, monkeypatch):
    key = tmp_path / "maker.jwk"
    keystore.save_key(key, MAKER.key)
    monkeypatch.setenv("FILIERA_NODE", url)
    monkeypatch.setenv("FILIERA_KEY", str(key))

    def call(*arguments: str):
        return CliRunner().invoke(command.document, list(arguments), catch_exceptions=True)

    return call


def test_the_command_prints_what_an_event_needs(run, paper, tmp_path):
    added = run("add", str(paper), "--kind", "test-report", "--public")
    assert added.exit_code == 0, added.output
    found = json.loads(added.stdout)
    assert sorted(found) == ["cid", "kind", "mediaType", "sha256"]
    got = run("get", found["cid"], "-o", str(tmp_path / "copy.pdf"))
    assert json.loads(got.stdout)["sha256"] == found["sha256"]
    assert (tmp_path / "copy.pdf").read_bytes() == paper.read_bytes()
    assert json.loads(run("cid", str(paper)).stdout)["cid"] == found["cid"]


def test_the_command_writes_checked_bytes_into_a_pipe(run, paper):
    found = json.loads(run("add", str(paper)).stdout)
    assert run("get", found["cid"], "-o", "-").stdout_bytes == paper.read_bytes()


def test_the_command_ends_with_our_errors_only(run, tmp_path):
    missing = run("get", cid_of_bytes(b"nobody"), "-o", str(tmp_path / "x"))
    assert isinstance(missing.exception, NodeError)
    assert missing.exception.problem_code == "DOCUMENT_UNKNOWN"
    assert isinstance(run("add", str(tmp_path / "absent.pdf")).exception, ClientError)
