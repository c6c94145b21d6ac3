"""Who may say what: keys, windows, roles, capabilities, acting for others, and time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from node.participants.snapshot import ADMIN, AGREEMENT, Snapshot
from tests.support.makers import Maker, lot, snapshot_of
from tests.support.nodes import running

pytestmark = pytest.mark.anyio


async def code_of(tmp_path, record, snapshot, **changes):
    async with running(tmp_path, **changes) as node:
        node.people.snapshot = snapshot
        node.node.participants.snapshot = snapshot
        answer = await node.post(record)
    return answer.status_code, answer.json().get("code")


def with_key(maker: Maker, **changes) -> Snapshot:
    participant = maker.participant
    return Snapshot.of(10, [replace(participant, keys=(replace(participant.keys[0], **changes),))])


async def test_authority_stranger_is_refused(tmp_path):
    record = Maker("stranger").declare("wool")
    assert await code_of(tmp_path, record, snapshot_of(Maker("anna"))) == (403, "KEY_UNKNOWN")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to_block": 11}, "KEY_CLOSED"),
        ({"to_block": 13}, "KEY_CLOSED"),
        ({"from_block": 12}, "KEY_CLOSED"),
        ({"capabilities": ADMIN}, "KEY_CANNOT"),
        ({"use": AGREEMENT}, "KEY_CANNOT"),
    ],
    ids=["closed", "closes before the head could come", "not open yet", "no capability", "agreement key"],
)
async def test_authority_key_that_may_not_is_refused(tmp_path, changes, code):
    anna = Maker("anna")
    assert await code_of(tmp_path, anna.declare("wool"), with_key(anna, **changes)) == (403, code)


async def test_authority_key_that_closes_later_is_taken(tmp_path):
    anna = Maker("anna")
    assert (await code_of(tmp_path, anna.declare("wool"), with_key(anna, to_block=14)))[0] == 201


async def test_authority_suspended_participant_is_refused(tmp_path):
    anna = Maker("anna")
    snapshot = Snapshot.of(10, [replace(anna.participant, active=False)])
    assert await code_of(tmp_path, anna.declare("wool"), snapshot) == (403, "PARTICIPANT_SUSPENDED")


async def test_authority_speaking_in_anothers_name_is_refused(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    forged = bice.sign(bice.subject("lot-declared") | {"filiera:participant": anna.id.hex()})
    assert await code_of(tmp_path, forged, snapshot_of(anna, bice)) == (403, "PARTICIPANT_MISMATCH")


@pytest.mark.parametrize(
    ("roles", "act", "status"),
    [
        (("supplier",), "lot-declared", 201),
        (("observer",), "lot-declared", 403),
        (("certifier",), "lot-declared", 403),
        (("certifier",), "lab-test", 201),
        (("association",), "shipment", 403),
    ],
)
async def test_authority_role_decides_over_the_act(tmp_path, roles, act, status):
    maker = Maker("maker", roles)
    found, code = await code_of(tmp_path, maker.sign(maker.subject(act)), snapshot_of(maker))
    assert found == status
    assert status == 201 or code == "ROLE_MISSING"


async def test_authority_writing_for_a_member_is_refused(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    acting = {"filiera:onBehalfOf": {"party": bice.urn, "basis": {"kind": "contract"}}}
    record = anna.sign(anna.subject("lot-declared", **acting))
    assert await code_of(tmp_path, record, snapshot_of(anna, bice)) == (403, "ON_BEHALF_OF_MEMBER")


async def test_authority_writing_for_a_workshop_outside_keeps_its_account_apart(tmp_path):
    anna = Maker("anna")
    acting = {"filiera:onBehalfOf": {"party": "urn:filiera:party:" + "p" * 26, "basis": {"kind": "contract"}}}
    own = anna.declare("wool")
    entry = {"lot": lot("wool"), "lotSeq": 0, "before": "0", "after": "120", "uom": "KGM"}
    goods = [{"epcClass": lot("wool"), "quantity": "120", "uom": "KGM"}]
    theirs = anna.sign(
        anna.subject("lot-declared", **{"quantityList": goods, "filiera:account": [entry]} | acting)
    )
    async with running(tmp_path, anna) as node:
        await node.stored(own, theirs)


@pytest.mark.parametrize(("later_ms", "status"), [(0, 201), (301_000, 422), (299_000, 201)])
async def test_authority_nothing_happens_tomorrow(tmp_path, later_ms, status):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        # The template's event is at 08:15 UTC; the node's clock is set before it.
        node.clock.now = 1_772_439_300_000 - later_ms
        answer = await node.post(anna.declare("wool"))
    assert answer.status_code == status
    assert status == 201 or answer.json()["code"] == "EVENT_IN_FUTURE"
