"""Two operators, one chain of custody: what is declared at one node is part of the story at the other, and each stands alone."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from protocol.tiles import entry_bundle, parse_entry_bundle
from tests.support.chain import deployed, session_chain  # noqa: F401 - fixtures
from tests.support.makers import Maker, lot
from tests.support.node_process import NodeProcess
from tests.support.peers import between, second_log, two_nodes

pytestmark = pytest.mark.chain
ROOT = Path(__file__).resolve().parents[2]
_VERIFY = "from verifier.cli import verify; verify()"


@pytest.fixture
def pair(tmp_path, deployed):  # noqa: F811 - a fixture
    nodes = two_nodes(tmp_path, deployed)
    yield nodes
    for node in nodes:
        node.kill()
        node.client.close()


@pytest.fixture
def makers(pair):
    """Anna spins at the first node, Bice weaves at the second."""
    one, two = pair
    anna, bice = Maker("anna"), Maker("bice")
    for maker in (anna, bice):
        assert one.admit(maker).status_code == 200
    # The other node sees the admission on the chain a moment later.
    two.wait(lambda: len(two.client.get("/participants").json()) >= 3)
    return anna, bice


def verify(node: NodeProcess, target: str) -> dict:
    arguments = [target, "--node", node.url, "--trust", str(node.folder.parent / "trust.json"), "--json"]
    done = subprocess.run(
        [sys.executable, "-c", _VERIFY, *arguments, "--chain", node.deployed.chain.url],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def peer(node: NodeProcess) -> dict:
    (state,) = node.client.get("/peers").json()
    return state


def has(node: NodeProcess, record) -> bool:
    return node.client.get(f"/events/{record.digest.hex()}").status_code == 200


def store(node: NodeProcess, *records) -> None:
    for record in records:
        answer = node.post(record)
        assert answer.status_code == 201, answer.text
    node.proof(records[-1])


def test_a_shipment_at_one_node_meets_its_receipt_at_the_other(pair, makers):
    (one, two), (anna, bice) = pair, makers
    raw = {"filiera:stage": "raw-material"}
    shipment_records = [anna.declare("wool", **raw), anna.spin("wool", "yarn", quantity="120", made="110")]
    shipment = anna.ship("yarn", bice, quantity="110")
    store(one, *shipment_records, shipment)
    two.wait(lambda: has(two, shipment))

    store(
        two,
        bice.receive(shipment, "yarn", quantity="110"),
        bice.spin("yarn", "cloth", quantity="110", made="100"),
    )
    told = verify(two, lot("cloth"))
    assert (told["verdict"], told["records"]) == ("verified", 5)
    assert set(told["links"].values()) >= {"countersigned"}
    assert told["traced"], "back to the raw material that was declared at the other node"

    # And the other way: the first node tells the whole story of goods that were made at the second.
    one.wait(lambda: one.client.get(f"/lots/{lot('cloth')}/custody").status_code == 200)
    assert verify(one, lot("cloth"))["graphDigest"] == told["graphDigest"]
    assert verify(one, lot("cloth"))["verdict"] == "verified"

    copy = two.client.get(f"/events/{shipment.digest.hex()}/proof")
    assert (copy.status_code, copy.json()["code"]) == (409, "PROOF_ELSEWHERE")
    again = two.post(shipment)
    assert (again.status_code, again.json()["code"]) == (409, "RECORD_ELSEWHERE")
    assert {peer(node)["problem"] for node in pair} == {""}


@pytest.mark.parametrize("away", [0, 1])
def test_each_node_works_while_the_other_is_away_and_says_so(pair, makers, away):
    left, (anna, bice) = pair[1 - away], makers
    gone = pair[away]
    maker, other = (anna, bice) if left is pair[0] else (bice, anna)
    raw = {"filiera:stage": "raw-material"}
    theirs = other.declare("wool", **raw)
    store(gone, theirs)
    left.wait(lambda: has(left, theirs))
    seq = peer(left)["seq"]
    gone.kill()

    ours = maker.declare("silk", **raw)
    store(left, ours)
    left.wait(lambda: peer(left)["problem"] == "PEER_UNREACHABLE")
    assert (peer(left)["seq"], peer(left)["size"], has(left, theirs)) == (seq, 1, True)
    assert verify(left, lot("wool"))["verdict"] == "verified", "what was copied is still proven"
    assert verify(left, lot("silk"))["verdict"] == "verified"

    left.kill()  # its copies are on disk
    left.start()
    assert has(left, theirs)
    gone.start()
    gone.wait(lambda: has(gone, ours))
    left.wait(lambda: peer(left)["problem"] == "")


def test_a_lot_used_at_both_nodes_is_seen(pair, makers):
    (one, two), (anna, _) = pair, makers
    store(one, anna.declare("wool", **{"filiera:stage": "raw-material"}))
    forked = anna.twin()
    at_one, at_two = anna.spin("wool", "yarn", "100", "90"), forked.spin("wool", "rope", "100", "80")
    # While the nodes have not seen each other's record, each takes its own.
    two.kill()
    store(one, at_one)
    two.set("FILIERA_PEERS", "http://127.0.0.1:9")
    two.start()
    store(two, at_two)
    one.wait(lambda: peer(one)["forked"] == 1)
    assert not has(one, at_two)
    refused = one.post(at_two)
    assert refused.json()["code"] in {"RECORD_ID_REUSED", "RECORD_FORK", "LOT_ACCOUNT_FORK"}


def _other_head(path: str, body: bytes) -> bytes | None:
    if path.startswith("/heads?"):
        heads = json.loads(body)
        for head in heads:
            head["root"] = "ab" * 32
        return json.dumps(heads, separators=(",", ":")).encode()
    return body


def _other_entry(path: str, body: bytes) -> bytes | None:
    """The same number of entries in the right form, each another record's digest."""
    if path.startswith("/tile/entries"):
        return entry_bundle([bytes(32)] * len(parse_entry_bundle(body)))
    return body


