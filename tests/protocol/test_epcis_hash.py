"""The CBV event hash: equal to the public vectors, and why it is an alias only."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from protocol.epcis_hash import event_hashes, pre_hash, pre_hashes
from protocol.errors import FormatError
from tests.protocol.test_epcis import EVENT, document
from tests.support.shared import vectors

# Documents whose published hashes we do not reproduce, each with its reason. Empty: all are reproduced.
UNSUPPORTED: dict[str, str] = {}


@pytest.mark.shared
def test_published_hashes_are_reproduced():
    names = sorted(path.stem for path in vectors("epcis-event-hash").glob("*.jsonld"))
    assert len(names) == 12
    for name in set(names) - set(UNSUPPORTED):
        text = vectors("epcis-event-hash", f"{name}.jsonld").read_text("utf-8")
        expected = vectors("epcis-event-hash", f"{name}.hashes").read_text("utf-8").split()
        assert event_hashes(json.loads(text)) == expected, name
        assert event_hashes(json.loads(text, parse_float=Decimal)) == expected, name


def test_unlike_events_collide_which_is_why_it_is_never_anchored():
    context = {"ex": "urn:ex:"}
    honest = EVENT | {"ex:mrsl": "level3", "ex:note": "a"}
    forged = EVENT | {"ex:mrsl": "level3{urn:ex:}note=a"}
    assert honest != forged
    assert pre_hash(honest, context) == pre_hash(forged, context)


def test_a_declared_error_does_not_show():
    corrected = EVENT | {
        "errorDeclaration": {"declarationTime": "2026-03-03T00:00:00Z", "reason": "incorrect_data"}
    }
    assert event_hashes(corrected) == event_hashes(EVENT)


def test_order_spelling_and_host_do_not_matter():
    other = dict(reversed(EVENT.items())) | {
        "eventTime": "2026-03-02T08:15:00.000Z",
        "bizStep": "urn:epcglobal:cbv:bizstep:shipping",
        "quantityList": [
            {"epcClass": "https://x.example/01/9521234000013/10/A", "quantity": 12.50, "uom": "KGM"}
        ],
    }
    assert event_hashes(other) == event_hashes(EVENT)


def test_an_undeclared_prefix_has_no_alias():
    with pytest.raises(FormatError, match="EPCIS_HASH_UNSUPPORTED"):
        pre_hashes(document(EVENT | {"ex:a": 1}))


@pytest.mark.parametrize("number", ["1e400", "1e999999999", float("inf"), "x"])
def test_absurd_numbers_are_refused_cheaply(number):
    with pytest.raises(FormatError, match="EPCIS_HASH_UNSUPPORTED"):
        pre_hash(EVENT | {"quantityList": [{"epcClass": "urn:x:1", "quantity": number}]})
