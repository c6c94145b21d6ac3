"""Bundle and report are what their published schemas say."""

from __future__ import annotations

import json
import random
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest

from protocol.bundle import serialise
from tests.support.simulator import judge, random_network
from tests.verifier.test_verify import spun
from verifier import report


def validator(name: str) -> Any:
    return jsonschema_rs.validator_for(
        json.loads((files("protocol") / "schemas" / f"{name}.json").read_text("utf-8"))
    )


@pytest.mark.parametrize("seed", range(5))
def test_bundles_and_reports_have_their_published_form(seed: int) -> None:
    network, target = random_network(random.Random(seed))
    bundle = network.bundle(target)
    validator("bundle").validate(json.loads(serialise(bundle)))
    for view in (network.view(), None):
        for language in ("it", "en"):
            validator("report").validate(report.to_json(judge(bundle, view), language))  # type: ignore[arg-type]


def test_a_bundle_with_a_name_more_is_not_one() -> None:
    network, _, _ = spun()
    value = json.loads(serialise(network.bundle(f"urn:filiera:lot:{'a' * 26}")))
    assert not validator("bundle").is_valid(value | {"trust": "me"})
