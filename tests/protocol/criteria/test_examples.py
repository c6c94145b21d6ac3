"""The worked examples: each sum holds by itself, and the program comes to what was worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from protocol.checks.yields import Material, check_yields, gain_of
from protocol.criteria.evaluate import evaluate
from protocol.vocabulary import vocabulary
from tests.protocol.criteria.examples import digest, evidence, load, names, place, rounded, worked_out

_PARTS = ("value", "proven", "declared", "coverage")


def sums(example: dict[str, Any]) -> dict[str, str]:
    """What each tagged line of the sum comes to, by its tag."""
    return {line["of"]: line["is"] for line in example["sum"] if "of" in line}


def figures(example: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{criterion.id}/{figure.id}": figure
        for criterion in evaluate(evidence(example))
        for figure in criterion.figures
    }


@pytest.mark.parametrize("name", names())
def test_the_sum_that_is_written_out_holds(name: str) -> None:
    for line in load(name)["sum"]:
        assert line["say"].strip()
        assert rounded(worked_out(line["sum"]), line["is"]) == Decimal(line["is"]), line


@pytest.mark.parametrize("name", names())
def test_every_expected_number_is_worked_out(name: str) -> None:
    example = load(name)
    found = sums(example)
    for figure, expected in example.get("figures", {}).items():
        for part in _PARTS:
            told = expected.get(part)
            if told is None or (part != "value" and Decimal(told) in {0, 1}):
                continue
            assert Decimal(found[figure if part == "value" else f"{figure} {part}"]) == Decimal(told), (
                figure,
                part,
            )


@pytest.mark.parametrize("name", names())
def test_the_program_comes_to_the_same(name: str) -> None:
    example = load(name)
    known = figures(example)
    for name_of, expected in example.get("figures", {}).items():
        figure = known[name_of]
        told = {
            "value": figure.value,
            "proven": figure.proven,
            "declared": figure.declared,
            "coverage": figure.coverage,
        }
        wanted = {
            part: None if expected[part] is None else Decimal(expected[part])
            for part in _PARTS
            if part in expected
        }
        assert {part: told[part] for part in wanted} == wanted, name_of
        if "unit" in expected:
            assert figure.unit == expected["unit"]
        if "method" in expected:
            assert figure.method == expected["method"]
        if "missing" in expected:
            assert figure.missing == tuple(sorted((code, place(at)) for code, at in expected["missing"])), (
                name_of
            )
        if "inputs" in expected:
            assert figure.inputs == tuple(sorted(place(at) for at in expected["inputs"])), name_of


@pytest.mark.parametrize(
    "name", [name for name in names() if "gains" in load(name) or "yields" in load(name)]
)
def test_what_honest_makers_gain(name: str) -> None:
    example = load(name)
    found = evidence(example)
    makers: dict[str, list[Any]] = {}
    for step in found.steps:
        for lot in step.goods.names("produced"):
            makers.setdefault(lot, []).append(step)
    material = Material(makers, found.subjects)
    for word, expected in example.get("gains", {}).items():
        gain = gain_of(next(step for step in found.steps if step.digest == digest(word)), material)
        assert gain.moisture.quantize(Decimal("0.0001")) == Decimal(expected["moisture"])
        assert gain.substances == Decimal(expected["substances"])
        assert Decimal(sums(example)[f"{word} moisture"]) == Decimal(expected["moisture"])
    if "yields" in example:
        said = sorted((each.code, each.place) for each in check_yields(found.steps, material))
        assert said == sorted((code, place(at)) for code, at in example["yields"])


def test_there_are_thirty_at_least_over_all_five_criteria() -> None:
    told = {figure.partition("/")[0] for name in names() for figure in load(name).get("figures", {})}
    assert len(names()) >= 30
    assert told == {entry["id"] for entry in vocabulary("catalogue-2026-2")["criteria"]}


@pytest.mark.parametrize("name", names())
def test_an_example_says_in_two_languages_what_it_shows(name: str) -> None:
    example = load(name)
    assert example["format"] == "filiera-criteria-example/1"
    assert all(example["title"][language].strip() for language in ("it", "en"))
    assert all(
        act in vocabulary("acts")["acts"] for act in (each.get("act", "process") for each in example["steps"])
    )
