"""The alterations are real: each copy is a well-formed bundle, and only the right check tells."""

from __future__ import annotations

import pytest

from client.demo.refusals import altered_copies
from client.errors import ClientError
from protocol.bundle import parse_bundle
from protocol.errors import SignatureInvalid
from protocol.records import verify_record
from tests.client.demo.stages import NO_CHAIN, NoSource, played_bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return played_bundle(tmp_path_factory.mktemp("played"))


@pytest.fixture(scope="module")
def copies(bundle):
    return {copy.name: copy for copy in altered_copies(bundle)}


def tokens(data):
    return {record.token for record in parse_bundle(data).records}


def test_three_copies_each_unlike_the_original(bundle, copies):
    assert list(copies) == ["quantity", "signature", "step"]
    assert len({copy.data for copy in copies.values()} | {bundle}) == 4


@pytest.mark.parametrize("name", ["quantity", "signature"])
def test_one_record_is_changed_and_its_signature_tells(bundle, copies, name):
    changed = tokens(copies[name].data) - tokens(bundle)
    assert len(changed) == 1
    with pytest.raises(SignatureInvalid) as refused:
        verify_record(changed.pop())
    assert refused.value.code in copies[name].expected


def test_changed_quantity_changes_nothing_else(bundle, copies):
    before = (tokens(bundle) - tokens(copies["quantity"].data)).pop()
    after = (tokens(copies["quantity"].data) - tokens(bundle)).pop()
    assert before.split(".")[0] == after.split(".")[0]
    assert before.split(".")[2] == after.split(".")[2]


def test_forged_signature_covers_the_same_text(bundle, copies):
    before = (tokens(bundle) - tokens(copies["signature"].data)).pop()
    after = (tokens(copies["signature"].data) - tokens(bundle)).pop()
    assert before.rpartition(".")[0] == after.rpartition(".")[0]


def test_removed_step_leaves_all_other_records_alone(bundle, copies):
    assert tokens(copies["step"].data) < tokens(bundle)
    assert len(tokens(bundle) - tokens(copies["step"].data)) == 1


def test_evidence_without_steps_cannot_be_altered():
    from protocol.bundle import build_bundle, serialise  # noqa: PLC0415

    empty = serialise(build_bundle("urn:filiera:lot:" + "a" * 26, [], NoSource(), NO_CHAIN))
    with pytest.raises(ClientError) as refused:
        list(altered_copies(empty))
    assert refused.value.code == "DEMO_NOTHING_TO_ALTER"
