"""Schemas, contexts and their digests: closed, complete, agreed with the vocabularies."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from protocol import schema
from protocol.errors import FormatError
from protocol.vocabulary import vocabulary
from scripts import pin_schemas

ROOT = Path(__file__).resolve().parents[2] / "protocol"
NAMES = sorted(schema.names())
CONTEXT = json.loads((ROOT / "contexts" / "filiera-1.jsonld").read_text("utf-8"))["@context"]
# Defined and protected by https://www.w3.org/ns/credentials/v2: redefining them is an error in JSON-LD.
PROTECTED = {"id", "type", "name", "description", "mediaType", "digestSRI", "digestMultibase"}
# Terms that the same context gives to every BitstringStatusList (VC Data Model 2.0, appendix B).
PROTECTED |= {"statusPurpose", "encodedList"}


def properties(value: object) -> set[str]:
    found: set[str] = set()
    if isinstance(value, dict):
        found |= set(value.get("properties", {}))
        for inner in value.values():
            found |= properties(inner)
    elif isinstance(value, list):
        for inner in value:
            found |= properties(inner)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_named_by_its_urn(name):
    loaded = schema.load(name)
    assert loaded["$id"] == f"urn:filiera:schema:{name}:1"
    assert loaded["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("common", "catalogue")])
def test_schema_is_closed(name):
    loaded = schema.load(name)
    assert loaded.get("unevaluatedProperties", loaded.get("additionalProperties")) is False


def test_every_object_inside_is_closed():
    def walk(value: object, path: str) -> list[str]:
        if isinstance(value, list):
            return [bad for index, inner in enumerate(value) for bad in walk(inner, f"{path}/{index}")]
        if not isinstance(value, dict):
            return []
        bad = [inner for key, member in value.items() for inner in walk(member, f"{path}/{key}")]
        is_open = (
            value.get("type") == "object" and "properties" in value and "additionalProperties" not in value
        )
        return bad + ([path] if is_open else [])

    # These three are closed by the schemas that refer to them.
    allowed = {"/$defs/event", "/$defs/record", "/$defs/versioned"}
    assert set(walk(schema.load("common"), "")) <= allowed


@pytest.mark.parametrize("act", vocabulary("acts")["acts"])
def test_event_schema_agrees_with_the_act(act):
    profile, loaded = vocabulary("acts")["acts"][act], schema.load(f"event-{act}")
    stated = loaded["properties"]
    assert stated["type"]["const"] == profile["eventType"]
    assert stated.get("action", {}).get("const") == profile["action"]
    assert stated["bizStep"]["enum"] == profile["bizStep"]
    assert stated["disposition"]["enum"] == profile["disposition"]
    assert set(profile["must"]) <= set(loaded["required"])
    assert set(profile["effects"]) <= set(stated)
    assert profile["account"] == ("filiera:account" in stated)


def test_every_event_schema_has_an_act():
    assert {name.removeprefix("event-") for name in NAMES if name.startswith("event-")} == set(
        vocabulary("acts")["acts"]
    )


def test_closed_lists_agree_with_the_vocabularies():
    definitions = schema.load("common")["$defs"]
    assert definitions["unit"]["enum"] == list(vocabulary("units")["units"])
    assert definitions["processType"]["enum"] == list(vocabulary("processes")["processes"])
    materials = vocabulary("materials")
    assert definitions["fibre"]["enum"] == list(materials["fibres"])
    assert definitions["stage"]["enum"] == list(materials["stages"])
    assert definitions["component"]["enum"] == list(materials["components"])
    assert definitions["reason"]["enum"] == list(materials["handoverReasons"])


def test_index_holds_the_digests_of_the_files():
    assert pin_schemas.main(["--check"]) == 0


# A catalogue is one JSON literal to JSON-LD, and open, so that an older reader takes what a later version adds.
@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in ("credential", "bundle", "report", "catalogue")]
)
def test_every_property_is_a_term_of_the_context(name):
    assert properties(schema.load(name)) - PROTECTED <= set(CONTEXT)


def test_context_redefines_nothing_protected_and_has_no_catch_all():
    assert not PROTECTED & set(CONTEXT)
    assert "@vocab" not in CONTEXT


def test_prefixed_terms_expand_as_their_prefix_says():
    for term, mapping in CONTEXT.items():
        if term.startswith("filiera:"):
            iri = mapping if isinstance(mapping, str) else mapping["@id"]
            assert iri == CONTEXT["filiera"] + term.removeprefix("filiera:")


def test_every_act_and_process_has_labels_and_known_words():
    cbv = vocabulary("cbv")["lists"]
    groups, dimensions = (
        vocabulary("processes")["groups"],
        {u["dimension"] for u in vocabulary("units")["units"].values()},
    )
    for profile in vocabulary("acts")["acts"].values():
        assert profile["it"]
        assert profile["en"]
        assert set(profile["bizStep"]) <= set(cbv["bizStep"]["words"])
        assert set(profile["disposition"]) <= set(cbv["disposition"]["words"])
    for process in vocabulary("processes")["processes"].values():
        assert process["it"]
        assert process["en"]
        assert process["group"] in groups
        assert {d for side in process["dimensions"].values() for d in side} <= dimensions


def test_patterns_end_at_the_end_of_text_in_every_dialect():
    for name in NAMES:
        for pattern in re.findall(r'"pattern": "(.*?)"[,}\n]', json.dumps(schema.load(name), indent=0)):
            assert pattern.startswith("^")
            assert pattern.endswith("$")


def test_unknown_schema_is_refused():
    with pytest.raises(FormatError, match="SCHEMA_NAME_UNKNOWN"):
        schema.validate("event-teleport", {})


def test_nothing_is_fetched():
    with pytest.raises(FormatError, match="SCHEMA_NAME_UNKNOWN"):
        schema._never_fetch("https://attacker.example/schema.json")


def test_pointers_are_escaped():
    with pytest.raises(FormatError) as refusal:
        schema.validate("event-process", {"filiera:scrap": [{"a/b~c": 1}]}, "/x")
    assert refusal.value.place.startswith("/x")
