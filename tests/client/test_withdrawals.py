"""Withdrawing a paper from the maker's desk: the list, the place, the word that a node publishes, and who may say it."""

from __future__ import annotations

from collections import Counter

import pytest

from client.errors import ClientError
from client.node_client import NodeClient
from client.outgoing import deliver, send_outgoing
from client.withdrawals import PLACES_IN_USE, new_place, withdraw
from protocol.errors import FormatError
from protocol.records import parse_record
from protocol.status_entries import KIND, LIST_PREFIX, bits_of, entry_of
from protocol.status_list import MIN_BITS
from tests.client.desk import declared, furnish, journal_of
from tests.support.makers import Maker, lot
from tests.support.serving import serving
from tests.support.statuses import PAPER

ANNA, BICE = Maker("anna"), Maker("bice")
CERTIFICATE = {
    "type": "Certificate", "id": PAPER, "version": 1, "validFrom": "2026-01-01", "validUntil": "2026-12-31",
    "scheme": "gots", "number": "C-1", "issuer": "Ente di prova", "holder": ANNA.urn, "scope": ["process"],
    "documents": [{"kind": "certificate"}],
}  # fmt: skip


@pytest.fixture
def url(tmp_path):
    folder = tmp_path / "node"
    folder.mkdir()
    with serving(folder, ANNA, BICE) as address:
        yield address


@pytest.fixture
def node(url):
    with NodeClient(url) as client:
        yield client


@pytest.fixture
def anna(desk):
    return furnish(desk.folder, ANNA.key, ANNA.id.hex())


def records(journal):
    return [parse_record(signed.token) for signed in journal.signed.values()]


def lists(journal):
    return [record for record in records(journal) if record.kind == KIND]


def test_a_paper_gets_a_place_in_a_list_that_was_signed_before_it(anna):
    place = new_place(anna)
    paper = parse_record(anna.sign_master_data(CERTIFICATE, status=place).token)
    (begun,) = lists(anna.journal)
    assert records(anna.journal)[0].digest == begun.digest
    assert entry_of(paper.claims) == place
    assert place.list_id == begun.subject["id"]
    assert list(bits_of(begun.subject).indexes()) == []


def test_places_are_drawn_all_over_the_list_and_none_twice(anna, monkeypatch):
    monkeypatch.setattr("client.withdrawals.PLACES_IN_USE", 40)
    places = []
    for number in range(45):
        places.append(new_place(anna))
        anna.sign_master_data(CERTIFICATE | {"number": f"C-{number}"}, status=places[-1])
    by_list = Counter(place.list_id for place in places)
    assert list(by_list.values()) == [40, 5]
    assert len(lists(anna.journal)) == 2
    assert len({(place.list_id, place.index) for place in places}) == 45
    drawn = [place.index for place in places]
    assert drawn != sorted(drawn)
    assert max(drawn) > MIN_BITS // 2 > min(drawn)


def test_a_place_that_was_given_is_not_drawn_again(anna, monkeypatch):
    draws = iter([7, 7, 7, 8])
    monkeypatch.setattr("client.withdrawals.secrets.randbelow", lambda _: next(draws))
    first = new_place(anna)
    anna.sign_master_data(CERTIFICATE, status=first)
    assert (first.index, new_place(anna).index) == (7, 8)
    assert PLACES_IN_USE == 1_000


def test_the_command_withdraws_and_the_node_publishes_it(desk, anna, node, url):
    written = desk.filiera("event", "sign", desk.write("c.json", CERTIFICATE), "--withdrawable")
    paper = parse_record(written.out.strip())
    sent = desk.filiera("event", "submit", "--node", url)
    done = desk.filiera("event", "withdraw", paper.id, "--node", url)
    again = desk.filiera("event", "withdraw", paper.digest.hex(), "--node", url)
    assert (written.status, sent.status, done.status, again.status) == (0, 0, 0, 0)
    assert "Ritirato" in done.out
    assert "già ritirato" in again.out
    entry = entry_of(paper.claims)
    published = parse_record(node.status_list(entry.list_id.removeprefix(LIST_PREFIX)))
    assert published.subject["version"] == 2
    assert list(bits_of(published.subject).indexes()) == [entry.index]
    assert not journal_of(desk.folder).outgoing


def test_a_second_withdrawal_keeps_the_first(anna, node):
    papers = [
        anna.sign_master_data(CERTIFICATE | {"number": f"C-{number}"}, status=new_place(anna))
        for number in range(3)
    ]
    send_outgoing(anna.journal, node)
    for paper in papers[:2]:
        withdraw(anna, node, paper.id)
        assert not deliver(anna, node).refused
    newest = lists(anna.journal)[-1]
    wanted = sorted(entry_of(parse_record(paper.token).claims).index for paper in papers[:2])
    assert list(bits_of(newest.subject).indexes()) == wanted
    assert newest.subject["version"] == 3


def test_after_a_lost_journal_the_list_goes_on_from_what_the_node_has(desk, anna, node):
    paper = anna.sign_master_data(CERTIFICATE, status=new_place(anna))
    later = anna.sign_master_data(CERTIFICATE | {"number": "C-2"}, status=new_place(anna))
    send_outgoing(anna.journal, node)
    withdraw(anna, node, paper.id)
    deliver(anna, node)
    anna.journal.path.unlink()
    bare = furnish_again(desk)
    found = withdraw(bare, node, later.digest)
    assert (found.version, found.fresh) == (3, True)
    assert len(list(bits_of(lists(bare.journal)[-1].subject).indexes())) == 2


def furnish_again(desk):
    from tests.client.desk import maker_at  # noqa: PLC0415

    return maker_at(desk.folder)


def test_nobody_withdraws_the_paper_of_another(tmp_path, anna, node):
    paper = anna.sign_master_data(CERTIFICATE, status=new_place(anna))
    send_outgoing(anna.journal, node)
    folder = tmp_path / "bice"
    folder.mkdir()
    bice = furnish(folder, BICE.key, BICE.id.hex())
    with pytest.raises(ClientError, match="STATUS_LIST_FOREIGN"):
        withdraw(bice, node, paper.digest)
    assert not bice.journal.signed


def test_what_has_no_place_is_withdrawn_in_another_way(desk, anna, url):
    paper = anna.sign_master_data(CERTIFICATE)
    said = desk.filiera("event", "withdraw", paper.id, "--node", url)
    assert said.status == 1
    assert "STATUS_ABSENT" in said.err


def test_what_moves_goods_gets_no_place_and_leaves_no_list_behind(desk, anna):
    body = desk.write("wool.json", declared(lot("wool")))
    said = desk.filiera("event", "sign", body, "--withdrawable")
    assert said.status == 3
    assert "STATUS_ENTRY_REFUSED" in said.err
    assert not journal_of(desk.folder).signed
    with pytest.raises(FormatError, match="STATUS_ENTRY_REFUSED"):
        anna.sign_event(declared(lot("wool")), status=new_place(anna))
