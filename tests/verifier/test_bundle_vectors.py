"""Every bundle vector gets the verdict that was written for it by hand, and every code of the verifier has a vector."""

from __future__ import annotations

import ast
import base64
import json
from functools import cache
from pathlib import Path

import pytest

from protocol.bundle import parse_bundle
from protocol.checks.credentials import read_records
from protocol.checks.view_form import view_from_json, view_to_json
from protocol.codes import all_codes
from protocol.errors import FilieraError
from scripts.make_vectors import bundles
from scripts.make_vectors.bundles_patch import patch
from verifier.conformance_ops.bundle import verify_bundle
from verifier.trust import parse_trust
from verifier.verify import verify

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"
MAX_BYTES = 6 * 1024 * 1024
# Codes that stand in the verifier's own modules and that no bundle can bring about, each with the reason.
UNREACHABLE = {
    **dict.fromkeys(
        ("ACCOUNT_OVERDRAWN", "JSON_NAME_REFUSED", "RECORDS_DIFFER", "UNIT_DIMENSION", "SCHEMA_NAME_UNKNOWN",
         "PASSPORT_EXISTS", "PASSPORT_LINK_UNKNOWN", "PASSPORT_LINK_LEVEL", "PASSPORT_BATCH_FORM"),
        "said to whoever writes, joins or publishes; a verdict does not ask",
    ),
    **dict.fromkeys(
        ("CHEMICALS_NOT_DECLARED", "FOOTPRINT_NOT_STATED", "FOOTPRINT_WITHHELD", "MASS_NOT_TRACED", "MATERIAL_NOT_SHOWN",
         "MRSL_LEVEL_NOT_STATED", "PLACE_NOT_SHOWN", "PRIMARY_SHARE_NOT_STATED", "SOCIAL_EVIDENCE_MISSING",
         "WORK_NOT_DECLARED"),
        "what a figure lacks stands in the figure and is no finding",
    ),
    **dict.fromkeys(
        ("GOODS_MISSING", "IDENTIFIER_KIND", "IDENTIFIER_STATE", "RECEIPT_ANSWERS_NOTHING"),
        "the schema refuses the same before, by its own code",
    ),
    **dict.fromkeys(
        ("DIGITAL_LINK_KEY", "GS1_AI_UNKNOWN"),
        "for any Digital Link; our identifiers are three of its forms, and others are DIGITAL_LINK_FORM",
    ),
    **dict.fromkeys(
        ("CHECKPOINT_KEY", "CHECKPOINT_VKEY"), "the verifier makes the verifier key itself, of a key that it has checked"
    ),
    "EVENT_IN_FUTURE": "asked at capture: a verdict has no clock",
    "EVENT_UNREADABLE": "the last net under check_record: whatever passes the schemas is readable",
    "CHAIN_BLOCK_UNKNOWN": "said by a reader of a chain's state",
    **dict.fromkeys(("NOT_COORDINATOR", "PARTICIPANT_MISMATCH", "ROLE_MISSING"), "said of a criterion's life"),
}  # fmt: skip
# Areas whose evidence has vectors or tests of its own: witnesses stand in for the chain that these vectors ask, and an
# audit or the life of a criterion is no part of a bundle.
OTHER_AREAS = ("witness", "audit", "criterion")


def case_of(kind: str) -> list[dict]:
    return json.loads((VECTORS / "bundle" / f"{kind}.json").read_text("utf-8"))


GOOD, BAD, ALTERED = case_of("good"), case_of("bad"), case_of("altered")


@cache
def evidence_of(name: str) -> tuple[bytes, dict, dict]:
    case = next(each for each in GOOD + BAD if each["name"] == name)
    return (
        bundles.read(case["bundle"]),
        json.loads(bundles.read(case["view"])),
        json.loads(bundles.read(case["trust"])),
    )


def judge(data: bytes, view: object, trust: object):
    """Verify as the command does, with what the chain said at hand."""
    bundle = parse_bundle(data)
    records, unsound = read_records(bundle.records)
    pinned = None if trust is None else parse_trust(json.dumps(trust).encode())
    said = None if view is None else view_from_json(view)
    return verify(bundle, records, unsound, pinned, said).verdict


def said_of(verdict) -> dict[str, object]:
    codes = sorted({found.code for found in verdict.findings})
    return {"verdict": verdict.word, "exit": verdict.exit_status, "codes": codes}


