"""The TypeScript core: its types, its own tests, and the same answers as Python to every question.

Two programs written from one page must not differ, on good evidence or bad: where they do, the page is not clear.
"""

from __future__ import annotations

import json
import subprocess
import urllib.request
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from tests.web.alike import is_schema_fault
from tests.web.documents import altered_documents, altered_events, altered_records
from tests.web.peers import NODE, ROOT, Peer, answer
from tests.web.questions import LINKS, VECTORS, altered, questions, vectors
from verifier import conformance

if TYPE_CHECKING:
    from collections.abc import Iterator

QUESTIONS = questions()
MANY = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def adapter() -> Iterator[Peer]:
    with Peer("verifier/web/conformance.mjs") as peer:
        yield peer


@pytest.fixture(scope="module")
def core() -> Iterator[Peer]:
    with Peer("tests/web/peer.mjs") as peer:
        yield peer


def test_types_hold():
    found = subprocess.run(
        [NODE, "node_modules/typescript/bin/tsc", "-p", "verifier/web/tsconfig.json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.stdout + found.stderr == ""


def test_own_tests_pass():
    files = sorted(str(path) for path in (ROOT / "tests" / "web").glob("*.test.mjs"))
    found = subprocess.run([NODE, "--test", *files], cwd=ROOT, capture_output=True, text=True, check=False)
    assert files
    assert found.returncode == 0, found.stdout[-4000:]


def test_both_answer_every_vector_alike(adapter: Peer):
    for number, question in enumerate(QUESTIONS):
        assert_alike(adapter, question | {"id": number})


@MANY
@given(question=altered([each for each in QUESTIONS if len(json.dumps(each)) < 20_000]))
def test_both_answer_altered_questions_alike(adapter: Peer, question: dict[str, Any]):
    assert_alike(adapter, question | {"id": 1})


@pytest.mark.parametrize(
    "line", [b"{}", b"nothing", b'{"op":"verify","id":3,"op":"verify"}', b"[]", b'{"op":7}', b'{"op":"fly"}']
)
def test_both_say_alike_what_is_no_question(adapter: Peer, line: bytes):
    assert adapter.ask(line) == json.loads(conformance.answer_bytes(line))


def test_both_offer_the_same_operations(adapter: Peer):
    for name in conformance.operations():
        assert "unsupported" not in adapter.ask(json.dumps({"op": name, "id": 1}).encode())


def test_both_read_every_record_alike(core: Peer):
    for case in vectors("front-door/records"):
        assert_same(core, {"op": "record", "token": case["token"] + "".join(case.get("more", [""])[:1])})
    for case in vectors("log/receipts"):
        assert_same(core, {"op": "receipt", "token": case["token"], "key": case["key"]})


@MANY
@given(question=altered_records())
def test_both_read_altered_records_alike(core: Peer, question: dict[str, Any]):
    assert_same(core, question)


def test_both_judge_every_event_alike(core: Peer):
    for case in vectors("events/good") + vectors("events/bad"):
        assert_same(core, {"op": "event", "json": json.dumps(case["claims"]), "withheld": []})


@MANY
@given(question=altered_events())
def test_both_judge_altered_events_alike(core: Peer, question: dict[str, Any]):
    assert_same(core, question)


def test_both_judge_every_record_of_every_bundle_alike(core: Peer):
    """Master data, memberships and passports among them."""
    files = sorted((VECTORS / "bundle" / "files").glob("*.filiera"))
    bundles = [json.loads(file.read_text("utf-8")) for file in files]
    tokens = {entry["token"] for bundle in bundles for entry in bundle["records"]}
    tokens |= {token for bundle in bundles for token in bundle["memberships"]}
    assert len(tokens) > len(files)
    for token in sorted(tokens):
        assert_same(core, {"op": "judged", "token": token})


@MANY
@given(text=st.from_regex(r"-?[0-9]{0,17}(\.[0-9]{0,8})?", fullmatch=True))
def test_both_read_decimals_alike(core: Peer, text: str):
    assert_same(core, {"op": "decimal", "text": text})


NUMBERS = st.from_regex(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", fullmatch=True)


@MANY
@given(how=st.sampled_from(["add", "sub", "mul", "div"]), one=NUMBERS, other=NUMBERS)
def test_both_reckon_alike(core: Peer, how: str, one: str, other: str):
    assume(how != "div" or Decimal(other) != 0)
    assert_same_number(core, {"op": "arithmetic", "how": how, "one": one, "other": other})


@MANY
@given(
    one=st.from_regex(r"-?[0-9]{1,15}\.[0-9]{0,6}(5|50)?[0-9]?", fullmatch=True).filter(
        lambda text: text[-1] != "."
    )
)
@example(one="0.00005")
@example(one="0.00015")
@example(one="-2.5")
def test_both_round_alike(core: Peer, one: str):
    for places in ("0", "3", "4"):
        assert_same_number(core, {"op": "arithmetic", "how": "round", "one": one, "other": places})


@MANY
@given(
    text=st.sampled_from(
        [
            *LINKS,
            "urn:filiera:lot:" + "a" * 26,
            "urn:filiera:item:" + "b" * 26,
            "urn:filiera:participant:" + "0" * 64,
        ]
    ),
    state=st.sampled_from(["", "#1", "#2", "#02", "#999999999", "#1000000000", "#", "/", "A"]),
)
def test_both_read_identifiers_alike(core: Peer, text: str, state: str):
    assert_same(core, {"op": "reference", "text": text + state})


@MANY
@given(document=altered_documents())
def test_both_judge_altered_epcis_alike(adapter: Peer, document: dict[str, Any]):
    assert_alike(adapter, {"op": "epcis.validate", "document": document, "id": 1})


def test_questions_are_answered_over_http_on_loopback_only():
    with Served() as url:
        body = json.dumps(QUESTIONS[0] | {"id": 1}).encode()
        with urllib.request.urlopen(url, body, timeout=10) as response:
            assert json.load(response) == json.loads(conformance.answer_bytes(body))
    for place in ("0.0.0.0:0", "192.0.2.1:1", "127.0.0.1", "127.0.0.1:99999", "example.org:1"):
        refused = subprocess.run(
            [NODE, "verifier/web/conformance.mjs", "--serve", place],
            cwd=ROOT,
            capture_output=True,
            check=False,
            timeout=30,
        )
        assert refused.returncode == 2


class Served:
    """The adapter on a free loopback port, which it names on its error channel."""

    def __enter__(self) -> str:
        self._process = subprocess.Popen(
            [NODE, "verifier/web/conformance.mjs", "--serve", "127.0.0.1:0"],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        return self._process.stderr.readline().strip()

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)
        assert self._process.stderr is not None
        self._process.stderr.close()


def assert_alike(adapter: Peer, question: dict[str, Any]) -> None:
    """Both adapters give one answer to a question."""
    line = json.dumps(question).encode()
    assert adapter.ask(line) == json.loads(conformance.answer_bytes(line))


def assert_same_number(core: Peer, question: dict[str, Any]) -> None:
    """Both find one number; a zero has no sign here."""
    here, there = (
        Decimal(given["text"]) for given in (answer(question), core.ask(json.dumps(question).encode()))
    )
    assert there == here


def assert_same(core: Peer, question: dict[str, Any]) -> None:
    """Both implementations read a document alike, or refuse it with one code at one place."""
    here, there = answer(question), core.ask(json.dumps(question).encode())
    if not all(is_schema_fault(given.get("error", "")) for given in (here, there)):
        assert there == here
