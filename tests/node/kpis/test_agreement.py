"""Node and outsider agree over stories that nobody chose: groups, laboratories, corrections, answers, any period."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from protocol import tiles
from protocol.bundle_model import BundleHead, BundleRecord
from protocol.hashing import log_id
from protocol.keys import private_key_from_secret
from protocol.kpis.deeds import Period
from tests.support.makers import Maker, lot, seeded, snapshot_of
from tests.support.members import adopts, member
from tests.support.nodes import ORIGIN, anchor, running
from verifier.kpis import compare, recount
from verifier.registries import Registry

pytestmark = pytest.mark.anyio
COORDINATOR = private_key_from_secret("ES256", seeded("coordinator"))
CRITERIA = ("short-chain", "circularity", "chemicals", "social", "footprint")


class Story:
    """Events drawn one after the other; each maker knows what it has."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.makers = [Maker(f"maker {number}") for number in range(8)]
        self.labs = [Maker(f"lab {number}", roles=("certifier",)) for number in range(2)]
        self.lots: list[tuple[Maker, str]] = []
        self.sent: list[tuple[Maker, object, str]] = []
        self.mine: dict[str, object] = {}
        self.number = 0
        self.since: dict[tuple[str, str], str] = {}
        self.adopted: set[tuple[str, str]] = set()

    def day(self) -> str:
        return f"2026-0{self.random.randint(1, 3)}-02"

    def dated(self) -> dict[str, str]:
        day = self.day()
        return {"filiera:day": day, "eventTime": f"{day}T08:00:00Z"}

    def next(self) -> object:
        return self.random.choice(
            [
                self.declare,
                self.declare,
                self.ship,
                self.receive,
                self.test,
                self.adopt,
                self.correct,
                self.member,
            ]
        )()

    def declare(self) -> object:
        maker, self.number = self.random.choice(self.makers), self.number + 1
        name = f"lot {self.number}"
        self.lots.append((maker, name))
        stage = self.random.choice(["raw-material", "recovered-waste"])
        self.mine[maker.name] = maker.declare(name, "100", **{"filiera:stage": stage}, **self.dated())
        return self.mine[maker.name]

    def ship(self) -> object:
        if not self.lots:
            return self.declare()
        maker, name = self.lots.pop()
        other = self.random.choice([each for each in self.makers if each is not maker])
        shipment = maker.ship(name, other, "100", **self.dated())
        self.sent.append((other, shipment, name))
        self.mine.pop(maker.name, None)
        return shipment

    def receive(self) -> object:
        if not self.sent:
            return self.ship()
        maker, shipment, name = self.sent.pop()
        return maker.receive(shipment, name, "100", **self.dated())

    def test(self) -> object:
        if not self.lots:
            return self.declare()
        who = self.random.choice([*self.labs, *self.makers])
        about = [{"epcClass": lot(self.random.choice(self.lots)[1]), "quantity": "1", "uom": "KGM"}]
        act = self.random.choice(["lab-test", "chemical-declaration"])
        return who.sign(who.subject(act, quantityList=about, **self.dated()))

    def adopt(self) -> object:
        self.number += 1
        who = self.random.choice([*self.makers, *self.labs])
        name = who.name, (criterion := self.random.choice(CRITERIA))
        since = self.since.setdefault(name, f"2026-01-{self.number % 28 + 1:02}")
        gone = {"withdrawn": "2026-03-15"} if name in self.adopted and self.random.random() < 0.5 else {}
        (self.adopted.discard if gone else self.adopted.add)(name)
        return adopts(who, criterion, since, scope=f"{self.number}", **gone)

    def correct(self) -> object:
        if not self.mine:
            return self.declare()
        name = self.random.choice(sorted(self.mine))
        wrong = self.mine.pop(name)
        maker = next(each for each in self.makers if each.name == name)
        self.lots = [
            each for each in self.lots if lot(each[1]) != wrong.subject["quantityList"][0]["epcClass"]
        ]
        return maker.correct(wrong)

    def member(self) -> object:
        self.number += 1
        who, group = (
            self.random.choice([*self.makers, *self.labs]),
            self.random.choice([None, "gruppo", "altri"]),
        )
        return member(
            COORDINATOR, who, self.random.choice(["BO", "PO", "MO"]), group, name=f"{who.name}, {self.number}"
        )


@pytest.mark.parametrize("seed", range(6))
async def test_node_and_outsider_agree(tmp_path, seed):
    story = Story(seed)
    everyone = [*story.makers, *story.labs]
    async with running(tmp_path, *everyone) as node:
        key = COORDINATOR.public
        node.people.snapshot = replace(snapshot_of(*everyone), coordinators={key.key_id: key.uncompressed})
        node.node.participants.snapshot = node.people.snapshot
        chain = None
        for _ in range(3):
            for _ in range(25):
                answer = await node.post(story.next())
                assert answer.status_code in {200, 201}, answer.text
            chain = anchor(node, chain)
        await node.post(story.declare())  # received, not anchored: it counts for nobody
        entries, heads = await read(node)
        registry = registry_of(everyone, heads)
        for first, last in (
            ("2026-01-01", "2026-12-31"),
            ("2026-02-01", "2026-02-28"),
            ("2026-03-03", "2026-03-31"),
        ):
            mine = recount(Period(first, last), entries, heads[-1:], registry)
            assert mine.verdict.exit_status == 0, mine.verdict
            theirs = (await node.client.get("/kpis", params={"start": first, "end": last})).json()
            assert list(compare(mine.document, theirs)) == [], (mine.document, theirs)


async def read(node) -> tuple[list[BundleRecord], list[BundleHead]]:
    """Every entry of the log and its heads, over HTTP."""
    listed = (await node.client.get("/heads")).json()
    heads = [
        BundleHead(
            log_id(ORIGIN), ORIGIN, head["seq"], bytes.fromhex(head["prev"]), bytes.fromhex(head["root"]), head["size"],
            bytes.fromhex(head["manifest"]), head["chain"]["block"], head["chain"]["transaction"],
        )
        for head in listed
    ]  # fmt: skip
    size = heads[-1].size
    tile = (await node.client.get(f"/tile/entries/000.p/{size}")).content
    entries = []
    for index, digest in enumerate(tiles.parse_entry_bundle(tile)):
        token = (await node.client.get(f"/events/{digest.hex()}")).text
        entries.append(BundleRecord(token, log_id(ORIGIN), index, 1))
    return entries, heads


def registry_of(makers: list[Maker], heads: list[BundleHead]) -> Registry:
    facts = {}
    for head in heads:
        facts["head", head.log.hex(), head.seq] = [
            "",
            head.root.hex(),
            head.size,
            "",
            head.block,
            head.transaction,
        ]
    for maker in makers:
        facts["roles", maker.id.hex()] = [[[0, maker.participant.roles]]]
        facts["key", maker.id.hex(), maker.key.public.key_id.hex()] = [7, 0, None, None]
    return Registry(10**6, facts, frozenset({COORDINATOR.public.key_id}))
