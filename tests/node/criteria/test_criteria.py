"""A criterion from proposal to retirement at a node: what it takes, what it refuses, and what it tells of it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from protocol.bundle import parse_bundle
from protocol.catalogue import digest_of
from protocol.identifiers import participant_urn
from protocol.records import parse_record
from tests.support.criteria import CRITERION, VERSION, Steps, comments, next_catalogue, publishes
from tests.support.makers import Maker, lot, snapshot_of
from tests.support.members import adopts
from tests.support.nodes import anchor, running

pytestmark = pytest.mark.anyio
COORDINATOR, STRANGER = Maker("coordinator").key, Maker("coordinator of another consortium").key
DYER, SEWER = Maker("dyer"), Maker("sewer")
MUSEUM, OPERATOR = Maker("museum", roles=("observer",)), Maker("operator", roles=("technical-operator",))
CONTENT = next_catalogue()


@asynccontextmanager
async def consortium(folder):
    """A node that knows the companies and one coordinator; it is 2026-03-02."""
    everyone = (DYER, SEWER, MUSEUM, OPERATOR)
    async with running(folder, *everyone) as node:
        key = COORDINATOR.public
        node.people.snapshot = replace(snapshot_of(*everyone), coordinators={key.key_id: key.uncompressed})
        node.node.participants.snapshot = node.people.snapshot
        on(node, "2026-03-02")
        yield node


def on(node, day):
    node.clock.now = int(datetime.fromisoformat(day).replace(tzinfo=UTC, hour=9).timestamp() * 1000)


async def refused(node, record):
    answer = await node.post(record)
    assert answer.status_code >= 400, answer.text
    return answer.json()["code"]


async def life(node, criterion=CRITERION):
    answer = await node.client.get(f"/criteria/{criterion}")
    assert answer.status_code == 200, answer.text
    return answer.json()["versions"][0]


async def published(node):
    """A criterion on its way until it is in force, on the 12th, with a word of the dyer's."""
    steps = Steps(COORDINATOR)
    await node.stored(steps.propose(), steps.consult())
    on(node, "2026-03-04")
    said = comments(DYER, steps.last)
    await node.stored(said)
    on(node, "2026-03-12")
    await node.stored(
        steps.agree(said), publishes(COORDINATOR, CONTENT, "2026-03-12"), steps.publish(CONTENT)
    )
    return steps


def adoption(maker=DYER, day="2026-03-13", **more):
    return adopts(maker, CRITERION, day, catalogueVersion=VERSION, **more)


async def test_the_life_of_a_criterion_is_told_record_by_record(tmp_path):
    async with consortium(tmp_path) as node:
        steps = await published(node)
        await node.stored(adoption(), adoption(SEWER, catalogueDigest=digest_of(CONTENT)))
        told = await life(node)
        assert (told["stage"], told["consultation"]) == (
            "published",
            {"from": "2026-03-03", "until": "2026-03-10"},
        )
        assert [each["subject"]["type"] for each in told["steps"]] == [
            "CriterionProposal", "CriterionConsultation", "CriterionAgreement", "CriterionPublication",
        ]  # fmt: skip
        (comment,) = told["comments"]
        assert (comment["by"], comment["received"], comment["state"]) == (DYER.urn, "2026-03-04", "received")
        assert told["steps"][0]["by"] is None
        assert told["adopters"] == 2
        anchor(node)
        assert {each["state"] for each in (await life(node))["adoptions"]} == {"anchored"}

        on(node, "2026-04-01")
        await node.stored(adoption(withdrawn="2026-04-01"), steps.retire("2026-04-01"))
        told = await life(node)
        assert (told["stage"], told["adopters"]) == ("retired", 1)
        overview = (await node.client.get("/criteria/lives")).json()
        assert overview[0] == {
            "criterion": CRITERION, "catalogueVersion": VERSION, "stage": "retired", "comments": 1, "adopters": 1,
            "consultation": {"from": "2026-03-03", "until": "2026-03-10"},
        }  # fmt: skip
        assert {(each["catalogueVersion"], each["stage"]) for each in overview[1:]} == {("2026-2", "shipped")}
        for each in told["steps"]:
            record = parse_record((await node.client.get(f"/events/{each['digest']}")).text)
            assert (record.subject, record.id) == (each["subject"], each["id"])


async def test_a_published_catalogue_is_served_as_it_was_signed(tmp_path):
    async with consortium(tmp_path) as node:
        assert (await node.client.get(f"/criteria?version={VERSION}")).status_code == 404
        await node.stored(publishes(COORDINATOR, CONTENT))
        served = (await node.client.get(f"/criteria?version={VERSION}")).json()
        assert digest_of(served) == digest_of(CONTENT)
        again = publishes(COORDINATOR, next_catalogue(mrslLevel="2"))
        assert await refused(node, again) == "CATALOGUE_TAKEN"
        assert (await node.client.get("/criteria/no-such")).json()["code"] == "CRITERION_UNKNOWN"


