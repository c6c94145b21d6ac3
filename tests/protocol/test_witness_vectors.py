"""The vectors of tests/vectors/witness are those of the script, and hold when they are read back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from protocol import cosignature
from protocol.bundle import parse_bundle
from protocol.checkpoint import parse_vkey
from protocol.checks.credentials import read_records
from protocol.errors import FilieraError
from protocol.keys import PublicKey
from protocol.registry_state import RegistryLog, RegistryState
from protocol.snapshot import SnapshotEntry, SnapshotTree, answers, parse_snapshot
from protocol.strict_json import dump_json
from scripts.make_vectors import witness as maker
from verifier.trust import parse_trust
from verifier.verify import verify

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "witness"
STATEMENTS = {"checkpoint": cosignature.CHECKPOINT, "snapshot": cosignature.SNAPSHOT}


def cases(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return loaded


def said_of(read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What is read, or the error that it gives."""
    try:
        return read()
    except FilieraError as error:
        return {"error": error.code}


@pytest.mark.parametrize("name", ["cosignatures", "states", "snapshots", "bundles"])
def test_vectors_are_those_of_the_script(name: str) -> None:
    assert maker.render(maker.build()[name]) == (VECTORS / f"{name}.json").read_text("utf-8")


def test_the_verifier_keys() -> None:
    case = cases("cosignatures")[0]
    name, key = case["witness"]["name"], PublicKey("EdDSA", bytes.fromhex(case["witness"]["key"]))
    assert cosignature.format_cosigner(name, key) == case["vkey"]
    assert cosignature.format_cosigner(name, key, cosignature.SNAPSHOT) == case["snapshotVkey"]


@pytest.mark.parametrize("case", cases("cosignatures")[1:], ids=lambda case: case["name"])
def test_cosignatures(case: dict[str, Any]) -> None:
    pinned = {each["name"]: bytes.fromhex(each["key"]) for each in case["pinned"]}
    said = said_of(
        lambda: {"times": cosignature.cosigners(case["note"], pinned, STATEMENTS[case["statement"]])}
    )
    assert said == {name: case[name] for name in said}


def test_states() -> None:
    (case,) = cases("states")
    state = RegistryState()
    for event in case["events"]:
        topics = tuple(bytes.fromhex(topic) for topic in event["topics"])
        data = bytes.fromhex(event["data"])
        state.apply(RegistryLog(event["contract"], topics, data, event["block"], event["transaction"]))
    assert [entry.decode() for entry in state.entries()] == case["facts"]
    assert SnapshotTree(state.entries()).root.hex() == case["root"]


@pytest.mark.parametrize("case", cases("snapshots"), ids=lambda case: case["name"])
def test_snapshots(case: dict[str, Any]) -> None:
    name, key = parse_vkey(case["vkey"])
    entries = [
        SnapshotEntry(each["index"], dump_json(each["fact"]), tuple(map(bytes.fromhex, each["proof"])))
        for each in case["entries"]
    ]
    questions = [tuple(question) for question in case["questions"]]

    def read() -> dict[str, Any]:
        snapshot = parse_snapshot(case["note"], name.removesuffix("/chain"), key)
        found, still_open = answers(snapshot, entries, questions)
        given = [found[question] for question in questions if question in found]
        return {"answers": given, "open": [list(question) for question in still_open]}

    said = said_of(read)
    assert said == {name: case[name] for name in said}


@pytest.mark.parametrize("case", cases("bundles"), ids=lambda case: case["name"])
def test_bundles(case: dict[str, Any]) -> None:
    bundle = parse_bundle(dump_json(case["bundle"]) + b"\n")
    records, unsound = read_records(bundle.records)
    result = verify(bundle, records, unsound, parse_trust(json.dumps(case["trust"]).encode()), None)
    codes = sorted({found.code for found in result.verdict.findings})
    assert {"verdict": result.verdict.word, "codes": codes} == case["expected"]
