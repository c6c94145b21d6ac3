"""Sending to a real node: receipts, the same bytes again, refusals, a lost answer, two keys on one lot."""

from __future__ import annotations

import json
from dataclasses import replace

import httpx
import pytest

from client.accounts import look_up
from client.errors import ClientError, NodeError
from client.node_client import NodeClient
from client.outgoing import deliver, send, send_outgoing
from node.participants.snapshot import CAPTURE, SIGNING, RegisteredKey
from protocol.errors import CustodyError
from protocol.records import verify_record
from tests.client.desk import declared, furnish, journal_of, maker_at, spun
from tests.support.makers import Maker, lot
from tests.support.serving import serving


class TwoKeys(Maker):
    """A company with a key in the office and one in the workshop."""

    @property
    def workshop(self):
        return Maker("officina").key

    @property
    def participant(self):
        office = super().participant
        public = self.workshop.public
        key = RegisteredKey(public.key_id, self.id, public.uncompressed, 1, SIGNING, CAPTURE | 2 | 4, 1)
        return replace(office, keys=(*office.keys, key))


COMPANY = TwoKeys("filatura")


@pytest.fixture
def url(tmp_path):
    folder = tmp_path / "node"
    folder.mkdir()
    with serving(folder, COMPANY) as address:
        yield address


@pytest.fixture
def node(url):
    with NodeClient(url) as client:
        yield client


@pytest.fixture
def office(desk):
    return furnish(desk.folder, COMPANY.key, COMPANY.id.hex())


@pytest.fixture
def workshop(tmp_path):
    folder = tmp_path / "workshop"
    folder.mkdir()
    return furnish(folder, COMPANY.workshop, COMPANY.id.hex())


def test_what_was_signed_is_sent_once_and_has_a_receipt(desk, office, node):
    office.sign_event(declared(lot("a")))
    office.sign_event(spun(lot("a"), lot("b")))
    outcome = send_outgoing(office.journal, node)
    assert [sent.digest for sent in outcome.received] == [r.digest for r in office.journal.signed.values()]
    assert not journal_of(desk.folder).outgoing
    assert set(journal_of(desk.folder).receipts) == set(office.journal.signed)
    assert send_outgoing(office.journal, node).received == []


def test_a_lost_answer_is_asked_for_again_with_the_same_bytes(desk, office, url):
    signed = office.sign_event(declared(lot("a")))
    seen: list[bytes] = []
    real = httpx.Client(base_url=url)

    def losing(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        answer = real.send(request)
        if len(seen) == 1:
            raise httpx.ReadTimeout("lost", request=request)
        return httpx.Response(
            answer.status_code, content=answer.content, headers={"content-type": "application/json"}
        )

    client = NodeClient(url, httpx.Client(transport=httpx.MockTransport(losing), base_url=url))
    with pytest.raises(ClientError, match="NODE_UNREACHABLE"):
        send_outgoing(office.journal, client)
    assert [record.id for record in journal_of(desk.folder).outgoing] == [signed.id]
    outcome = send_outgoing(office.journal, client)
    real.close()
    assert seen == [signed.token.encode()] * 2
    assert outcome.received[0].receipt
    assert not office.journal.outgoing


def test_a_refusal_stops_what_follows_and_frees_its_number(desk, office, node):
    office.sign_event(declared(lot("a")))
    send_outgoing(office.journal, node)
    wrong = office.sign_event(declared(lot("z")) | {"eventTime": "2026-09-02T07:15:00Z"})
    later = office.sign_event(declared(lot("c")))
    outcome = send_outgoing(office.journal, node)
    assert [sent.error.problem_code for sent in outcome.refused] == ["EVENT_IN_FUTURE"]
    assert [record.id for record in outcome.given_up] == [wrong.id, later.id]
    assert journal_of(desk.folder).next_seq == 1
    again = office.sign_event(declared(lot("c")))
    assert again.seq == 1
    assert len(send_outgoing(office.journal, node).received) == 1


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (502, {}),
        (503, {"code": "UNEXPECTED"}),
        (429, {"code": "X"}),
        (403, {"code": "ROLE_MISSING"}),
        (404, {}),
        (409, {"code": "RECORD_FORK"}),
    ],
)
def test_nothing_is_given_up_without_the_nodes_own_word_about_the_record(desk, office, status, problem):
    office.sign_event(declared(lot("a")))
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=json.dumps(problem)))
    client = NodeClient("http://n.test", httpx.Client(transport=transport, base_url="http://n.test"))
    try:
        outcome = send_outgoing(office.journal, client)
        assert not outcome.given_up
    except NodeError:
        assert status >= 500
    assert len(journal_of(desk.folder).outgoing) == 1


