"""What counts in the indicators is what the chain bears out; whatever does not count is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from protocol.bundle_model import BundleRecord
from protocol.keys import private_key_from_secret
from protocol.kpis.deeds import Period
from tests.support.makers import Maker, seeded
from tests.support.members import adopts, member
from tests.support.simulator import LOG, Network
from verifier.evidence_files import of_bundles
from verifier.kpis import Recount, compare, recount
from verifier.kpis_report import to_json, to_text
from verifier.registries import Registry

YEAR = Period("2026-01-01", "2026-12-31")
RAW = {"filiera:stage": "raw-material"}
COORDINATOR = private_key_from_secret("ES256", seeded("coordinator"))


def network(*makers: Maker) -> Network:
    """Each of the makers declares a lot, and the coordinator says who they are."""
    found = Network()
    found.makers = list(makers)
    found.anchor([each.declare(f"wool of {each.name}", **RAW) for each in makers])
    found.anchor([member(COORDINATOR, each, "BO") for each in makers])
    return found


def entries(found: Network) -> list[BundleRecord]:
    ordered = sorted(found.records, key=lambda record: found.indices[record.digest])
    return [BundleRecord(record.token, LOG, found.indices[record.digest], 1) for record in ordered]


def registry(found: Network, **changes: Any) -> Registry:
    """What an honest chain holds; `changes` by kind of fact."""
    facts: dict[Any, Any] = {}
    for head in found.heads:
        facts["head", LOG.hex(), head.seq] = [
            "",
            head.root.hex(),
            head.size,
            "",
            head.block,
            head.transaction,
        ]
    for maker in found.makers:
        facts["roles", maker.id.hex()] = changes.get("roles", [[[1, 1]]])
        facts["key", maker.id.hex(), maker.key.public.key_id.hex()] = changes.get("key", [7, 1, None, None])
    return Registry(100, facts, frozenset({COORDINATOR.public.key_id}))


def counted(found: Network, known: Registry | None = None, read: list[BundleRecord] | None = None) -> Recount:
    given = entries(found) if read is None else read
    return recount(YEAR, given, found.heads[-1:], known or registry(found))


def codes(result: Recount) -> set[str]:
    return {each.code for each in result.verdict.findings}


def involved(result: Recount) -> set[str]:
    return set(result.figures.involved)


def test_an_honest_log_is_counted_and_nothing_is_said() -> None:
    makers = [Maker(name) for name in ("anna", "bice", "carla")]
    result = counted(network(*makers))
    assert (codes(result), result.verdict.exit_status) == (set(), 0)
    assert involved(result) == {each.urn for each in makers}
    assert result.document["areas"]["BO"]["involved"] == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"key": [7, 90, None, None]},  # opened after the record was taken
        {"key": [7, 1, 3, None]},  # closed before
        {"roles": [[[1, 1], [2, 0]]]},  # suspended before
    ],
)
def test_whoever_could_not_sign_does_not_count(changes: dict[str, Any]) -> None:
    found = network(Maker("anna"))
    result = counted(found, registry(found, **changes))
    assert (involved(result), codes(result)) == (set(), {"KEY_NOT_ON_CHAIN"})
    assert result.verdict.exit_status == 1


def test_a_membership_by_anybody_else_names_nobody() -> None:
    anna, bice = Maker("anna"), Maker("bice")
    found = network(anna, bice)
    found.anchor([member(anna.key, each, "PO", "my group") for each in (anna, bice)])
    result = counted(found)
    assert codes(result) == {"MEMBERSHIP_NOT_BY_COORDINATOR"}
    assert involved(result) == {anna.urn, bice.urn}


def test_a_record_that_is_left_out_or_altered_is_noticed() -> None:
    anna = Maker("anna")
    found = network(anna)
    found.anchor([adopts(anna, "social")])
    whole = entries(found)
    assert codes(counted(found, read=whole[:-1])) == {"KPI_RECORDS_PARTIAL"}
    other = Maker("anna").declare("other wool", **RAW)
    swapped = [BundleRecord(other.token, LOG, 0, 1), *whole[1:]]
    assert codes(counted(found, read=swapped)) == {"AUDIT_ENTRIES_MISMATCH"}
    jwt = found.records[0].jwt
    broken = [replace(whole[0], token=jwt[:-4] + ("AAAA" if jwt[-4:] != "AAAA" else "BBBB")), *whole[1:]]
    assert counted(found, read=broken).verdict.exit_status == 1


def test_a_head_of_another_tree_and_an_old_one_are_noticed() -> None:
    found = network(Maker("anna"))
    wrong = replace(found.heads[-1], root=b"\7" * 32)
    assert codes(recount(YEAR, entries(found), [wrong], registry(found))) == {
        "AUDIT_ENTRIES_MISMATCH",
        "HEAD_NOT_ON_CHAIN",
    }
    old = recount(YEAR, entries(found)[:1], found.heads[:1], registry(found))
    assert (codes(old), old.verdict.exit_status) == ({"KPI_LOG_BEHIND"}, 2)


def test_bundles_give_their_records_once_and_what_they_prove_of_them() -> None:
    anna = Maker("anna")
    found = network(anna)
    bundle = found.bundle(found.records[0].subject["quantityList"][0]["epcClass"])
    read, heads, members, findings = of_bundles([bundle, bundle])
    assert (len(read), [head.seq for head in heads], members, findings) == (2, [2], [], [])
    assert codes(recount(YEAR, read, heads, registry(found))) == set()
    moved = replace(
        bundle, records=tuple(replace(each, index=(each.index or 0) ^ 1) for each in bundle.records)
    )
    kept, _, _, wrong = of_bundles([moved])
    assert (kept, {each.severity for each in wrong}) == ([], {"refused"})


def test_every_difference_to_what_a_node_publishes_is_named() -> None:
    found = counted(network(Maker("anna"), Maker("bice"))).document
    assert list(compare(found, found)) == []
    for theirs in (None, [], {}, found | {"smallest": 1}, found | {"areas": {}}):
        assert [each.code for each in compare(found, theirs)] == ["KPI_NODE_DIFFERS"]
    later = found | {"head": found["head"] | {"seq": 9}}
    assert [each.code for each in compare(found, later)] == ["KPI_NODE_OTHER_HEAD"]


@pytest.mark.parametrize(
    ("language", "involved", "other"),
    [("it", "Aziende coinvolte: 4", "altre province"), ("en", "Companies involved: 4", "other provinces")],
)
def test_a_person_reads_the_numbers_and_what_is_not_told(language: Any, involved: str, other: str) -> None:
    anna, *rest = [Maker(name) for name in ("anna", "bice", "carla", "dora")]
    found = network(anna, *rest)
    found.anchor([member(COORDINATOR, anna, "PO"), adopts(anna, "social")])
    result = counted(found)
    text = to_text(result, language, lists=False)
    assert involved in text
    assert f"{other} (BO, PO)" in text
    assert anna.urn not in text, "a number opens its list when it is asked to"
    opened = to_text(result, language, lists=True)
    assert anna.urn in opened
    assert "PO · " in opened
    partial = counted(found, read=entries(found)[:2])
    assert "[KPI_RECORDS_PARTIAL]" in to_text(partial, language, lists=False)
    assert to_json(partial, language, lists=False)["findings"][0]["sentence"]
    assert to_json(result, language, lists=True)["opened"]["PO"]["social/adopted"].keys() == {anna.urn}
