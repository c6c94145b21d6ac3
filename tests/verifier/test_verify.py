"""Random networks verify; whatever is altered, left out or swapped is never verified."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.bundle import parse_bundle, record_order, serialise
from protocol.errors import FilieraError
from protocol.records import parse_record
from tests.support.makers import Maker, lot
from tests.support.simulator import TRUST, Network, judge, random_network
from verifier import report

SEEDS = st.integers(0, 2**32)
SLOW = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def codes(result: object) -> set[str]:
    return {found.code for found in result.verdict.findings if found.severity != "notice"}  # type: ignore[attr-defined]


@given(SEEDS)
@SLOW
def test_a_random_network_is_verified(seed: int) -> None:
    network, target = random_network(random.Random(seed))
    result = judge(network.bundle(target), network.view())
    assert (result.verdict.exit_status, codes(result)) == (0, set())
    assert set(result.grades.values()) <= {"signed", "countersigned"}


@given(SEEDS, st.data())
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_no_altered_byte_is_verified(seed: int, data: st.DataObject) -> None:
    network, target = random_network(random.Random(seed % 50))
    original = serialise(network.bundle(target))
    altered = bytearray(original)
    altered[data.draw(st.integers(0, len(original) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        bundle = parse_bundle(bytes(altered))
    except (FilieraError, UnicodeDecodeError):
        return
    result = judge(bundle, network.view())
    assert result.verdict.exit_status != 0


@given(SEEDS)
@SLOW
def test_the_order_in_which_evidence_arrives_changes_nothing(seed: int) -> None:
    network, target = random_network(random.Random(seed))
    bundle = network.bundle(target)
    turned = replace(bundle, records=bundle.records[::-1])
    assert report.to_json(judge(bundle, network.view()), "en") == report.to_json(
        judge(turned, network.view()), "en"
    )


@given(SEEDS, st.data())
@SLOW
def test_a_record_that_is_left_out_is_noticed(seed: int, data: st.DataObject) -> None:
    network, target = random_network(random.Random(seed))
    bundle = network.bundle(target)
    # What only moves the finished target on can be missing: the goods may still be on their way.
    steps = judge(bundle, network.view()).steps
    behind = {step.digest for step in steps if target not in step.goods.names("sent", "received")}
    needed = [entry for entry in bundle.records if parse_record(entry.token).digest in behind]
    gone = data.draw(st.sampled_from(needed))
    rest = tuple(entry for entry in bundle.records if entry is not gone)
    assert judge(replace(bundle, records=rest), network.view()).verdict.exit_status != 0


def spun() -> tuple[Network, Maker, Maker]:
    """Anna declares and spins, Bice receives the yarn."""
    network, anna, bice = Network(), Maker("anna"), Maker("bice")
    network.makers = [anna, bice]
    wool = anna.declare("wool", **{"filiera:stage": "raw-material"})
    yarn = anna.spin("wool", "yarn", "120", "110")
    shipment = anna.ship("yarn", bice, "110")
    network.anchor([wool, yarn])
    network.anchor([shipment, bice.receive(shipment, "yarn", "110")])
    return network, anna, bice


def test_a_removed_step_is_refused_with_its_reason() -> None:
    network, _, _ = spun()
    bundle = network.bundle(lot("yarn"))
    rest = tuple(
        entry
        for entry in bundle.records
        if parse_record(entry.token).subject["filiera:act"] != "lot-declared"
    )
    result = judge(replace(bundle, records=rest), network.view())
    assert result.verdict.exit_status == 1
    assert {"CLOSURE_OPEN", "LOT_ACCOUNT_GAP"} <= codes(result)


def test_the_same_lot_used_twice_is_refused() -> None:
    network, anna, _ = spun()
    twin = Maker("anna")
    twin.declare("wool", **{"filiera:stage": "raw-material"})
    network.anchor([twin.spin("wool", "other yarn", "120", "100")])
    result = judge(network.bundle(lot("yarn")), network.view())
    assert result.verdict.exit_status == 1
    assert "LOT_ACCOUNT_FORK" in codes(result)
    assert anna.id == twin.id


def test_a_forged_head_is_refused() -> None:
    network, _, _ = spun()
    forged = Network()
    forged.makers = network.makers
    forged.anchor([network.records[0]])
    assert codes(judge(forged.bundle(lot("wool")), network.view())) >= {"HEAD_NOT_ON_CHAIN"}


def test_a_key_that_was_closed_before_the_head_is_refused() -> None:
    network, anna, _ = spun()
    view = network.view()
    pair = (anna.id, anna.key.public.key_id)
    keys = {**view.keys, pair: replace(view.keys[pair], to_block=6)}
    bundle = network.bundle(lot("yarn"))
    stated = tuple(replace(key, to_block=6) if key.participant == anna.id else key for key in bundle.keys)
    result = judge(replace(bundle, keys=stated), replace(view, keys=keys))
    assert codes(result) == {"KEY_OUTSIDE_WINDOW"}


def test_a_compromise_disputes_and_does_not_void() -> None:
    network, anna, _ = spun()
    view = network.view()
    pair = (anna.id, anna.key.public.key_id)
    keys = {**view.keys, pair: replace(view.keys[pair], disputed_from=1)}
    bundle = network.bundle(lot("yarn"))
    stated = tuple(
        replace(key, disputed_from=1) if key.participant == anna.id else key for key in bundle.keys
    )
    result = judge(replace(bundle, keys=stated), replace(view, keys=keys))
    assert result.verdict.exit_status == 0
    assert "KEY_DISPUTED_LATER" in {found.code for found in result.verdict.findings}


@pytest.mark.parametrize(("roles", "code"), [(0, "PARTICIPANT_NOT_ACTIVE"), (256, "PARTICIPANT_ROLE")])
def test_who_might_not_act_then_is_refused(roles: int, code: str) -> None:
    network, _, _ = spun()
    view = network.view()
    result = judge(network.bundle(lot("yarn")), replace(view, roles=dict.fromkeys(view.roles, roles)))
    assert codes(result) == {code}


def test_another_program_at_the_address_is_refused() -> None:
    network, _, _ = spun()
    view = replace(network.view(), code_hashes={"anchors": "0x" + "0" * 64})
    assert "CONTRACT_OTHER" in codes(judge(network.bundle(lot("yarn")), view))


def test_without_trust_or_chain_nothing_is_verified() -> None:
    network, _, _ = spun()
    bundle = network.bundle(lot("yarn"))
    assert codes(judge(bundle, None)) == {"CHAIN_NOT_ASKED"}
    assert codes(judge(bundle, None, None)) == {"TRUST_ABSENT"}
    assert judge(bundle, None).verdict.exit_status == 2


def test_a_head_that_is_not_deep_enough_is_pending() -> None:
    network, _, _ = spun()
    result = judge(network.bundle(lot("yarn")), network.view(), replace(TRUST, confirmations=1000))
    assert (result.verdict.exit_status, codes(result)) == (2, {"HEAD_UNCONFIRMED"})


def test_a_record_that_waits_is_pending() -> None:
    network, anna, _ = spun()
    bundle = network.bundle(lot("yarn"))
    network.records.append(anna.declare("more"))
    bundle = replace(network.bundle(lot("yarn")), target=lot("yarn"))
    result = judge(bundle, network.view())
    assert (result.verdict.word, result.verdict.exit_status) == ("pending", 2)


def test_a_correction_is_followed() -> None:
    network, anna, _ = spun()
    wrong = anna.declare("silk", **{"filiera:stage": "raw-material"})
    network.anchor([wrong])
    network.anchor([anna.correct(wrong)])
    result = judge(network.bundle(lot("silk")), network.view())
    assert "TARGET_NOT_MADE" in codes(result)


def test_a_correction_that_is_kept_back_is_refused() -> None:
    network, anna, _ = spun()
    wrong = anna.declare("silk", **{"filiera:stage": "raw-material"})
    network.anchor([wrong])
    network.anchor([anna.correct(wrong)])
    bundle = network.bundle(lot("silk"))
    rest = tuple(
        entry for entry in bundle.records if "errorDeclaration" not in parse_record(entry.token).subject
    )
    assert "RECORD_AFFECTED_WITHHELD" in codes(judge(replace(bundle, records=rest), network.view()))


def test_a_receipt_for_another_party_is_refused() -> None:
    network, anna, _ = spun()
    carla = Maker("carla")
    network.makers.append(carla)
    silk = anna.declare("silk", "60", **{"filiera:stage": "raw-material"})
    shipment = anna.ship("silk", Maker("bice"), "60")
    network.anchor([silk, shipment, carla.receive(shipment, "silk", "60")])
    assert "HANDOVER_PARTY_MISMATCH" in codes(judge(network.bundle(lot("silk")), network.view()))


def test_more_out_than_in_is_refused() -> None:
    network, anna, _ = spun()
    silk = anna.declare("silk", "60", **{"filiera:stage": "raw-material"})
    network.anchor([silk, anna.spin("silk", "thread", "60", "61")])
    assert codes(judge(network.bundle(lot("thread")), network.view())) >= {"BALANCE_GAIN"}


def test_a_swapped_proof_is_refused() -> None:
    network, _, _ = spun()
    bundle = network.bundle(lot("yarn"))
    first, second, *rest = bundle.records
    swapped = (replace(first, token=second.token), replace(second, token=first.token), *rest)
    result = judge(replace(bundle, records=tuple(sorted(swapped, key=record_order))), network.view())
    assert result.verdict.exit_status == 1


def test_the_report_reads_in_both_languages() -> None:
    network, _, _ = spun()
    result = judge(network.bundle(lot("yarn")), network.view())
    for language, word in (("it", "verificato"), ("en", "verified")):
        assert word in report.to_text(result, language)  # type: ignore[arg-type]