@pytest.mark.parametrize("case", GOOD + BAD, ids=lambda case: case["name"])
def test_a_story_gets_its_verdict(case):
    data, view, trust = evidence_of(case["name"])
    wanted = {name: case["expected"][name] for name in ("verdict", "exit", "codes")}
    assert said_of(judge(data, view, trust)) == wanted, case["story"]


@pytest.mark.parametrize("case", ALTERED, ids=lambda case: case["name"])
def test_an_alteration_gets_its_verdict(case):
    data, view, trust = evidence_of(case["from"])
    altered = patch({"bundle": json.loads(data), "view": view, "trust": trust}, case["operations"])
    assert (altered.bundle, altered.view, altered.trust) != (data, view, trust)
    try:
        said = said_of(judge(altered.bundle, altered.view, altered.trust))
    except FilieraError as error:
        said = {"error": error.code, "exit": case["expected"]["exit"]}
    assert said == case["expected"], case["why"]


@pytest.mark.parametrize("case", GOOD + BAD, ids=lambda case: case["name"])
def test_the_adapter_gives_the_same_verdict_and_figures(case):
    data, view, trust = evidence_of(case["name"])
    answer = verify_bundle({"bundle_b64": base64.b64encode(data).decode(), "trust": trust, "view": view})
    assert answer == {name: value for name, value in case["expected"].items() if name != "exit"}


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case["name"])
def test_figures_worked_out_by_hand_are_those_of_the_vector(case):
    by_hand = bundles.GOOD[case["name"]].figures
    assert {name: case["expected"]["figures"][name] for name in by_hand} == by_hand


def test_good_graphs_verify_and_bad_ones_do_not():
    assert {case["expected"]["exit"] for case in GOOD} == {0}
    assert 0 not in {case["expected"]["exit"] for case in BAD}
    tampering = [case for case in BAD + ALTERED if case["expected"]["exit"] != 0]
    assert len(GOOD) >= 25
    assert len(tampering) >= 60
    assert max(len(parse_bundle(evidence_of(case["name"])[0]).records) for case in GOOD) == 1000


def test_the_same_stories_give_the_same_bytes():
    files = bundles.build()
    written = {str(place.relative_to(bundles.OUT)) for place in bundles.OUT.rglob("*") if place.is_file()} - {
        "README.md"
    }
    assert written == files.keys()
    assert [path for path, content in files.items() if bundles.read(path) != content] == []


def test_the_vectors_stay_small():
    assert sum(place.stat().st_size for place in bundles.OUT.rglob("*") if place.is_file()) <= MAX_BYTES


@pytest.mark.parametrize("case", GOOD + BAD, ids=lambda case: case["name"])
def test_a_view_is_read_and_written_alike(case):
    _, view, _ = evidence_of(case["name"])
    assert view_to_json(view_from_json(view)) == view


def test_every_code_that_the_verifier_can_give_has_a_vector():
    shown = {code for case in GOOD + BAD + ALTERED for code in case["expected"].get("codes", ())}
    shown |= {case["expected"]["error"] for case in ALTERED if "error" in case["expected"]}
    shown |= codes_of_single_records()
    possible = codes_of_the_verifier() - codes_of_areas(OTHER_AREAS)
    assert sorted(possible - shown - UNREACHABLE.keys()) == []
    assert sorted(UNREACHABLE.keys() & shown) == []


def codes_of_areas(areas: tuple[str, ...]) -> set[str]:
    folder = ROOT / "protocol" / "vocabulary" / "codes"
    return {code for area in areas for code in json.loads((folder / f"{area}.json").read_text("utf-8"))}


def codes_of_single_records() -> set[str]:
    """Codes of one token, one event or one log file: they have vectors of their own, beside these."""
    files = [
        place for folder in ("front-door", "events", "log") for place in (VECTORS / folder).glob("*.json")
    ]
    return {
        case["code"]
        for place in files
        for case in json.loads(place.read_text("utf-8"))
        if isinstance(case.get("code"), str)
    }


def codes_of_the_verifier() -> set[str]:
    """The codes written in the modules that a verdict is made by: the conformance question's, and all behind it."""
    known = all_codes().keys()
    constants = (
        node.value
        for source in sources_behind("verifier.conformance_ops.bundle")
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.Constant)
    )
    return {value for value in constants if value in known}


def sources_behind(start: str) -> set[Path]:
    """The files of our own modules that a module imports, and those that these import."""
    waiting, found = [start], set()
    while waiting:
        source = ROOT / (waiting.pop().replace(".", "/") + ".py")
        if source in found or not source.exists():
            continue
        found.add(source)
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                waiting += [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
    return found
