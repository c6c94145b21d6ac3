"""The verdict of the TypeScript core is Python's: on every vector of whole bundles and on what can be made of them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.strict_json import dump_json
from scripts.make_vectors import bundles
from scripts.make_vectors.bundles_patch import patch
from tests.web.alike import told
from tests.web.peers import Peer, answer
from tests.web.retelling import retold_stories
from tests.web.stories import altered_evidence, document_of
from verifier import conformance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.web.stories import Document

STORIES = [case for kind in ("good", "bad") for case in json.loads(bundles.read(f"{kind}.json"))]
ALTERED = json.loads(bundles.read("altered.json"))
# Fair draws: hypothesis's own would tell the shortest stories again and again.
CHANCE = st.randoms(use_true_random=True)
MANY = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@pytest.fixture(scope="module")
def core() -> Iterator[Peer]:
    with Peer("tests/web/peer.mjs") as peer:
        yield peer


@pytest.fixture(scope="module")
def adapter() -> Iterator[Peer]:
    with Peer("verifier/web/conformance.mjs") as peer:
        yield peer


def test_both_judge_every_story_alike(core: Peer):
    for case in STORIES:
        document = document_of(case)
        assert_alike(core, document, dump_json(document["bundle"]) + b"\n")


def test_both_judge_every_alteration_alike(core: Peer):
    by_name = {case["name"]: case for case in STORIES}
    for case in ALTERED:
        altered = patch(document_of(by_name[case["from"]]), case["operations"])
        assert_alike(core, {"view": altered.view, "trust": altered.trust}, altered.bundle)


@MANY
@given(chance=CHANCE)
def test_both_judge_altered_evidence_alike(core: Peer, chance: Random):
    document = altered_evidence(chance)
    assert_alike(core, document, dump_json(document["bundle"]) + b"\n")


@MANY
@given(chance=CHANCE)
def test_both_judge_stories_that_are_told_otherwise_alike(core: Peer, chance: Random):
    document = retold_stories(chance)
    assert_alike(core, document, dump_json(document["bundle"]) + b"\n")


def test_the_adapters_judge_bundles_alike(adapter: Peer):
    for case in STORIES:
        if case["bundle"].endswith(".gz"):
            continue
        document = document_of(case)
        encoded = base64.b64encode(dump_json(document.pop("bundle")) + b"\n").decode()
        asked = {"op": "bundle.verify", "id": 1, "bundle_b64": encoded, **document}
        line = json.dumps(asked).encode()
        assert adapter.ask(line) == json.loads(conformance.answer_bytes(line))


def assert_alike(core: Peer, document: Document, bundle: bytes) -> None:
    """Both verdicts rest on the same findings at the same places, and on the same figures of the same records."""
    encoded = base64.b64encode(bundle).decode()
    trust = None if document["trust"] is None else json.dumps(document["trust"])
    question = {"op": "judged_bundle", "bundle": encoded, "trust": trust, "view": document["view"]}
    here, there = answer(question), core.ask(json.dumps(question).encode())
    if "error" in here:
        assert there.get("error") == here["error"]
        return
    assert told(there) == told(here)
