"""Two witnesses, a node and a real chain: verified without network, whoever is killed, and never for a liar."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from anchoring.acts import sign_act
from anchoring.client import ChainClient
from client import passports
from client.journal import Journal
from client.node_client import NodeClient
from client.signing import Maker as Signer
from node.witness.source import ClientSource
from protocol import merkle
from protocol.bundle import parse_bundle
from protocol.bundle_model import Bundle
from protocol.checkpoint import Checkpoint, sign_note
from protocol.checks.credentials import read_memberships, read_records
from protocol.hashing import leaf_hash, sha256
from protocol.registry_state import Follower
from tests.support.chain import ORIGIN, deployed, session_chain  # noqa: F401 - fixtures
from tests.support.makers import Maker, lot
from tests.support.node_process import DEADLINE, NodeProcess
from tests.support.passports import BATCH, ITEM, MODEL, body
from tests.support.witnesses import WitnessProcess, trust_with
from verifier.chain import read_chain
from verifier.sources import JsonRpc
from verifier.trust import find_trust
from verifier.verify import Result, verify
from verifier.witness.chain import RpcSource

pytestmark = pytest.mark.chain
ROOT = Path(__file__).resolve().parents[2]
_VERIFY = "from verifier.cli import verify; verify()"


class World:
    """A node, two witnesses that it asks, and a verifier that wants both."""

    def __init__(self, folder: Path, deployed: Any) -> None:  # noqa: F811 - the fixture's value
        self.deployed = deployed
        self.trust_file = folder / "trust.json"
        self.trust_file.write_text(json.dumps(deployed.deployment.trust()))
        names = ("witness.example/w1", "witness.example/w2")
        self.witnesses = [WitnessProcess(folder, name, self.trust_file, deployed.chain.url) for name in names]
        self.trust_file.write_text(trust_with(deployed.deployment.trust(), self.witnesses, 2))
        for witness in self.witnesses:
            witness.start()
        self.node = NodeProcess(
            folder,
            deployed,
            FILIERA_WITNESSES=" ".join(witness.url for witness in self.witnesses),
            FILIERA_WITNESS_SECONDS="0.1",
        )
        self.node.start()

    def close(self) -> None:
        self.node.kill()
        self.node.client.close()
        for witness in self.witnesses:
            witness.kill()

    def sent(self, *records: Any) -> None:
        """Stored and anchored."""
        for record in records:
            answer = self.node.post(record)
            assert answer.status_code == 201, answer.text
        self.node.proof(records[-1])

    def fetched(self, target: str) -> Bundle:
        """What the node hands out now."""
        answer = self.node.client.get(f"/lots/{target.replace('#', '%23')}/custody")
        assert answer.status_code == 200, answer.text
        return parse_bundle(answer.content)

    def witnessed(self, target: str) -> Bundle:
        """The evidence as soon as the witnesses have confirmed the chain as it is now."""
        latest = int(self.deployed.chain.rpc("eth_blockNumber"), 16)
        self.node.wait(lambda: _block(self.node.client.get("/snapshot").text) >= latest)
        return self.fetched(target)

    def judged(self, bundle: Bundle, *, online: bool = False) -> Result:
        """The verdict, from the file alone or with the chain."""
        trust = find_trust(self.trust_file)
        assert trust is not None
        records, unsound = read_records(bundle.records)
        members, _ = read_memberships(bundle.memberships)
        ask = JsonRpc(self.deployed.chain.url)
        view = read_chain(ask, trust, bundle, records, members) if online else None
        return verify(bundle, records, unsound, trust, view)

    def agrees(self, target: str) -> set[str]:
        """The codes that count, which have to be the same with the chain and without.

        When a head was mined, and who added a key, a snapshot does not say: two notices need the chain itself.
        """
        bundle = self.witnessed(target)
        offline, online = self.judged(bundle), self.judged(bundle, online=True)
        said = [found for found in offline.verdict.findings if found.code != "CHAIN_AS_OF"]
        assert said == [found for found in online.verdict.findings if found.code not in CHAIN_ONLY]
        return codes(offline)


CHAIN_ONLY = {"DECLARED_LATE", "KEY_ADDED_WITHOUT_HOLDER"}


def codes(result: Result) -> set[str]:
    return {found.code for found in result.verdict.findings if found.severity != "notice"}


def _block(note: str) -> int:
    return next((int(line.split(" ")[1]) for line in note.split("\n") if line.startswith("block ")), -1)


@pytest.fixture
def world(tmp_path, deployed):  # noqa: F811 - a fixture
    made = World(tmp_path, deployed)
    yield made
    made.close()


def thread(world: World) -> tuple[Maker, Maker]:
    """Wool declared, spun, shipped, received."""
    anna, bice = Maker("anna"), Maker("bice")
    for maker in (anna, bice):
        assert world.node.admit(maker).status_code == 200
    wool = anna.declare("wool", **{"filiera:stage": "raw-material"})
    yarn = anna.spin("wool", "yarn", quantity="120", made="110")
    shipment = anna.ship("yarn", bice, quantity="110")
    world.sent(wool, yarn, shipment, bice.receive(shipment, "yarn", quantity="110"))
    return anna, bice


def command(file: Path, trust: Path, *more: str) -> subprocess.CompletedProcess[str]:
    arguments = [str(file), "--trust", str(trust), "--offline", "--lang", "en", *more]
    return subprocess.run(
        [sys.executable, "-c", _VERIFY, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_a_file_is_verified_without_network(world, tmp_path):
    thread(world)
    assert world.agrees(lot("yarn")) == set()
    file = tmp_path / "yarn.filiera"
    file.write_bytes(world.node.client.get(f"/lots/{lot('yarn')}/custody").content)
    done = command(file, world.trust_file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "confirmed by 2 witnesses (witness.example/w1, witness.example/w2)" in done.stdout
    world.trust_file.write_text(trust_with(world.deployed.deployment.trust(), world.witnesses[:1], 1))
    assert command(file, world.trust_file).returncode == 0
    world.trust_file.write_text(json.dumps(world.deployed.deployment.trust()))
    assert command(file, world.trust_file).returncode == 2
    checkpoint = world.node.client.get("/checkpoint").text
    assert checkpoint.count("\n— witness.example/w") == 2


def test_a_killed_witness_makes_evidence_older_and_never_signs_twice(world):
    anna, _ = thread(world)
    world.witnessed(lot("yarn"))
    first, second = world.witnesses
    before = world.node.client.get("/checkpoint").text
    second.kill()
    world.sent(anna.declare("more wool", **{"filiera:stage": "raw-material"}))
    # What is older and complete stays in use; what is new is not confirmed by enough.
    assert codes(world.judged(world.fetched(lot("yarn")))) == set()
    assert codes(world.judged(world.fetched(lot("more wool")))) == {"CHAIN_NOT_ASKED", "WITNESS_QUORUM"}
    second.start()
    assert world.agrees(lot("more wool")) == set()
    # The state on disk outlived the kill: the former tree, with its proof from nothing, is not signed again.
    stale = second.post("/add-checkpoint", f"old 0\n\n{before.split('— witness')[0]}")
    assert (stale.status_code, stale.text) == (409, "5\n")
    assert first.stop() == 0


def test_a_log_that_shows_one_witness_another_tree_gets_no_quorum(world):
    forked = leaf_hash(sha256(b"forked"))
    body = sign_note(Checkpoint(ORIGIN, 1, merkle.root([forked])), world.deployed.log_key)
    lied_to = world.witnesses[1]
    assert lied_to.post("/add-checkpoint", f"old 0\n\n{body}").status_code == 200
    thread(world)
    bundle = world.fetched(lot("yarn"))
    assert bundle.snapshot is None
    assert codes(world.judged(bundle)) == {"CHAIN_NOT_ASKED", "WITNESS_QUORUM"}
    world.node.wait(lambda: "WITNESS_INCONSISTENT" in lied_to.said())


def test_a_closed_key_and_a_suspension_are_seen_as_of_the_snapshot(world, tmp_path):
    brand = Maker("brand", ("brand", "supplier"))
    assert world.node.admit(brand).status_code == 200
    world.sent(*_stock(brand))
    signer = Signer(brand.key, brand.id.hex(), Journal.open(tmp_path / "brand.journal"))
    with NodeClient(world.node.url) as client:
        model = passports.issue(client, signer, passports.compose(client, body(brand, "model", MODEL)))
        links = {"model": model.reference}
        batch = body(brand, "batch", BATCH, lot=BATCH, **links)
        links["batch"] = passports.issue(client, signer, passports.compose(client, batch)).reference
        composed = passports.compose(client, body(brand, "item", ITEM, item=ITEM, **links))
        unregistered = passports.issue(client, signer, composed, register=False)
        world.node.wait(
            lambda: world.node.client.get(f"/events/{unregistered.digest}/proof").status_code == 200
        )
        assert world.agrees(ITEM) == {"PASSPORT_NOT_ON_CHAIN"}
        args = {"passportId": passports.passport_id(ITEM).hex(), "digest": unregistered.digest}
        passports._act(client, signer, "issue", args)
        assert world.agrees(ITEM) == set()
        kept = world.fetched(ITEM)
        passports.set_status(client, signer, ITEM, "suspended")
        assert world.agrees(ITEM) == {"PASSPORT_SUSPENDED"}
        # The file of before does not know of it, and says as of when it speaks.
        old = world.judged(kept)
        assert (codes(old), "CHAIN_AS_OF" in {found.code for found in old.verdict.findings}) == (set(), True)
        assert codes(world.judged(kept, online=True)) == {"PASSPORT_SUSPENDED"}
        passports.set_status(client, signer, ITEM, "active")
    _close_key(world, brand)
    bundle = world.witnessed(ITEM)
    assert {key.to_block is None for key in bundle.keys} == {False}
    assert world.agrees(ITEM) == set()


def test_one_recalled_item_of_a_batch_is_told_from_the_others(world, tmp_path):
    brand = Maker("brand", ("brand", "supplier"))
    assert world.node.admit(brand).status_code == 200
    signer = Signer(brand.key, brand.id.hex(), Journal.open(tmp_path / "brand.journal"))
    items = [f"{MODEL}/21/S{at}" for at in range(3)]
    with NodeClient(world.node.url) as client:
        world.sent(*_stock(brand, items))
        model = passports.issue(client, signer, passports.compose(client, body(brand, "model", MODEL)))
        links = {"model": model.reference}
        batch = body(brand, "batch", BATCH, lot=BATCH, **links)
        links["batch"] = passports.issue(client, signer, passports.compose(client, batch)).reference
        bodies = [passports.compose(client, body(brand, "item", item, item=item, **links)) for item in items]
        issued = [passports.issue(client, signer, each, register=False) for each in bodies]
        passports.register_batch(client, signer, issued)
        passports.set_status(client, signer, items[1], "suspended")
        for each in issued:
            path = f"/events/{each.digest}/proof"
            world.node.wait(lambda path=path: world.node.client.get(path).status_code == 200)
    assert [world.agrees(item) for item in items] == [set(), {"PASSPORT_SUSPENDED"}, set()]
    # Whoever leaves the recall out of the file does not make the item good again.
    bundle = world.fetched(items[1])
    assert bundle.snapshot is not None
    rest = tuple(each for each in bundle.snapshot.entries if not each.entry.startswith(b'["item"'))
    assert len(rest) < len(bundle.snapshot.entries)
    left = replace(bundle, snapshot=replace(bundle.snapshot, entries=rest))
    assert codes(world.judged(left)) == {"CHAIN_NOT_ASKED", "SNAPSHOT_FACT_MISSING"}


def test_node_and_witness_read_the_same_state_from_the_same_chain(world):
    thread(world)
    trust = find_trust(world.trust_file)
    assert trust is not None
    client = ChainClient(world.deployed.chain.url, world.deployed.deployment)
    block = int(world.deployed.chain.rpc("eth_blockNumber"), 16)
    by_node = Follower(ClientSource(client), world.deployed.deployment.participants.block).at(block)
    by_witness = Follower(RpcSource(JsonRpc(world.deployed.chain.url), trust)).at(block)
    assert by_node[0] == by_witness[0]
    assert by_node[1].entries() == by_witness[1].entries() != []


def _stock(brand: Maker, items: Sequence[str] = (ITEM,)) -> list[Any]:
    """Coats in stock, each born as an item."""
    total = len(items)
    listed = [{"epcClass": BATCH, "quantity": str(total), "uom": "C62"}]
    first = {"lot": BATCH, "lotSeq": 0, "before": "0", "after": str(total), "uom": "C62"}
    records = [
        brand.sign(brand.subject("opening-stock", quantityList=listed, **{"filiera:account": [first]}))
    ]
    for at, item in enumerate(items):
        counted = {"before": str(total - at), "after": str(total - at - 1), "uom": "C62"}
        entry = {"lot": BATCH, "lotSeq": at + 1, "previous": records[-1].digest.hex(), **counted}
        goods = {"epcList": [item], "quantityList": None, "filiera:lot": BATCH, "filiera:account": [entry]}
        records.append(brand.sign(brand.subject("garment-born", **goods)))
    return records


def _close_key(world: World, maker: Maker) -> None:
    """The coordinator closes a maker's key, with the notice that the contract wants."""
    target = world.deployed.relayer().target("participants")
    args = {"id": maker.id.hex(), "keyHash": maker.key.public.key_id.hex(), "toBlock": 0, "reason": 0}
    nonce = world.node.client.get("/participants/nonce").json()["nonce"]
    act = "closeKeyByCoordinator"
    signed = sign_act(target, "participants", act, args, nonce, DEADLINE, [world.deployed.coordinator])
    signatures = [{"keyHash": each.key_hash.hex(), "r": each.r.hex(), "s": each.s.hex()} for each in signed]
    asked = {"contract": "participants", "act": act, "args": args, "nonce": nonce, "deadline": DEADLINE}
    answer = world.node.client.post("/participants/acts", json=asked | {"signatures": signatures})
    assert answer.status_code == 200, answer.text
