"""`filiera document erase`: the maker signs, the node destroys, and whoever asks is told."""

from __future__ import annotations

import time

import pytest

from client.node_client import NodeClient
from client.sealed import secret_of, upload_sealed
from protocol.keys import private_key_from_secret
from protocol.records import parse_record
from tests.client.desk import declared, furnish
from tests.support.makers import Maker, lot, seeded
from tests.support.nodes import Clock
from tests.support.papers import PDF
from tests.support.serving import serving

COMPANY = Maker("tintoria")
MINE = private_key_from_secret("ES256", seeded("agreement", "erased"))


@pytest.fixture
def url(tmp_path):
    folder = tmp_path / "node"
    folder.mkdir()
    with serving(folder, COMPANY, clock=Clock(time.time_ns() // 1_000_000)) as address:
        yield address


@pytest.fixture
def maker(desk):
    return furnish(desk.folder, COMPANY.key, COMPANY.id.hex())


def test_a_paper_and_a_record_are_erased_by_one_signed_event(desk, maker, url, tmp_path):
    body = desk.write("lot.json", declared(lot("wool")) | {"filiera:lotCode": "signora-bianchi"})
    where = ("--key", desk.folder / "maker.jwk", "--node", url)
    assert (
        desk.filiera(
            "event", "sign", body, "--key", desk.folder / "maker.jwk", "--hide", "filiera:lotCode"
        ).status
        == 0
    )
    assert desk.filiera("event", "submit", *where).status == 0
    (signed,) = desk.maker.journal.signed.values()
    paper = tmp_path / "contratto.pdf"
    paper.write_bytes(PDF)
    with NodeClient(url) as client:
        client.sign_in(COMPANY.key)
        cid = upload_sealed(client, paper, [MINE.public])["cid"]
        said = desk.filiera(
            "document", "erase", cid, "--record", signed.id, "--reason", "data-subject-request", *where
        )
        assert (said.status, "Cancellato" in said.err) == (0, True), said.all
        with pytest.raises(Exception, match="NODE_REFUSED") as refused:
            secret_of(client, cid, MINE)
        assert refused.value.problem_code == "DOCUMENT_ERASED"
        left = parse_record(client.record(signed.digest))
    assert parse_record(signed.token).subject["filiera:lotCode"] == "signora-bianchi"
    assert "filiera:lotCode" not in left.subject
    event = parse_record(list(desk.maker.journal.signed.values())[-1].token).subject
    assert event["filiera:erasure"]["reason"] == "data-subject-request"


def test_what_cannot_be_erased_is_refused_before_anything_is_signed(desk, maker, url):
    where = ("--key", desk.folder / "maker.jwk", "--node", url, "--reason", "other")
    for arguments, words in (
        ((), "--record"),
        (("--record", "urn:uuid:0"), "RECORD_NOT_SIGNED_HERE"),
        (("../etc",), "CID_MALFORMED"),
    ):
        said = desk.filiera("document", "erase", *arguments, *where)
        assert said.status != 0
        assert words in said.all
    assert desk.maker.journal.signed == {}
    foreign = desk.filiera(
        "document", "erase", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", *where
    )
    assert (foreign.status, "ERASURE_NOT_OWN" in foreign.err) == (1, True)