@pytest.mark.parametrize("answer", [b"", b"[]", b"7", b"{", b'{"a":1,"a":2}', b"<html>"])
def test_an_answer_that_is_none_is_not_taken_for_a_receipt(desk, office, answer):
    office.sign_event(declared(lot("a")))
    transport = httpx.MockTransport(lambda _: httpx.Response(201, content=answer))
    client = NodeClient("http://n.test", httpx.Client(transport=transport, base_url="http://n.test"))
    with pytest.raises(ClientError, match="NODE_ANSWER_UNREADABLE"):
        send_outgoing(office.journal, client)
    assert not journal_of(desk.folder).receipts


@pytest.mark.parametrize("answer", [{}, {"id": "urn:uuid:x"}, {"id": "other", "digest": "d", "receipt": "r"}])
def test_an_answer_about_another_record_is_not_taken_for_a_receipt(desk, office, answer):
    office.sign_event(declared(lot("a")))
    transport = httpx.MockTransport(lambda _: httpx.Response(201, content=json.dumps(answer)))
    client = NodeClient("http://n.test", httpx.Client(transport=transport, base_url="http://n.test"))
    with pytest.raises(ClientError, match="NODE_ANSWER_UNREADABLE"):
        send_outgoing(office.journal, client)
    assert len(journal_of(desk.folder).outgoing) == 1


def test_two_keys_on_one_lot_the_second_signs_again_on_the_new_balance(desk, office, workshop, node):
    office.sign_event(declared(lot("a")))
    deliver(office, node)
    look_up(workshop, node, {(lot("a"), f"urn:filiera:participant:{office.participant}")})
    workshop.sign_event(spun(lot("a"), lot("w"), "30", "28"))
    assert len(deliver(workshop, node).received) == 1
    old = office.sign_event(spun(lot("a"), lot("o"), "50", "46"))
    shown_next = office.sign_event(spun(lot("o"), lot("p"), "46", "44"))
    outcome = deliver(office, node)
    assert outcome.renewed == 2
    assert not outcome.refused
    assert [sent.id for sent in outcome.received] == [old.id, shown_next.id]
    entry = next(e for e in office.journal.signed[old.id].account if e["lot"] == lot("a"))
    assert (entry["lotSeq"], entry["before"], entry["after"]) == (2, "90", "40")
    assert verify_record(office.journal.signed[old.id].token).subject["filiera:recordSeq"] == 1
    assert not journal_of(desk.folder).outgoing


def test_another_key_of_the_company_learns_the_balance_from_the_node(desk, office, workshop, node, url):
    office.sign_event(declared(lot("a")))
    deliver(office, node)
    with pytest.raises(CustodyError, match="ACCOUNT_OVERDRAWN"):
        workshop.sign_event(spun(lot("a"), lot("w"), "30", "28"))
    key = workshop.journal.path.with_suffix(".jwk")
    said = desk.filiera("event", "balance", lot("a"), "--ask", "--key", key, "--node", url)
    assert (said.status, "120 KGM" in said.out) == (0, True), said.err
    workshop.journal.refresh()
    workshop.sign_event(spun(lot("a"), lot("w"), "30", "28"))
    assert len(deliver(workshop, node).received) == 1
    assert "90 KGM" in desk.filiera("event", "balance", "--key", key).out
    assert "LOT_CODE_UNKNOWN" in desk.filiera("event", "balance", "mai-visto").err


