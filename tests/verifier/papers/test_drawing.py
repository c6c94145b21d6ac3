"""The drawing: every step once, every lot a line, nothing of it to be run."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.papers.stories import HOSTILE, hostile, result_of
from verifier.drawing import BORDERS, HEIGHT, WIDTH, Edge, lay_out, to_svg
from verifier.verify import Result

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("one-step", "handed-over", "contoterzi", "many-heads", "on-behalf-unnamed", "deep", "made-of-itself")


def drawn(result: Result, language: str = "it") -> ET.Element:
    return ET.fromstring(to_svg(result, language))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_each_step_that_made_something_is_there_once(name: str) -> None:
    result = result_of(name)
    boxes = [each.get("id") for each in drawn(result).iter(f"{SVG}g")]
    made = {f"step-{step.digest.hex()}" for step in result.steps if step.goods.produced}
    assert sorted(boxes) == sorted(made)


@pytest.mark.parametrize("name", NAMES)
def test_no_box_lies_on_another(name: str) -> None:
    boxes = [each.find(f"{SVG}rect") for each in drawn(result_of(name)).iter(f"{SVG}g")]
    corners = [(int(box.get("x")), int(box.get("y"))) for box in boxes]  # type: ignore[union-attr, arg-type]
    for number, (x, y) in enumerate(corners):
        assert all(abs(x - u) >= WIDTH or abs(y - v) >= HEIGHT for u, v in corners[:number])


def test_same_evidence_same_bytes() -> None:
    assert to_svg(result_of("handed-over"), "it") == to_svg(result_of("handed-over"), "it")


def test_a_reader_of_screens_is_told_the_verdict_and_the_journey() -> None:
    root = drawn(result_of("handed-over"), "en")
    assert "verified" in (root.findtext(f"{SVG}title") or "")
    assert (root.findtext(f"{SVG}desc") or "").count(";") >= 1


def test_borders_differ_without_their_colours() -> None:
    assert len({(width, dashes) for _, width, dashes in BORDERS.values()}) == len(BORDERS)


def test_hostile_names_stay_text() -> None:
    root = drawn(hostile()[0])
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "rect",
        "path",
        "text",
        "g",
    }
    assert not [
        name for each in root.iter() for name in each.attrib if name.startswith("on") or "href" in name
    ]
    told = root.findtext(f"{SVG}desc") or ""
    assert HOSTILE[0] in told
    assert "\u202e" not in told


@given(st.sets(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=80))
def test_makers_stand_above_takers_unless_the_evidence_goes_round(pairs: set[tuple[int, int]]) -> None:
    step = result_of("one-step").steps[0]
    steps = [_named(step, number) for number in range(31)]
    edges = [Edge(_digest(a), _digest(b), step.goods.produced[0]) for a, b in sorted(pairs) if a < b]
    placed = lay_out(steps, edges)
    assert len(set(placed.places.values())) == len(steps)
    for edge in edges:
        assert placed.places[edge.maker][1] < placed.places[edge.taker][1]
    assert all(
        0 <= x <= placed.width - WIDTH and 0 <= y <= placed.height - HEIGHT for x, y in placed.places.values()
    )


def _digest(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _named(step, number):
    return dataclasses.replace(step, digest=_digest(number))