async def test_a_record_sent_again_gets_the_same_receipt(tmp_path):
    async with consortium(tmp_path) as node:
        steps = await published(node)
        first = (await node.post(adoption_ := adoption())).json()
        on(node, "2026-04-01")
        await node.stored(steps.retire("2026-04-01"))
        again = await node.post(adoption_)
        assert (again.status_code, again.json()["receipt"]) == (200, first["receipt"])


@pytest.mark.parametrize("make", [lambda key: Steps(key).propose(), lambda key: publishes(key, CONTENT)])
async def test_the_coordinator_of_another_consortium_says_nothing_here(tmp_path, make):
    async with consortium(tmp_path) as node:
        for key in (STRANGER, DYER.key):
            assert await refused(node, make(key)) == "NOT_COORDINATOR"


async def test_a_comment_after_the_window_is_refused_whatever_day_it_states(tmp_path):
    async with consortium(tmp_path) as node:
        steps = Steps(COORDINATOR)
        await node.stored(steps.propose(), steps.consult())
        assert await refused(node, comments(DYER, steps.last, "2026-03-02")) == "CRITERION_COMMENT_OUTSIDE"
        on(node, "2026-03-11")
        for day in ("2026-03-10", "2026-03-11"):
            assert await refused(node, comments(DYER, steps.last, day)) == "CRITERION_COMMENT_OUTSIDE"
        assert (await life(node))["comments"] == []


async def test_partners_speak_and_companies_adopt(tmp_path):
    async with consortium(tmp_path) as node:
        steps = Steps(COORDINATOR)
        await node.stored(steps.propose(), steps.consult())
        on(node, "2026-03-04")
        await node.stored(word := comments(MUSEUM, steps.last))
        assert await refused(node, comments(OPERATOR, steps.last)) == "ROLE_MISSING"
        on(node, "2026-03-12")
        await node.stored(
            steps.agree(word), publishes(COORDINATOR, CONTENT, "2026-03-12"), steps.publish(CONTENT)
        )
        assert await refused(node, adoption(MUSEUM)) == "ROLE_MISSING"


async def test_nobody_speaks_or_adopts_for_another(tmp_path):
    async with consortium(tmp_path) as node:
        steps = await published(node)
        hers = {"filiera:participant": SEWER.id.hex()}
        assert await refused(node, adoption(**hers)) == "PARTICIPANT_MISMATCH"
        assert await refused(node, comments(DYER, steps.last, **hers)) == "PARTICIPANT_MISMATCH"


async def test_nothing_is_published_without_agreement_nor_agreed_in_secret(tmp_path):
    async with consortium(tmp_path) as node:
        steps = Steps(COORDINATOR)
        await node.stored(steps.propose(), asked := steps.consult(), publishes(COORDINATOR, CONTENT))
        assert await refused(node, steps.publish(CONTENT, "2026-03-02")) == "CRITERION_STEP_ORDER"
        on(node, "2026-03-04")
        await node.stored(comments(DYER, asked))
        steps.last = asked
        assert await refused(node, steps.agree(day="2026-03-04")) == "CRITERION_CONSULTATION_OPEN"
        on(node, "2026-03-12")
        steps.last = asked
        assert await refused(node, steps.agree(day="2026-03-12")) == "CRITERION_COMMENT_UNANSWERED"


async def test_a_retired_version_is_adopted_no_more_not_even_in_a_batch(tmp_path):
    async with consortium(tmp_path) as node:
        steps = await published(node)
        on(node, "2026-04-01")
        first, retired, late = await node.post_many([adoption(), steps.retire("2026-04-01"), adoption(SEWER)])
        assert (first["status"], retired["status"], late["status"]) == (201, 201, 409)
        assert late["problem"]["code"] == "CRITERION_RETIRED"
        assert (await life(node))["adopters"] == 1


async def test_a_shipped_criterion_is_adopted_until_it_is_retired(tmp_path):
    async with consortium(tmp_path) as node:
        assert (await life(node, "social"))["stage"] == "shipped"
        await node.stored(adopts(DYER, "social"))
        await node.stored(Steps(COORDINATOR, "social", "2026-2").retire("2026-03-02"))
        assert await refused(node, adopts(SEWER, "social")) == "CRITERION_RETIRED"


async def test_a_bundle_carries_the_newest_catalogue_once_it_is_anchored(tmp_path):
    async with consortium(tmp_path) as node:
        await node.stored(DYER.twin().declare("wool", **{"filiera:stage": "raw-material"}))
        await node.stored(publishes(COORDINATOR, CONTENT), publishes(COORDINATOR, next_catalogue("2028-1")))

        async def carried():
            bundle = parse_bundle((await node.client.get(f"/lots/{lot('wool')}/custody")).content)
            records = [parse_record(token) for token in bundle.memberships]
            return [each.subject["version"] for each in records if each.kind == "FilieraCatalogue"]

        assert await carried() == []
        anchor(node)
        assert await carried() == ["2028-1"]


async def test_the_author_is_the_participant_whose_key_signed(tmp_path):
    async with consortium(tmp_path) as node:
        await published(node)
        await node.stored(adoption())
        (adopted,) = (await life(node))["adoptions"]
        assert adopted["by"] == participant_urn(DYER.id)
