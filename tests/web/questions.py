"""Questions to the conformance adapters, one for every vector that an operation can ask about, and altered ones."""

from __future__ import annotations

import base64
import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import strategies as st

from protocol.keys import PublicKey
from scripts.make_vectors.front_door_parts import ED25519, P256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
LINKS = (
    "https://id.gs1.org/01/09506000134352/21/k7m2p4q8r9s3t5v6",
    "https://example.com/a/01/9506000134352/22/2A/10/AB%2F1?3103=000195&17=261231&linkType=gs1:pip",
    "http://id.gs1.org/414/0614141000012/254/32a%2Fb",
    "https://id.gs1.org/8006/095060001343520101",
    "https://id.gs1.org/00/012345678901234560",
    "https://ID.gs1.org:8080/x/8003/01234567890128ABC;17=261231",
    "https://id.gs1.org/8010/ABC123/8011/12",
    "https://id.gs1.org/01/00012345678905/235/zz/21/1",
)
PARTS = (
    [["01", "9506000134352"], ["21", "a/b"], ["10", "x"]],
    [["414", "0614141000012"], ["254", "1"]],
    [["01", "09506000134352"], ["414", "0614141000012"], ["17", "261231"]],
    [["21", "1"]],
)
Question = dict[str, Any]
_OTHER_TEXT = ("", "0", "1", "Z", "a", "%", "/", "?", "+", "=", "\n", "~", ".", "é", "#2", "&17=261231", "_")


def vectors(name: str) -> Any:
    """One file of vectors, such as `front-door/keys`."""
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))


def questions() -> list[Question]:
    """Every vector as questions."""
    makers = (_signatures, _tokens, _documents, _trees, _content, _links)
    return [question for maker in makers for question in maker()]


def _signatures() -> Iterator[Question]:
    for case in vectors("front-door/keys"):
        yield {"op": "did.key", "did": case["did"]}
    for case in vectors("front-door/signatures"):
        key, signature = PublicKey.from_did(case["did"]), case["signature"]
        asked = {
            "op": "verify",
            "alg": "ed25519",
            "key": key.raw.hex(),
            "msg": case["message"],
            "sig": signature,
        }
        if key.alg == "ES256":
            asked |= {"alg": "es256", "key": "04" + key.uncompressed.hex()}
        yield asked
        if key.alg == "ES256" and len(signature) == 128:
            r, s = int(signature[:64], 16), int(signature[64:], 16)
            yield asked | {"alg": "es256-der", "sig": encode_dss_signature(r, s).hex()}


def _tokens() -> Iterator[Question]:
    for case in vectors("front-door/sd-jwt"):
        yield {"op": "sdjwt.verify", "token": case["token"], "jwk": case["jwk"]}
    for case in vectors("front-door/records"):
        operation = "sdjwt.verify" if "~" in case["token"] else "jwt.verify"
        for key in (ED25519, P256):
            yield {"op": operation, "token": case["token"], "jwk": key.public.jwk}


def _documents() -> Iterator[Question]:
    for case in vectors("front-door/json"):
        data = b"".join(base64.b64decode(part) * times for part, times in case["parts"])
        yield {"op": "json.parse", "json_b64": base64.b64encode(data).decode()}


def _trees() -> Iterator[Question]:
    trees = vectors("log/trees")
    roots = {len(tree["leaves"]): tree["root"] for tree in trees}
    for tree in trees:
        leaves, size = tree["leaves"], len(tree["leaves"])
        yield {"op": "merkle.root", "leaves": leaves}
        for index, proof in enumerate(tree["inclusion"][:8]):
            yield {"op": "merkle.prove", "leaves": leaves, "leaf_index": index}
            place = {"leaf_index": index, "tree_size": size, "leaf_hash": leaves[index], "root": tree["root"]}
            yield {"op": "merkle.inclusion", "proof": proof, **place}
        for old, proof in enumerate(tree["consistency"][:8], start=1):
            yield {"op": "merkle.prove_consistency", "leaves": leaves, "size1": old}
            sizes = {
                "size1": old,
                "size2": size,
                "root1": roots.get(old, tree["root"]),
                "root2": tree["root"],
            }
            yield {"op": "merkle.consistency", "proof": proof, **sizes}
    for case in vectors("log/checkpoints"):
        yield {"op": "checkpoint.parse", "text": case["note"], "vkey": case["vkey"]}


def _content() -> Iterator[Question]:
    for case in vectors("content/cids"):
        yield {"op": "cid.check", "cid": case["text"], "block": "6162"}
    for case in vectors("content/blocks"):
        yield from ({"op": "cid.check", "cid": cid, "block": block} for cid, block in case["blocks"].items())
    for data in (b"", b"ab", b"x" * 262_145):
        yield {"op": "cid.of", "data_b64": base64.b64encode(data).decode()}


def _links() -> Iterator[Question]:
    yield from ({"op": "dl.parse", "uri": link} for link in LINKS)
    yield from ({"op": "dl.build", "stem": "https://id.gs1.org", "ais": parts} for parts in PARTS)


@st.composite
def altered(draw: Callable[..., Any], pool: list[Question]) -> Question:
    """A question of the pool with one of its values altered in its own form: hex stays hex, lists stay lists."""
    question = copy.deepcopy(draw(st.sampled_from(pool)))
    name = draw(st.sampled_from([name for name in question if name not in {"op", "alg"}]))
    question[name] = _altered_value(draw, name, question[name])
    return question


def _altered_value(draw: Callable[..., Any], name: str, value: Any) -> Any:
    if isinstance(value, int):
        return max(0, value + draw(st.sampled_from((-1, 1, 2, 8, 2**62, 2**63))))
    if isinstance(value, list) and value:
        index = draw(st.integers(0, len(value) - 1))
        changed = _altered_value(draw, name, value[index])
        return value[:index] + draw(st.sampled_from(([], [changed], [value[index]] * 2))) + value[index + 1 :]
    if isinstance(value, dict):
        member = draw(st.sampled_from(sorted(value)))
        return value | {member: _altered_text(draw, value[member])}
    if not isinstance(value, str):
        return value
    if name.endswith("_b64"):
        return base64.b64encode(_altered_bytes(draw, base64.b64decode(value))).decode()
    is_hex = name in {"key", "msg", "sig", "block", "leaf_hash", "proof", "leaves", "root", "root1", "root2"}
    return _altered_bytes(draw, bytes.fromhex(value)).hex() if is_hex else _altered_text(draw, value)


def _altered_bytes(draw: Callable[..., Any], data: bytes) -> bytes:
    at = draw(st.integers(0, len(data)))
    return data[:at] + draw(st.binary(max_size=2)) + data[at + draw(st.integers(0, 2)) :]


def _altered_text(draw: Callable[..., Any], text: str) -> str:
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(st.sampled_from(_OTHER_TEXT)) + text[at + draw(st.integers(0, 2)) :]
