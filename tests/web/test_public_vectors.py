"""The TypeScript adapter on public vectors: it answers them as they say, and as the Python one does."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.shared import data, vectors
from tests.web.peers import Peer
from verifier import conformance

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def adapter() -> Iterator[Peer]:
    with Peer("verifier/web/conformance.mjs") as peer:
        yield peer


@pytest.mark.parametrize(
    ("file", "alg", "member"),
    [("ed25519_test", "ed25519", "pk"), ("ecdsa_secp256r1_sha256_p1363_half", "es256", "uncompressed")],
)
def test_signatures_of_wycheproof(adapter: Peer, file: str, alg: str, member: str):
    groups = json.loads(vectors("wycheproof", f"{file}.json").read_text("utf-8"))["testGroups"]
    cases = [(group["publicKey"][member], case) for group in groups for case in group["tests"]]
    assert len(cases) > 100
    for key, case in cases:
        question = {"op": "verify", "alg": alg, "key": key, "msg": case["msg"], "sig": case["sig"]}
        answer = alike(adapter, question)
        assert answer["valid"] is (case["result"] == "valid"), case["tcId"]


def test_event_hashes_that_were_published(adapter: Peer):
    for path in sorted(vectors("epcis-event-hash").glob("*.jsonld")):
        question = {"op": "epcis.hash", "document": json.loads(path.read_text("utf-8"))}
        assert alike(adapter, question)["hashes"] == path.with_suffix(".hashes").read_text("utf-8").split()


def test_epcis_documents_of_others(adapter: Peer):
    paths = [path for path in sorted(data("epcis").rglob("*.json*")) if path.is_file()]
    assert paths
    for path in paths:
        document = json.loads(path.read_text("utf-8"))
        alike(adapter, {"op": "epcis.validate", "document": document})
        alike(adapter, {"op": "epcis.hash", "document": document})


NAMES = {
    "inclusion": {"leaf_index": "leafIdx", "tree_size": "treeSize", "leaf_hash": "leafHash", "root": "root"},
    "consistency": {"size1": "size1", "size2": "size2", "root1": "root1", "root2": "root2"},
}


@pytest.mark.parametrize("kind", NAMES)
def test_merkle_proofs_of_others(adapter: Peer, kind: str):
    paths = sorted(vectors("merkle", kind).rglob("*.json"))
    assert len(paths) > 40
    for path in paths:
        case = json.loads(path.read_text("utf-8"))
        question = {name: in_hex(case[theirs]) for name, theirs in NAMES[kind].items()}
        proof = [in_hex(each) for each in case["proof"] or []]
        answer = alike(adapter, {"op": f"merkle.{kind}", "proof": proof, **question})
        assert answer["valid"] is not case["wantErr"], path.name


def in_hex(value: Any) -> Any:
    """Bytes that they write in base64, null for none; numbers stay."""
    return value if isinstance(value, int) else base64.b64decode(value or "").hex()


def alike(adapter: Peer, question: dict[str, Any]) -> dict[str, Any]:
    """Return the one answer that both adapters give."""
    line = json.dumps(question | {"id": 1}).encode()
    answer = adapter.ask(line)
    assert answer == json.loads(conformance.answer_bytes(line))
    return answer
