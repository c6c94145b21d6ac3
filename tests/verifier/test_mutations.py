"""A sample of every family of alterations: none is verified, nothing falls over, and each family is really tried."""

from __future__ import annotations

import collections

import pytest

from scripts import mutate_bundle
from scripts.mutate_bundle import MEANINGLESS, SOURCES, Judged, Mutation, Source, judge, run, table

SAMPLE = 6
FAMILIES = {
    "appended", "bit", "byte left out", "claims changed", "claims removed", "cut", "disclosure withheld", "disclosures",
    "disclosures reordered", "element removed", "element repeated", "exchanged", "header", "list cut", "member added",
    "member removed", "order", "part of another", "proof", "signature", "signed by others", "value",
}  # fmt: skip


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return list(run(SOURCES, SAMPLE))


def test_no_alteration_is_verified(judged):
    through = [(each.mutation.family, each.mutation.label) for each in judged if each.outcome == "ACCEPTED"]
    assert through == []


def test_the_verifier_always_answers(judged):
    assert [(each.mutation.label, each.reason) for each in judged if each.outcome == "FELL OVER"] == []


def test_every_family_is_tried(judged):
    tried = collections.Counter(each.mutation.family for each in judged)
    assert {family for family in tried if not family.startswith("copied ")} == FAMILIES
    copied = {family.removeprefix("copied ") for family in tried if family.startswith("copied ")}
    assert {
        "token",
        "proof",
        "index",
        "head",
        "root",
        "size",
        "prev",
        "keyHash",
        "participant",
        "manifest",
    } <= copied


def test_every_reason_is_needed(judged):
    # A reason that nothing needs any more would only be a hole.
    assert {each.reason for each in judged if each.outcome == "meaningless"} <= {
        reason for reason, _ in MEANINGLESS
    }
    whole = [
        mutation
        for name in (
            "handed-over",
            "open-to-members",
            "related-companies",
            "passport-in-a-batch",
            "key-disputed-later",
        )
        for mutation in needing(name)
    ]
    assert {each.reason for each in whole} == {reason for reason, _ in MEANINGLESS}


def needing(name: str) -> list[Judged]:
    source = Source(name)
    families = {"disclosure withheld", "disclosures reordered", "element removed", "signature"}
    altered = [
        each
        for each in mutate_bundle.mutations(source)
        if each.family in families or each.label.startswith(("/batches/0/count", "/keys/0/disputed"))
    ]
    altered += other_questions(source)
    return [found for each in altered if (found := judge(source, each)).outcome == "meaningless"]


def other_questions(source: Source) -> list[Mutation]:
    """The same evidence, asked about the lots behind the target."""
    target = source.result.target
    behind = {lot for step in source.result.steps for lot in step.goods.names("produced")} - {target}
    asked = [source.data.replace(f'"{target}"}}'.encode(), f'"{lot}"}}'.encode()) for lot in sorted(behind)]
    return [Mutation("value", "/target", altered) for altered in asked]


def test_the_table_shows_what_was_let_through():
    lines = table([Judged(Mutation("bit", "7", b""), "ACCEPTED", "")]).splitlines()
    assert lines[1].split() == ["bit", "–", "–", "–", "–", "1", "–"]
