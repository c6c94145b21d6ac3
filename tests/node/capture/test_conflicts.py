"""What may not stand beside what is stored: forks of a key's numbering and of a lot's account."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.capture.admission import Rules, admit
from node.capture.checking import check
from node.capture.conflicts import Known, ensure_free, find_replay
from protocol.errors import ConflictError
from tests.support.makers import NOW_MS, Maker, lot, snapshot_of
from tests.support.nodes import running

anyio = pytest.mark.anyio


def candidate(record, *makers):
    return admit(check(record.token.encode(), NOW_MS, 300), snapshot_of(*makers), Rules(), NOW_MS)


def history(maker: Maker, length: int):
    records = [maker.declare("wool", quantity="1000")]
    records += [maker.spin("wool", f"yarn {number}", "10", "9") for number in range(length - 1)]
    return [candidate(record, maker) for record in records]


@given(st.integers(1, 8), st.randoms(use_true_random=False))
def test_conflicts_records_of_one_maker_in_any_order_never_conflict(length, order):
    candidates = history(Maker("anna"), length)
    order.shuffle(candidates)
    known = Known()
    for entry in candidates:
        assert find_replay(entry, known) is None
        ensure_free(entry, known)
        known.add(entry)
    assert all(find_replay(entry, known) for entry in candidates)


@given(st.integers(1, 6), st.randoms(use_true_random=False))
def test_conflicts_of_two_branches_only_one_is_taken_whatever_the_order(length, order: random.Random):
    # Two devices with one key, out of step: at each number exactly one record survives, and never two of one number.
    anna = Maker("anna")
    anna.declare("wool", quantity="1000")
    other = anna.twin()
    left = [candidate(anna.spin("wool", f"left {n}", "10", "9"), anna) for n in range(length)]
    right = [candidate(other.spin("wool", f"right {n}", "20", "18"), anna) for n in range(length)]
    both = left + right
    order.shuffle(both)
    known, taken = Known(), []
    for entry in both:
        try:
            find_replay(entry, known)
            ensure_free(entry, known)
        except ConflictError as refusal:
            assert refusal.code in {"RECORD_FORK", "LOT_ACCOUNT_FORK", "RECORD_ID_REUSED"}  # noqa: PT017
        else:
            known.add(entry)
            taken.append(entry)
    numbers = [entry.checked.record_seq for entry in taken]
    assert len(numbers) == len(set(numbers))
    by_seq = {entry.checked.record_seq: entry for entry in taken}
    for seq, entry in by_seq.items():
        if seq - 1 in by_seq:
            assert entry.checked.previous == by_seq[seq - 1].checked.digest


@anyio
async def test_capture_lot_sold_twice_is_refused_as_a_fork(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    async with running(tmp_path, anna, bice) as node:
        await node.stored(anna.declare("wool"))
        second_book = anna.twin().accounts
        await node.stored(anna.ship("wool", bice, "100"))
        anna.accounts = second_book
        answer = await node.post(anna.ship("wool", bice, "90"))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "LOT_ACCOUNT_FORK")
    assert problem["field"] == "/credentialSubject/filiera:account/0"
    assert lot("wool") in problem["detail"]
    assert problem["remedy"]


@anyio
async def test_capture_fork_within_one_batch_is_seen(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    declared = anna.declare("wool")
    book = anna.twin().accounts
    one = anna.ship("wool", bice, "100")
    anna.accounts = book
    other = anna.ship("wool", bice, "90")
    async with running(tmp_path, anna, bice) as node:
        lines = await node.post_many([declared, one, other])
    assert [line["status"] for line in lines] == [201, 201, 409]
    assert lines[2]["problem"]["code"] == "LOT_ACCOUNT_FORK"


@anyio
async def test_capture_balance_that_jumps_is_refused(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    async with running(tmp_path, anna, bice) as node:
        await node.stored(anna.declare("wool"))
        number, _, digest = anna.accounts[lot("wool")]
        anna.accounts[lot("wool")] = (number, Decimal(500), digest)
        answer = await node.post(anna.ship("wool", bice, "200"))
    assert (answer.status_code, answer.json()["code"]) == (409, "LOT_ACCOUNT_BALANCE")


@anyio
async def test_capture_of_two_balances_that_meet_later_the_second_is_refused(tmp_path):
    # The entry after arrives first; the one before must then lead to it.
    anna, bice = Maker("anna"), Maker("bice")
    declared = anna.declare("wool")
    true_book = anna.twin()
    first = anna.ship("wool", bice, "10")
    second = anna.ship("wool", bice, "20")
    forged = true_book.ship("wool", bice, "11")
    async with running(tmp_path, anna, bice) as node:
        await node.stored(declared, second)
        refused = await node.post(forged)
        taken = await node.post(first)
    assert (refused.status_code, refused.json()["code"]) == (409, "RECORD_FORK")
    assert taken.status_code == 201


@anyio
async def test_capture_same_lot_in_other_hands_has_an_account_of_its_own(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    async with running(tmp_path, anna, bice) as node:
        declared = anna.declare("wool")
        shipment = anna.ship("wool", bice)
        await node.stored(declared, shipment, bice.receive(shipment, "wool"), bice.spin("wool", "yarn"))


@anyio
async def test_capture_another_predecessor_is_a_fork_of_the_key(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        await node.stored(anna.declare("wool"))
        anna.previous = bytes(32)
        answer = await node.post(anna.declare("silk"))
    assert (answer.status_code, answer.json()["code"]) == (409, "RECORD_FORK")


@anyio
async def test_capture_number_used_twice_is_a_fork_of_the_key(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        twin = anna.twin()
        await node.stored(anna.declare("wool"))
        answer = await node.post(twin.sign(twin.subject("work-declaration")))
    assert (answer.status_code, answer.json()["code"]) == (409, "RECORD_FORK")


@anyio
async def test_capture_record_before_its_predecessor_waits_and_then_does_not(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        first, second = anna.declare("wool"), anna.declare("silk")
        await node.stored(second)
        shown = await node.client.get(f"/events/{second.id}")
        assert shown.headers["filiera-waiting"] == "RECORD_SEQUENCE_GAP"
        assert shown.headers["filiera-state"] == "received"
        await node.stored(first)
        shown = await node.client.get(f"/events/{second.id}")
        assert "filiera-waiting" not in shown.headers


@anyio
async def test_capture_unknown_upstream_is_accepted_and_waits(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    declared = anna.declare("wool")
    shipment = anna.ship("wool", bice)
    receipt, spun = bice.receive(shipment, "wool"), bice.spin("wool", "yarn")
    async with running(tmp_path, anna, bice) as node:
        await node.stored(spun)
        shown = await node.client.get(f"/events/{spun.id}", headers={"accept": "application/json"})
        assert {entry["code"] for entry in shown.json()["waiting"]} == {"RECORD_SEQUENCE_GAP", "LOT_AWAITED"}
        await node.stored(receipt)
        shown = await node.client.get(f"/events/{receipt.id}", headers={"accept": "application/json"})
        assert {entry["code"] for entry in shown.json()["waiting"]} == {"SHIPMENT_AWAITED"}
        await node.stored(declared, shipment)
        for record in (receipt, spun):
            shown = await node.client.get(f"/events/{record.id}", headers={"accept": "application/json"})
            assert shown.json()["waiting"] == []
