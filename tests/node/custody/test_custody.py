"""What stands behind a lot: the whole way back, nothing of other goods, and only what the caller may read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from node.auth.tiers import PUBLIC, Caller
from protocol.bundle import parse_bundle
from protocol.keys import PublicKey
from protocol.records import parse_record
from protocol.templates import credential_template
from tests.support.makers import Maker, lot, snapshot_of
from tests.support.nodes import anchor, running

pytestmark = pytest.mark.anyio


async def custody(node, name, **headers):
    answer = await node.client.get(
        f"/lots/{lot(name)}/custody", params={"direction": "back"}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    return parse_bundle(answer.content)


def digests(bundle):
    return {parse_record(record.token).digest for record in bundle.records}


async def test_custody_leads_back_over_hands_and_steps_and_not_into_other_goods(tmp_path):
    anna, bice = Maker("anna"), Maker("bice")
    async with running(tmp_path, anna, bice) as node:
        wool = anna.declare("wool")
        shipment = anna.ship("wool", bice)
        receipt, spun = bice.receive(shipment, "wool"), bice.spin("wool", "yarn")
        woven = bice.spin("yarn", "cloth", "40", "38")
        beside = bice.spin("wool", "other yarn", "5", "4")
        elsewhere = anna.declare("silk")
        await node.stored(wool, shipment, receipt, spun, woven, beside, elsewhere)
        behind_cloth = await custody(node, "cloth")
        behind_wool = await custody(node, "wool")
    # `beside` takes from the same lot: it belongs to the account of the wool, so it is evidence too.
    assert digests(behind_cloth) == {entry.digest for entry in (wool, shipment, receipt, spun, woven, beside)}
    assert digests(behind_wool) == {entry.digest for entry in (wool, shipment, receipt, spun, beside)}
    assert {key.key_hash for key in behind_cloth.keys} == {anna.key.public.key_id, bice.key.public.key_id}


async def test_custody_corrections_tests_and_declarations_come_along(tmp_path):
    anna, lab = Maker("anna"), Maker("lab", ("certifier",))
    goods = {"quantityList": [{"epcClass": lot("wool"), "quantity": "1", "uom": "KGM"}]}
    async with running(tmp_path, anna, lab) as node:
        wool = anna.declare("wool")
        chemicals = anna.sign(anna.subject("chemical-declaration", **goods))
        test = lab.sign(lab.subject("lab-test", **goods))
        correction = anna.correct(wool)
        await node.stored(wool, chemicals, test, correction)
        found = await custody(node, "wool")
    assert digests(found) == {entry.digest for entry in (wool, chemicals, test, correction)}


async def test_custody_anchored_records_carry_proofs_of_their_first_head(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        wool = anna.declare("wool")
        await node.stored(wool, *(anna.declare(f"lot {number}") for number in range(4)))
        chain = anchor(node)
        spun = anna.spin("wool", "yarn")
        late = anna.spin("wool", "more yarn", "1", "0.9")
        await node.stored(spun)
        anchor(node, chain)
        await node.stored(late)
        found = await custody(node, "yarn")
    heads = {parse_record(record.token).digest: record.head for record in found.records}
    assert heads == {wool.digest: 1, spun.digest: 2, late.digest: None}
    assert [head.seq for head in found.heads] == [1, 2]
    assert found.heads[-1].checkpoint
    assert [(proof.first, proof.second) for proof in found.consistency] == [(1, 2)]
    assert found.affected[0].seq == 2


async def test_custody_same_evidence_gives_the_same_bytes(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        await node.stored(anna.declare("wool"), anna.spin("wool", "yarn"))
        anchor(node)
        one = await node.client.get(f"/lots/{lot('yarn')}/custody")
        two = await node.client.get(f"/lots/{lot('yarn')}/custody")
    assert one.content == two.content


async def test_custody_shows_each_tier_what_it_may_read(tmp_path):
    anna, bice, carla = Maker("anna"), Maker("bice"), Maker("carla")
    async with running(tmp_path, anna, bice, carla) as node:
        record = anna.declare("wool", hidden=None)
        await node.stored(record, anna.ship("wool", bice))
        service = node.node.custody

        def quantity_shown(caller) -> set[str]:
            records = parse_bundle(service.bundle(lot("wool"), caller)).records
            (entry,) = (each for each in records if parse_record(each.token).digest == record.digest)
            return {opened.place.pointer for opened in parse_record(entry.token).opened}

        public = quantity_shown(PUBLIC)
        stranger = quantity_shown(Caller(carla.id, "legitimate"))
        member = quantity_shown(Caller(bice.id, "legitimate"))
        owner = quantity_shown(Caller(anna.id, "legitimate"))
        authority = quantity_shown(Caller(bice.id, "authority"))
    assert public == stranger < member <= owner == authority
    assert "/credentialSubject/quantityList/0/quantity" not in public
    assert "/credentialSubject/quantityList/0/quantity" in owner


async def test_custody_names_come_from_memberships(tmp_path):
    anna, coordinator = Maker("anna"), Maker("coordinator")
    subject = {
        "type": "Membership", "id": anna.urn, "name": "Anna Tessuti", "country": "IT", "roles": ["supplier"],
        "registrations": [{"scheme": "VAT", "number": "IT00000000000"}], "identityAssurance": "register",
    }  # fmt: skip
    key: PublicKey = coordinator.key.public
    async with running(tmp_path, anna) as node:
        node.people.snapshot = replace(snapshot_of(anna), coordinators={key.key_id: key.uncompressed})
        node.node.participants.snapshot = node.people.snapshot
        membership = coordinator.sign_claims(
            credential_template(subject, issuer=key.did, kind="FilieraMembership")
        )
        await node.stored(membership, anna.declare("wool"))
        found = await custody(node, "wool")
    assert [parse_record(token).digest for token in found.memberships] == [membership.digest]


async def test_custody_limits_and_unknown_lots_are_said(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna, custody_records=3) as node:
        await node.stored(
            anna.declare("wool"), *(anna.spin("wool", f"yarn {n}", "1", "0.9") for n in range(3))
        )
        large = await node.client.get(f"/lots/{lot('yarn 2')}/custody")
        unknown = await node.client.get(f"/lots/{lot('nothing')}/custody")
        malformed = await node.client.get("/lots/not-a-lot/custody")
        forward = await node.client.get(f"/lots/{lot('wool')}/custody?direction=forward")
    assert (large.status_code, large.json()["code"]) == (413, "CUSTODY_TOO_LARGE")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "LOT_UNKNOWN")
    assert malformed.status_code in {400, 422}
    assert forward.status_code == 422


async def test_custody_cycles_end(tmp_path):
    # Nothing forbids two makers to claim that each lot was made of the other; the walk must end all the same.
    anna, bice = Maker("anna"), Maker("bice")
    async with running(tmp_path, anna, bice) as node:
        anna.accounts[lot("a")] = bice.accounts[lot("b")] = (0, 100, bytes(32))
        await node.stored(anna.spin("a", "b"), bice.spin("b", "a"))
        assert len((await custody(node, "a")).records) == 2
