"""Templates: complete, independent of each other, and refused where there is none."""

from __future__ import annotations

import pytest

from protocol.errors import FormatError
from protocol.events import check_event
from protocol.templates import credential_template, event_template
from protocol.vocabulary import vocabulary


@pytest.mark.parametrize("act", vocabulary("acts")["acts"])
def test_every_act_has_a_template_that_passes(act):
    check_event(credential_template(event_template(act)))


@pytest.mark.parametrize("process", vocabulary("processes")["processes"])
@pytest.mark.parametrize("act", ["process", "recycling"])
def test_every_process_type_has_a_template_that_passes(act, process):
    check_event(credential_template(event_template(act, process)))


def test_values_are_filled_in():
    subject = event_template(
        "shipment", participant="a" * 64, day="2026-07-01", record_seq=3, previous_record="b" * 64
    )
    assert subject["filiera:day"] == "2026-07-01"
    assert subject["filiera:previousRecord"] == "b" * 64
    check_event(credential_template(subject))


def test_changing_one_leaves_the_next_alone():
    event_template("process")["inputQuantityList"].clear()
    check_event(credential_template(event_template("process")))


@pytest.mark.parametrize(
    ("act", "process"), [("teleport", None), ("process", "magic"), ("shipment", "weaving")]
)
def test_there_is_no_template_for_what_there_is_not(act, process):
    with pytest.raises(FormatError):
        event_template(act, process)