def test_what_no_longer_fits_the_new_balance_is_kept_for_the_maker(desk, office, workshop, node, url):
    office.sign_event(declared(lot("a"), "60"))
    deliver(office, node)
    holder = f"urn:filiera:participant:{office.participant}"
    with workshop.journal.changing():
        workshop.journal.append_seen(holder, office.journal.balance(lot("a"), holder))
    workshop.sign_event(spun(lot("a"), lot("w"), "30", "28"))
    deliver(workshop, node)
    office.sign_event(spun(lot("a"), lot("o"), "50", "46"))
    said = desk.filiera("event", "submit", "--node", url)
    assert said.status == 1
    assert "LOT_ACCOUNT_FORK" in said.err
    assert "ACCOUNT_OVERDRAWN" in said.err
    (kept,) = (desk.folder / "maker.void").iterdir()
    body = json.loads(kept.read_text("utf-8"))
    assert body["inputQuantityList"][0]["quantity"] == "50"
    body["inputQuantityList"][0]["quantity"] = "30"
    body["outputQuantityList"][0]["quantity"] = "27"
    assert desk.filiera("event", "sign", desk.write("di-nuovo.json", body)).status == 0
    assert desk.filiera("event", "submit", "--node", url).status == 0
    assert not journal_of(desk.folder).outgoing


def test_submit_from_the_command_line(desk, office, url):
    office.sign_event(declared(lot("a")))
    said = desk.filiera("event", "submit", "--node", url)
    assert (said.status, "ricevuto" in said.out) == (0, True)
    office.sign_event(declared(lot("b")))
    said = desk.filiera("event", "submit", "--node", url, "--json")
    assert json.loads(said.out)["state"] == "received"
    assert "Ricevuti 0" in desk.filiera("event", "submit", "--node", url).err


def test_a_file_of_another_key_is_sent_without_a_key_here(desk, workshop, tmp_path, url):
    signed = workshop.sign_event(declared(lot("a")))
    file = desk.write("lotto.token", signed.token.encode() + b"\n")
    assert desk.filiera("event", "submit", file, "--node", url).status == 0
    assert desk.filiera("event", "submit", desk.write("no.token", b"no"), "--node", url).status == 3


def test_a_node_that_is_not_there_is_not_an_error_of_the_maker(desk, office):
    office.sign_event(declared(lot("a")))
    said = desk.filiera("event", "submit", "--node", "http://127.0.0.1:9")
    assert (said.status, "NODE_UNREACHABLE" in said.err) == (2, True)
    assert desk.filiera("event", "submit", "--node", "ftp://x").status == 3
    assert len(journal_of(desk.folder).outgoing) == 1


def test_doctor_says_what_works(desk, office, url):
    said = desk.filiera("doctor", "--node", url)
    assert "✓ Chiave ammessa sulla catena: supplier" in said.out
    assert "✗ Ancora nessuna testa ancorata" in said.out
    office.sign_event(declared(lot("a")))
    assert "1 registrazioni firmate e non ancora ricevute" in desk.filiera("doctor", "--node", url).out
    away = desk.filiera("doctor", "--node", "http://127.0.0.1:9")
    assert (away.status, "✗" in away.out) == (2, True)


def test_bulk_without_a_journal_stops_at_nothing(office, node):
    tokens = [office.sign_event(declared(lot(str(n)))).token for n in range(3)]
    outcome = send(None, node, [tokens[0], "x.y.z", tokens[1]])
    assert [len(outcome.received), len(outcome.refused)] == [2, 1]


def test_the_key_signs_in_and_reads_its_own_records_in_full(office, node):
    signed = office.sign_event(declared(lot("a")))
    deliver(office, node)
    assert "quantity" not in verify_record(node.record(signed.id)).subject["quantityList"][0]
    node.sign_in(office.key)
    assert verify_record(node.record(signed.id)).subject["quantityList"][0]["quantity"] == "120"
    assert maker_at(office.journal.path.parent).participant == office.participant
