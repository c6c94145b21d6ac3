"""The node as a process on a real chain: admitted, captured, anchored, killed, started again."""

from __future__ import annotations

import threading

import httpx
import pytest

from protocol import merkle
from protocol.bundle import parse_bundle
from protocol.hashing import leaf_hash
from tests.support.chain import deployed, session_chain  # noqa: F401 - fixtures
from tests.support.makers import Maker, lot
from tests.support.node_process import NodeProcess

pytestmark = pytest.mark.chain


@pytest.fixture
def node(tmp_path, deployed):  # noqa: F811 - a fixture
    process = NodeProcess(tmp_path, deployed)
    process.start()
    yield process
    process.kill()
    process.client.close()


def root_on_chain(node: NodeProcess, seq: int) -> tuple[bytes, int, bytes]:
    anchors = node.deployed.client().contracts["anchors"]
    head = anchors.functions.headAt(node.deployed.deployment.log_id, seq).call()
    return bytes(head[0]), int(head[3]), bytes(head[1])


def check_proof(node: NodeProcess, record) -> int:
    """What a stranger would do: the proof against the root that the ledger has."""
    proof = node.proof(record)
    root, size, head_hash = root_on_chain(node, proof["head"]["seq"])
    assert (proof["size"], proof["head"]["headHash"]) == (size, head_hash.hex())
    hashes = [bytes.fromhex(entry) for entry in proof["proof"]]
    merkle.verify_inclusion(leaf_hash(record.digest), proof["index"], size, hashes, root)
    return proof["index"]


def test_node_from_admission_to_a_proof_on_the_ledger(node):
    anna, bice = Maker("anna"), Maker("bice", ("brand",))
    before = node.post(anna.twin().declare("wool"))
    assert before.json()["code"] == "KEY_UNKNOWN"
    for maker in (anna, bice):
        answer = node.admit(maker)
        assert answer.status_code == 200, answer.text
    wool = anna.declare("wool", hidden=None)
    shipment = anna.ship("wool", bice)
    receipt = bice.receive(shipment, "wool")
    for record in (wool, shipment, receipt):
        # Admitted a moment ago: found at once, without waiting for the next look at the chain.
        answer = node.post(record)
        assert answer.status_code == 201, answer.text
    assert len({check_proof(node, record) for record in (wool, shipment, receipt)}) == 3
    bundle = parse_bundle(node.client.get(f"/lots/{lot('wool')}/custody").content)
    assert len(bundle.records) == 3
    assert {key.participant for key in bundle.keys} == {anna.id, bice.id}
    ready = node.client.get("/ready").json()
    assert (ready["ready"], ready["anchoring"]) == (True, "leading")


def test_node_act_that_the_contract_refuses_is_said_and_not_paid(node):
    anna = Maker("anna")
    assert node.admit(anna).status_code == 200
    account = node.deployed.account.address
    web3 = node.deployed.client().web3
    sent = web3.eth.get_transaction_count(account)
    answer = node.admit(anna)
    assert answer.json()["code"] == "CHAIN_PARTICIPANT_EXISTS"
    assert web3.eth.get_transaction_count(account) == sent


def test_node_killed_while_it_captures_keeps_all_it_acknowledged(node):
    makers = [Maker(f"maker {number}") for number in range(4)]
    for maker in makers:
        assert node.admit(maker).status_code == 200
    acknowledged: list[tuple[object, str]] = []
    stop = threading.Event()

    def work(maker: Maker) -> None:
        number = 0
        with httpx.Client(base_url=node.url, timeout=5) as client:
            while not stop.is_set():
                record = maker.declare(f"{maker.name} {number}")
                try:
                    answer = client.post(
                        "/events", content=record.token, headers={"content-type": "application/vc+jwt"}
                    )
                except httpx.HTTPError:
                    return
                assert answer.status_code == 201, answer.text
                acknowledged.append((record, answer.text))
                number += 1

    threads = [threading.Thread(target=work, args=(maker,)) for maker in makers]
    for thread in threads:
        thread.start()
    node.wait(lambda: len(acknowledged) > 60)
    node.kill()
    stop.set()
    for thread in threads:
        thread.join()
    node.start()
    for record, answer in acknowledged:
        again = node.post(record)
        assert (again.status_code, again.text) == (200, answer)
    indices = [check_proof(node, record) for record, _ in acknowledged]
    assert len(set(indices)) == len(acknowledged)
    assert "FOREIGN_HEAD" not in node.said()
    node.stop()


def test_node_two_processes_on_one_database_have_one_leader(node, tmp_path):
    anna = Maker("anna")
    assert node.admit(anna).status_code == 200
    other = NodeProcess(tmp_path, node.deployed, FILIERA_HEAD_SECONDS="0.2")
    other.start()
    try:
        records = [anna.declare(f"lot {number}") for number in range(6)]
        for number, record in enumerate(records):
            assert (node, other)[number % 2].post(record).status_code == 201
        for record in records:
            check_proof(other, record)
            check_proof(node, record)
        states = [process.client.get("/ready").json()["anchoring"] for process in (node, other)]
        assert sorted(states) == ["following", "leading"]
        leader, follower = (node, other) if states[0] == "leading" else (other, node)
        leader.kill()
        late = anna.declare("late")
        assert follower.post(late).status_code == 201
        follower.wait(lambda: follower.client.get("/ready").json()["anchoring"] == "leading", 40)
        check_proof(follower, late)
    finally:
        other.kill()
        other.client.close()
