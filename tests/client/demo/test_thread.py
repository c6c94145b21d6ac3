"""The textile story: our own EPCIS document, imported and signed as the commands would."""

from __future__ import annotations

import json
from collections import Counter
from importlib.resources import files

import pytest

from client.demo.thread import Thread
from protocol.epcis import validate_epcis
from protocol.events import check_event
from protocol.records import parse_record, verify_record
from tests.client.demo.stages import Lines, stage_for
from tests.support.shared import data

SAMPLE = files("client.demo") / "sample" / "textile"


def sample(name):
    return json.loads((SAMPLE / name).read_text("utf-8"))


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    story = Thread()
    stage = stage_for(story, tmp_path_factory.mktemp("stage"))
    lines = Lines()
    return stage, story.play(stage, lines), lines


def test_document_is_epcis_that_names_lots_without_quantities():
    document = sample("events.json")
    assert [found for found in validate_epcis(document).findings if found.refuses] == []
    assert '"quantity"' not in json.dumps(document)


def test_every_transformation_takes_lots_in_epc_lists_as_the_published_events_do():
    for event in sample("events.json")["epcisBody"]["eventList"]:
        if event["type"] == "TransformationEvent":
            assert {"inputEPCList", "outputEPCList", "readPoint", "bizLocation"} <= event.keys()


def test_story_signs_every_event_with_the_key_of_its_company(played):
    stage, target, lines = played
    records = [verify_record(sent.token) for sent in stage.sent]
    assert len(records) == len(sample("events.json")["epcisBody"]["eventList"])
    for record in records:
        check_event(record)
    assert Counter(record.key.alg for record in records).keys() == {"ES256", "EdDSA"}
    assert target in records[-1].subject["epcList"]
    assert lines.notes


def test_story_covers_spinning_weaving_and_garment(played):
    stage, _, _ = played
    processes = [parse_record(sent.token).subject.get("filiera:processType") for sent in stage.sent]
    assert [name for name in processes if name] == ["spinning", "spinning", "weaving", "cutting", "sewing"]


def test_receipts_answer_the_shipments_by_digest(played):
    stage, _, _ = played
    by_id = {sent.id: sent.digest for sent in stage.sent}
    answers = [parse_record(sent.token).subject.get("filiera:answers") for sent in stage.sent]
    found = [answer for answer in answers if answer]
    assert len(found) == 3
    assert all(by_id[answer["id"]] == answer["digest"] for answer in found)


@pytest.mark.shared
def test_sample_shares_no_identifier_with_the_published_files():
    published = "".join(file.read_text("utf-8") for file in data("epcis").glob("*.jsonld"))
    for event in sample("events.json")["epcisBody"]["eventList"]:
        assert event["eventID"] not in published
        for identifier in [
            *event.get("inputEPCList", []),
            *event.get("outputEPCList", []),
            *event.get("epcList", []),
        ]:
            assert identifier not in published
