"""Papers for chosen readers: opened by them and by nobody else, the node included."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from client import keystore
from client.commands import document as command
from client.documents import download
from client.node_client import NodeClient
from client.sealed import download_sealed, grant, secret_of, upload_sealed, wrap
from protocol.cid import parse_cid
from protocol.errors import DocumentError
from protocol.keys import private_key_from_secret
from protocol.wrapped import Secret
from tests.support.makers import Maker, seeded
from tests.support.papers import large_pdf
from tests.support.serving import serving

MAKER, BRAND = Maker("tintoria"), Maker("maison", ("brand",))
MINE, THEIRS, NOBODYS = (private_key_from_secret("ES256", seeded("agreement", name)) for name in "abc")
DATA = large_pdf(1_500_000)


@pytest.fixture
def url(tmp_path):
    folder = tmp_path / "node"
    folder.mkdir()
    with serving(folder, MAKER, BRAND) as address:
        yield address


@pytest.fixture
def maker(url):
    with NodeClient(url) as client:
        client.sign_in(MAKER.key)
        yield client


@pytest.fixture
def brand(url):
    with NodeClient(url) as client:
        client.sign_in(BRAND.key)
        yield client


@pytest.fixture
def paper(tmp_path):
    path = tmp_path / "Contratto con Rossi Filati.pdf"
    path.write_bytes(DATA)
    return path


def refusal(call) -> str:
    with pytest.raises(DocumentError) as caught:
        call()
    return caught.value.code


def test_only_the_named_readers_open_a_sealed_paper(maker, brand, paper, tmp_path):
    found = upload_sealed(maker, paper, [MINE.public, THEIRS.public], kind="contract")
    opened = download_sealed(brand, found["cid"], THEIRS, tmp_path / "copy.pdf")
    assert (tmp_path / "copy.pdf").read_bytes() == DATA
    assert opened == {name: found[name] for name in ("cid", "sha256", "mediaType")}
    assert found["mediaType"] == "application/pdf"
    assert (
        refusal(lambda: download_sealed(brand, found["cid"], NOBODYS, tmp_path / "x"))
        == "WRAPPED_NOT_FOR_YOU"
    )
    assert not (tmp_path / "x").exists()


def test_the_node_has_neither_the_paper_nor_its_name(maker, brand, paper, tmp_path):
    found = upload_sealed(maker, paper, [MINE.public])
    download(brand, found["cid"], tmp_path / "sealed")
    assert (tmp_path / "sealed").read_bytes().startswith(b"filiera-sealed/1\n")
    for path in (tmp_path / "node").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert DATA[:200] not in data
            assert DATA[100_000:100_200] not in data
            assert b"Rossi" not in data
            assert bytes.fromhex(found["sha256"]) not in data


def test_readers_can_be_granted_later_and_left_out_again(maker, brand, paper, tmp_path):
    found = upload_sealed(maker, paper, [MINE.public])
    assert refusal(lambda: secret_of(brand, found["cid"], THEIRS)) == "WRAPPED_NOT_FOR_YOU"
    grant(maker, found["cid"], MINE, [MINE.public, THEIRS.public])
    download_sealed(brand, found["cid"], THEIRS, tmp_path / "copy.pdf")
    grant(maker, found["cid"], MINE, [MINE.public])
    assert refusal(lambda: secret_of(brand, found["cid"], THEIRS)) == "WRAPPED_NOT_FOR_YOU"


def test_a_key_of_another_paper_is_noticed(maker, paper, tmp_path):
    found = upload_sealed(maker, paper, [MINE.public])
    secret = secret_of(maker, found["cid"], MINE)
    other = Secret(secret.key, b"\x01\x55\x12\x20" + bytes(32), secret.sha256, secret.media_type)
    maker.put_document_key(found["cid"], wrap(other, [MINE.public]))
    assert refusal(lambda: secret_of(maker, found["cid"], MINE)) == "SEALED_OTHER"
    for wrong, code in (({"key": b"w" * 32}, "SEALED_ALTERED"), ({"sha256": b"w" * 32}, "SEALED_OTHER")):
        fields = {"key": secret.key, "sha256": secret.sha256} | wrong
        changed = Secret(cid=parse_cid(found["cid"]), media_type="application/pdf", **fields)
        maker.put_document_key(found["cid"], wrap(changed, [MINE.public]))
        assert refusal(lambda: download_sealed(maker, found["cid"], MINE, tmp_path / "x")) == code
        assert [path.name for path in tmp_path.glob("*x*")] == []


def test_the_commands_seal_grant_and_open(url, paper, tmp_path, monkeypatch):
    for name, key in {"maker": MAKER.key, "brand": BRAND.key, "mine": MINE, "theirs": THEIRS}.items():
        keystore.save_key(tmp_path / f"{name}.jwk", key)
    monkeypatch.setenv("FILIERA_NODE", url)

    def run(who: str, *arguments: str):
        monkeypatch.setenv("FILIERA_KEY", str(tmp_path / f"{who}.jwk"))
        return CliRunner().invoke(command.document, list(arguments))

    mine, theirs = str(tmp_path / "mine.jwk"), str(tmp_path / "theirs.jwk")
    added = run("maker", "add", str(paper), "--for", MINE.public.did)
    assert added.exit_code == 0, added.output
    cid = json.loads(added.stdout)["cid"]
    granted = run(
        "maker", "grant", cid, "--for", MINE.public.did, "--for", THEIRS.public.did, "--reader-key", mine
    )
    assert granted.exit_code == 0, granted.output
    got = run("brand", "get", cid, "--reader-key", theirs, "-o", str(tmp_path / "copy.pdf"))
    assert got.exit_code == 0, got.output
    assert (tmp_path / "copy.pdf").read_bytes() == DATA
    assert run("maker", "add", str(paper), "--for", MINE.public.did, "--public").exit_code == 2
