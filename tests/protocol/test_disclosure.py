"""Tiers and hiding: what is hidden comes back, nothing else can be hidden, and how much is hidden does not show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import disclosure
from protocol.disclosure import hide, includes, kind_of, policy, resolve
from protocol.errors import FormatError
from protocol.records import KINDS
from protocol.sd_jwt import open_claims
from protocol.vocabulary import vocabulary
from scripts.make_vectors.front_door_parts import credential, event, salts

EVENT = policy("FilieraEvent")
PATHS = sorted(path for path in EVENT.hideable if not path.endswith(".*"))


@given(st.sets(st.sampled_from(PATHS)))
def test_what_is_hidden_comes_back_and_arrays_do_not_tell_how_much(paths):
    claims = credential()
    payload, disclosures = hide(claims, paths, salts())
    opened = open_claims(payload, disclosures)
    assert opened.claims == claims == credential()
    assert ("_sd_alg" in payload) == bool(disclosures)
    for _, digests in opened.arrays:
        assert len(digests) % 4 == 0
        assert digests == sorted(digests)


@given(st.sets(st.sampled_from(PATHS)))
def test_hidden_names_do_not_stand_in_the_payload(paths):
    payload, _ = hide(credential(), paths, salts())
    subject = payload["credentialSubject"]
    assert paths.isdisjoint(subject)
    for path in paths:
        parent, _, name = path.partition("[].")
        assert all(name not in entry for entry in subject.get(parent, []) if name)
    assert hide(credential(), (), salts()) == (credential(), [])


def test_what_lies_inside_a_hidden_object_is_hidden_by_itself():
    subject = event(**{"filiera:work": {"people": "10-20", "hours": "100-200"}})
    payload, disclosures = hide(credential(subject), ["filiera:work.*"], salts())
    assert set(payload["credentialSubject"]["filiera:work"]) == {"_sd"}
    assert len(disclosures) == 2


@pytest.mark.parametrize(
    "path", ["filiera:act", "inputQuantityList[].uom", "filiera:day", "", "quantity", "_sd"]
)
def test_what_must_stay_in_clear_cannot_be_hidden(path):
    with pytest.raises(FormatError, match="MUST_DISCLOSE_HIDDEN"):
        hide(credential(), [path], salts())


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
def test_reserved_names_are_not_signed(name):
    with pytest.raises(FormatError, match="SD_MALFORMED"):
        hide(credential(event(**{"filiera:scrap": [{name: []}]})), [], salts())


def test_short_salt_is_a_defect_of_the_caller():
    with pytest.raises(ValueError, match="16 bytes"):
        hide(credential(), ["eventTime"], iter([b"short"]))


def test_every_kind_of_record_has_a_policy_and_no_other():
    assert set(vocabulary("disclosure")["kinds"]) == KINDS
    with pytest.raises(FormatError, match="RECORD_TYPE_UNKNOWN"):
        policy("FilieraNothing")
    with pytest.raises(FormatError, match="RECORD_TYPE_UNKNOWN"):
        kind_of({"type": ["VerifiableCredential"]})


def test_what_the_written_format_never_hides_is_not_hideable():
    never = [
        "filiera:act",
        "disposition",
        "errorDeclaration",
        "filiera:day",
        "filiera:onBehalfOf",
        "filiera:maySubcontract",
    ]
    never += ["filiera:recordSeq", "filiera:account[].lotSeq", "filiera:account[].lot", "quantityList[].uom"]
    never += ["quantityList[].epcClass", "epcList", "filiera:account", "filiera:answers"]
    assert [path for path in never if EVENT.rule(path) is not None] == []


def test_what_the_written_format_hides_by_default_is_hidden_by_default():
    by_default = [
        "sourceList[].source",
        "destinationList[].destination",
        "readPoint",
        "bizLocation",
        "eventTime",
    ]
    by_default += ["quantityList[].quantity", "inputQuantityList[].quantity", "outputQuantityList[].quantity"]
    by_default += ["filiera:lotCode", "filiera:documents[].sha256", "filiera:previousRecord"]
    assert set(by_default) <= EVENT.hidden_by_default
    assert EVENT.hideable["filiera:previousRecord"].tier == "authority"


def test_nothing_that_must_be_clear_is_hideable():
    for kind in KINDS:
        rules = policy(kind)
        for parent, names in rules.clear.items():
            for name in names:
                assert rules.rule(f"{parent}.{name}" if parent else name) is None


def test_tiers_contain_the_former():
    assert includes("authority", "public")
    assert includes("legitimate", "legitimate")
    assert not includes("public", "legitimate")
    assert not includes("legitimate", "authority")


def test_pointer_is_followed_with_its_escapes():
    assert resolve({"a/b": [{"c~d": 7}]}, "/a~1b/0/c~0d") == 7


SCHEMAS = {
    "FilieraEvent": "event-*",
    "FilieraMembership": "membership",
    "FilieraCriterion": "criterion-*",
    "FilieraComment": "criterion-comment",
    "FilieraCatalogue": "catalogue-record",
    "FilieraAdoption": "adoption",
    "DigitalProductPassport": "passport",
    "FilieraVerificationStatement": "verification-statement",
    "BitstringStatusListCredential": "status-list",
}
MASTER_DATA = ["party", "facility", "product", "order", "subcontract-order", "certificate"]
FOLDER = Path(disclosure.__file__).with_name("schemas")
BY_ID = {
    schema["$id"]: schema
    for schema in (json.loads(file.read_text("utf-8")) for file in FOLDER.glob("*.json"))
    if "$id" in schema
}


def paths_of(schema, root, path, found):
    """Collect every path that a schema foresees, as disclosure.json writes paths."""
    if "$ref" in schema:
        document, _, fragment = schema["$ref"].partition("#")
        root = BY_ID[document] if document else root
        paths_of(resolve(root, fragment), root, path, found)
    for part in (*schema.get("allOf", []), *schema.get("anyOf", []), *schema.get("oneOf", [])):
        paths_of(part, root, path, found)
    for name, part in schema.get("properties", {}).items():
        if isinstance(part, dict):
            at = f"{path}.{name}" if path else name
            found.add(at)
            paths_of(part, root, at, found)
    if isinstance(schema.get("items"), dict):
        paths_of(schema["items"], root, f"{path}[]", found)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_path_is_one_that_the_schemas_foresee(kind):
    names = MASTER_DATA if kind == "FilieraMasterData" else [SCHEMAS[kind]]
    found = set()
    for name in names:
        for file in FOLDER.glob(f"{name}.json"):
            schema = json.loads(file.read_text("utf-8"))
            paths_of(schema, schema, "", found)
    entry = vocabulary("disclosure")["kinds"][kind]
    assert [
        path for path in (*entry["hideable"], *entry["clear"]) if path.removesuffix(".*") not in found
    ] == []
