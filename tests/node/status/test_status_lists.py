"""A node takes status lists in their order only, shows them to everybody, and puts them into what it exports."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.bundle import parse_bundle
from protocol.records import parse_record
from protocol.status_list import MIN_BITS, decode
from protocol.templates import credential_template
from tests.support.makers import Maker, lot, snapshot_of
from tests.support.nodes import anchor, running
from tests.support.statuses import (
    certificate,
    findings_of,
    list_name,
    reference,
    replaced_in,
    status_list,
    told,
)

pytestmark = pytest.mark.anyio
PLACE, OTHER = 4_711, 94_567


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def custody(node, name="yarn"):
    return parse_bundle((await node.client.get(f"/lots/{lot(name)}/custody")).content)


def codes_of(bundle) -> set[str]:
    return {found.code for found in findings_of(bundle)}


def spun(anna: Maker, paper) -> list:
    return [anna.declare("wool"), anna.spin("wool", "yarn", **{"filiera:certificates": [reference(paper)]})]


async def test_a_list_is_published_as_it_was_signed_and_the_newest_version_only(tmp_path):
    anna = Maker("anna")
    first = status_list(anna)
    second = status_list(anna, [PLACE], first)
    name = list_name("anna").rpartition(":")[2]
    async with running(tmp_path, anna) as node:
        absent = await node.client.get(f"/status/{name}")
        await node.stored(first)
        before = await node.client.get(f"/status/{name}")
        await node.stored(second)
        after = await node.client.get(f"/status/{name}")
        anchor(node)
        logged = await node.client.get(f"/status/{name}")
        malformed = await node.client.get("/status/not-a-list")
    assert code_of(absent) == (404, "STATUS_LIST_UNKNOWN")
    assert before.text == first.token
    assert before.headers["filiera-state"] == "received"
    assert after.text == logged.text == second.token
    assert logged.headers["filiera-state"] == "confirmed"
    assert after.headers["etag"] == f'"{second.digest.hex()}"'
    assert "public" in after.headers["cache-control"]
    assert after.headers["content-type"] == "application/vc+jwt"
    assert decode(parse_record(after.text).subject["encodedList"]).is_set(PLACE)
    assert malformed.status_code in (400, 422)


async def test_a_withdrawal_reaches_the_bundle_of_what_rests_on_the_paper_and_of_nothing_else(tmp_path):
    anna = Maker("anna")
    first = status_list(anna)
    paper, other = certificate(anna, PLACE), certificate(anna, OTHER, number="C-2")
    beside = {"filiera:certificates": [reference(other)]}
    async with running(tmp_path, anna) as node:
        await node.stored(first, paper, other, *spun(anna, paper))
        await node.stored(anna.declare("silk"), anna.spin("silk", "thread", **beside))
        chain = anchor(node)
        good, good_beside = await custody(node), await custody(node, "thread")
        await node.stored(status_list(anna, [PLACE], first))
        anchor(node, chain)
        bad, still_good = await custody(node), await custody(node, "thread")
    for bundle in (good, good_beside, still_good):
        assert not {code for code in codes_of(bundle) if code.startswith(("STATUS_", "EVIDENCE_REVOKED"))}
    assert "EVIDENCE_REVOKED" in codes_of(bad)


async def test_the_log_itself_says_that_a_list_was_replaced(tmp_path):
    """An old file still verifies as of its head; the old list in a new file does not."""
    anna = Maker("anna")
    first = status_list(anna)
    paper = certificate(anna, PLACE)
    async with running(tmp_path, anna) as node:
        await node.stored(first, paper, *spun(anna, paper))
        chain = anchor(node)
        old = await custody(node)
        second = status_list(anna, [PLACE], first)
        await node.stored(second)
        anchor(node, chain)
        new = await custody(node)
    assert replaced_in(old) == frozenset()
    assert replaced_in(new) == {first.digest}
    kept = [entry for entry in new.records if parse_record(entry.token).digest != second.digest]
    swapped = [*kept, *(entry for entry in old.records if parse_record(entry.token).digest == first.digest)]
    assert "STATUS_LIST_MISSING" in codes_of(replace(new, records=tuple(kept)))
    assert "STATUS_LIST_STALE" in codes_of(replace(new, records=tuple(swapped)))


async def test_a_list_that_no_head_has_yet_does_not_hold_up_what_was_anchored(tmp_path):
    anna = Maker("anna")
    first = status_list(anna)
    paper = certificate(anna, PLACE)
    async with running(tmp_path, anna) as node:
        await node.stored(first, paper, *spun(anna, paper))
        anchor(node)
        await node.stored(status_list(anna, [OTHER], first))
        found = await custody(node)
    assert {entry.head for entry in found.records} == {1}


async def test_versions_come_one_after_the_other(tmp_path):
    anna = Maker("anna")
    first = status_list(anna)
    second = status_list(anna, [PLACE], first)
    async with running(tmp_path, anna) as node:
        await node.stored(first)
        jump = await node.post(status_list(anna, [PLACE], replace(first, claims=_version(first, 4))))
        await node.stored(second)
        again = await node.post(second)
        twin = await node.post(status_list(anna, [OTHER], first))
        beside = await node.post(status_list(anna, [PLACE, OTHER], first, version=3))
    assert code_of(jump) == (409, "STATUS_LIST_VERSION")
    assert again.status_code == 200
    assert code_of(twin) == (409, "STATUS_LIST_VERSION")
    assert code_of(beside) == (409, "STATUS_LIST_VERSION")


async def test_a_withdrawal_is_for_ever_and_a_suspension_is_not(tmp_path):
    anna = Maker("anna")
    withdrawn = status_list(anna, [PLACE])
    pause = {"id": list_name("anna", "pauses"), "statusPurpose": "suspension"}
    paused = status_list(anna, [PLACE], **pause)
    async with running(tmp_path, anna) as node:
        await node.stored(withdrawn, paused)
        taken_back = await node.post(status_list(anna, [OTHER], withdrawn))
        other_purpose = await node.post(status_list(anna, [PLACE], withdrawn, statusPurpose="suspension"))
        lifted = await node.post(status_list(anna, [], paused, **pause))
    assert code_of(taken_back) == code_of(other_purpose) == (409, "STATUS_TAKEN_BACK")
    assert lifted.status_code == 201


async def test_nobody_writes_in_the_list_of_another(tmp_path):
    anna, rival = Maker("anna"), Maker("rival")
    first, paper = status_list(anna), certificate(anna, PLACE)
    stolen = {"id": list_name("anna")}
    async with running(tmp_path, anna, rival) as node:
        await node.stored(first, paper, *spun(anna, paper))
        forged = await node.post(status_list(rival, [PLACE], first, **stolen))
        pointing = await node.post(certificate(rival, OTHER, list_id=list_name("anna")))
        in_her_name = await node.post(
            status_list(rival, [PLACE], first, **stolen, **{"filiera:participant": anna.id.hex()})
        )
    assert code_of(forged) == code_of(pointing) == (409, "STATUS_LIST_FOREIGN")
    assert code_of(in_her_name) == (403, "PARTICIPANT_MISMATCH")


async def test_a_paper_has_a_place_that_the_list_has(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        await node.stored(status_list(anna), certificate(anna, MIN_BITS - 1))
        outside = await node.post(certificate(anna, MIN_BITS))
        other = await node.post(certificate(anna, PLACE, "suspension"))
        elsewhere = await node.post(certificate(anna, PLACE, list_id=list_name("kept at another node")))
    assert code_of(outside) == (422, "STATUS_INDEX_OUTSIDE")
    assert code_of(other) == (422, "STATUS_PURPOSE_MISMATCH")
    assert elsewhere.status_code == 201


async def test_many_at_once_are_judged_as_one_after_the_other(tmp_path):
    anna = Maker("anna")
    first = status_list(anna)
    second = status_list(anna, [PLACE], first)
    third = status_list(anna, [PLACE, OTHER], second)
    async with running(tmp_path, anna) as node:
        answers = await node.post_many([first, second, status_list(anna, [], first), third])
    codes = [answer.get("problem", {}).get("code") for answer in answers]
    assert codes == [None, None, "STATUS_LIST_VERSION", None]


async def test_a_coordinator_withdraws_a_membership(tmp_path):
    anna, coordinator = Maker("anna"), Maker("coordinator")
    subject = {
        "type": "Membership", "id": anna.urn, "name": "Anna Tessuti", "country": "IT", "roles": ["supplier"],
        "registrations": [{"scheme": "VAT", "number": "IT00000000000"}], "identityAssurance": "register",
    }  # fmt: skip
    key = coordinator.key.public
    entry = certificate(coordinator, PLACE).claims["credentialStatus"]
    claims = credential_template(subject, issuer=key.did, kind="FilieraMembership")
    membership = coordinator.sign_claims(claims | {"credentialStatus": entry})
    first = status_list(coordinator, **{"filiera:participant": None})
    second = status_list(coordinator, [PLACE], first, **{"filiera:participant": None})
    async with running(tmp_path, anna) as node:
        node.people.snapshot = replace(snapshot_of(anna), coordinators={key.key_id: key.uncompressed})
        node.node.participants.snapshot = node.people.snapshot
        await node.stored(first, membership, anna.declare("wool"))
        before = await custody(node, "wool")
        forged = await node.post(status_list(anna, [], first, id=list_name("coordinator")))
        await node.stored(second)
        after = await custody(node, "wool")
    assert {record.digest for record in told(before)} == {membership.digest, first.digest}
    assert {record.digest for record in told(after)} == {membership.digest, second.digest}
    assert "MEMBERSHIP_REVOKED" not in codes_of(before)
    assert "MEMBERSHIP_REVOKED" in codes_of(after)
    assert code_of(forged) == (409, "STATUS_LIST_FOREIGN")


def _version(record, number):
    return record.claims | {"credentialSubject": record.subject | {"version": number}}
