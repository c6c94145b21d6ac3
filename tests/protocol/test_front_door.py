"""The vectors of tests/vectors/front-door: the same cases, by name, that the TypeScript core reads."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from protocol import base64url
from protocol.errors import FilieraError
from protocol.keys import PublicKey
from protocol.limits import FOREIGN_LIMITS, FOREIGN_TOKEN_LIMITS, RECORD_LIMITS
from protocol.records import restrict, verify_record
from protocol.sd_jwt import verify_sd_jwt
from protocol.signatures import verify
from protocol.strict_json import parse_json, read_strictly
from scripts.make_vectors import front_door as maker

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "front-door"


def cases(file: str) -> Any:
    loaded = json.loads((VECTORS / f"{file}.json").read_text("utf-8"))
    return pytest.mark.parametrize("case", loaded, ids=lambda case: case["name"])


def refusal(action, *arguments):
    """The code with which an action refuses, None if it does not; any other exception fails the test."""
    try:
        action(*arguments)
    except FilieraError as error:
        return error.code
    return None


@pytest.mark.parametrize("name", sorted(path.stem for path in VECTORS.glob("*.json")))
def test_vectors_are_those_of_the_script(name):
    assert maker.render(maker.build()[name]) == (VECTORS / f"{name}.json").read_text("utf-8")


def test_names_are_unique_and_good_ones_are_called_good():
    for file in VECTORS.glob("*.json"):
        read = json.loads(file.read_text("utf-8"))
        assert len({case["name"] for case in read}) == len(read)
        if file.stem != "tiers":
            assert [
                case["name"] for case in read if case["name"].startswith("good_") != (case["code"] is None)
            ] == []


@cases("json")
def test_json(case):
    data = b"".join(base64.b64decode(piece) * times for piece, times in case["parts"])
    limits = FOREIGN_LIMITS if case["foreign"] else RECORD_LIMITS
    assert refusal(parse_json, data, limits) == case["code"]
    assert refusal(read_strictly, data, limits) == case["code"]


@cases("base64url")
def test_base64url(case):
    assert refusal(base64url.decode, case["text"]) == case["code"]
    if case["code"] is None:
        assert base64url.decode(case["text"]).hex() == case["hex"]


@cases("keys")
def test_key(case):
    assert refusal(PublicKey.from_did, case["did"]) == case["code"]
    if case["code"] is None:
        key = PublicKey.from_did(case["did"])
        assert (key.alg, key.raw.hex(), key.key_id.hex(), key.kid, key.jwk) == (
            case["alg"], case["raw"], case["keyId"], case["kid"], case["jwk"],
        )  # fmt: skip


@cases("signatures")
def test_signature(case):
    key = PublicKey.from_did(case["did"])
    code = refusal(verify, key, bytes.fromhex(case["message"]), bytes.fromhex(case["signature"]))
    assert code == case["code"]


@cases("records")
def test_record(case):
    text, times = case.get("more", ["", 0])
    assert refusal(verify_record, case["token"] + text * times) == case["code"]
    if case["code"] is None:
        record = verify_record(case["token"].encode())
        assert record.token == case["token"]
        assert (record.digest.hex(), record.id, record.issuer, record.kind) == (
            case["digest"], case["id"], case["issuer"], case["kind"],
        )  # fmt: skip
        assert sorted(record.withheld) == case["withheld"]
        assert record.claims == case["claims"]


@cases("tiers")
def test_tier(case):
    assert restrict(verify_record(case["token"]), case["tier"]) == case["restricted"]


@cases("sd-jwt")
def test_sd_jwt_of_others(case):
    key = PublicKey.from_jwk(case["jwk"])
    assert refusal(verify_sd_jwt, case["token"], key, FOREIGN_TOKEN_LIMITS) == case["code"]
    if case["code"] is None:
        expected = json.loads(json.dumps(case["claims"]), parse_float=Decimal)
        assert verify_sd_jwt(case["token"], key, FOREIGN_TOKEN_LIMITS) == expected
