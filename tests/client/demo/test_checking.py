"""The demonstration fails when the verifier accepts a forgery, or refuses it for another reason."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from client.demo.checking import check_refusals, verify
from client.demo.processes import Done
from client.errors import ClientError
from tests.client.demo.stages import Lines, played_bundle

RIGHT = {"quantity": "SIGNATURE_INVALID", "signature": "SIGNATURE_INVALID", "step": "LOT_ACCOUNT_GAP"}


@dataclass
class Verifier:
    """Stands where the programs are started: answers what a test wants to be answered."""

    answers: dict[str, Done] = field(default_factory=dict)

    def attempt_all(self, commands):
        return [self.answers[Path(command[1]).stem.removeprefix("altered-")] for command in commands]

    def attempt(self, *_arguments):
        return self.answers["whole"]


@dataclass
class Place:
    home: Path
    processes: Verifier
    trust: Path = Path("trust.json")
    chain_url: str = "http://127.0.0.1:9"


def refused(code):
    return Done(
        1,
        json.dumps({"findings": [{"code": code, "severity": "refused", "sentence": f"because of {code}"}]}),
        "",
    )


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return played_bundle(tmp_path_factory.mktemp("played"))


def outcome(tmp_path, bundle, **changes):
    answers = {name: refused(code) for name, code in RIGHT.items()} | changes
    lines = Lines()
    check_refusals(Place(tmp_path, Verifier(answers)), bundle, lines)
    return lines.notes


def test_each_refusal_is_said_with_its_reason(tmp_path, bundle):
    notes = outcome(tmp_path, bundle)
    assert [code for code in RIGHT.values() if any(code in note for note in notes)] == list(RIGHT.values())


@pytest.mark.parametrize("name", RIGHT)
def test_accepted_forgery_fails_the_demonstration(tmp_path, bundle, name):
    with pytest.raises(ClientError) as failed:
        outcome(tmp_path, bundle, **{name: Done(0, '{"findings": []}', "")})
    assert failed.value.code == "DEMO_COPY_ACCEPTED"
    assert failed.value.place == name


@pytest.mark.parametrize("name", RIGHT)
def test_other_reason_fails_the_demonstration(tmp_path, bundle, name):
    with pytest.raises(ClientError) as failed:
        outcome(tmp_path, bundle, **{name: refused("BUNDLE_FORM")})
    assert failed.value.code == "DEMO_OTHER_REASON"
    assert failed.value.values["found"] == "BUNDLE_FORM"


def test_verifier_that_says_nothing_fails_the_demonstration(tmp_path, bundle):
    with pytest.raises(ClientError) as failed:
        outcome(tmp_path, bundle, step=Done(1, "not JSON", "Traceback"))
    assert failed.value.code == "DEMO_OTHER_REASON"


@pytest.mark.parametrize("status", [1, 2, 3, 130])
def test_whole_evidence_must_verify(tmp_path, status):
    place = Place(tmp_path, Verifier({"whole": Done(status, "", "because")}))
    with pytest.raises(ClientError) as failed:
        verify(place, "http://127.0.0.1:9/x")
    assert failed.value.code == "DEMO_NOT_VERIFIED"
    assert failed.value.values["reason"] == "because"