def _no_entries(path: str, body: bytes) -> bytes | None:
    return b"\x00" * len(body) if path.startswith("/tile/entries") else body


def _endless(path: str, body: bytes) -> bytes | None:
    return b"x" * 70_000 if path == "/checkpoint" else body


def _nothing(path: str, body: bytes) -> bytes | None:
    return None if path.startswith("/events/") else body


@pytest.mark.parametrize(
    ("lie", "problem"),
    [
        (_other_head, "PEER_HEAD_OTHER"),
        (_other_entry, "PEER_ENTRIES_WRONG"),
        (_no_entries, "PEER_ANSWER_WRONG"),
        (_endless, "PEER_ANSWER_WRONG"),
        (lambda path, body: body[:-3] if path.startswith("/heads?") else body, "PEER_ANSWER_WRONG"),
        (lambda path, body: b"x" + body if path.endswith("/manifest") else body, "PEER_HEAD_OTHER"),
    ],
)
def test_what_a_peer_makes_up_is_not_copied(tmp_path, deployed, lie, problem):  # noqa: F811 - a fixture
    with copying(tmp_path, deployed, lie) as (two, record):
        two.wait(lambda: peer(two)["problem"] == problem)
        assert (peer(two)["size"], has(two, record)) == (0, False)


def test_what_a_peer_does_not_show_is_counted_and_the_rest_is_copied(tmp_path, deployed):  # noqa: F811 - a fixture
    with copying(tmp_path, deployed, _nothing) as (two, record):
        two.wait(lambda: peer(two)["size"] == 1)
        assert (peer(two)["refused"], peer(two)["problem"], has(two, record)) == (1, "", False)


@contextmanager
def copying(folder: Path, known, altered):
    """A node that copies another's log through somebody who alters it, and the one record of that log."""
    nodes = []
    for name, each in (("one", known), ("two", second_log(known))):
        (folder / name).mkdir()
        nodes.append(NodeProcess(folder / name, each, FILIERA_PEER_SECONDS="0.2"))
    one, two, anna = *nodes, Maker("anna")
    try:
        with between(one.url, altered) as liar:
            one.start()
            two.set("FILIERA_PEERS", liar)
            two.start()
            assert one.admit(anna).status_code == 200
            record = anna.declare("wool")
            store(one, record)
            yield two, record
    finally:
        for node in nodes:
            node.kill()
            node.client.close()
