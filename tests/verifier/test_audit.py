"""An audit looks at all records together, and its statement is believed as far as its author, head and log allow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.audit import Audit, Overuse
from protocol.bundle_model import BundleRecord
from protocol.keys import private_key_from_secret
from tests.support.makers import Maker, lot, seeded
from tests.support.simulator import LOG, ORIGIN, TRUST, Network, judge
from verifier.audit import audit, statement
from verifier.log_reading import WholeLog, records_of

AUDITOR = private_key_from_secret("EdDSA", seeded("auditor"))
TRUSTED = replace(TRUST, auditors={AUDITOR.public.did: "Laboratorio di prova"})
RAW = {"filiera:stage": "raw-material"}


def spun() -> Network:
    """Anna declares wool and spins half of it."""
    network, anna = Network(), Maker("anna")
    network.makers = [anna]
    network.anchor([anna.declare("wool", **RAW), anna.spin("wool", "yarn", "60", "60")])
    return network


def whole(network: Network, *hidden: int) -> WholeLog:
    """The log as a node that hides some entries shows it."""
    head = network.heads[-1]
    order = sorted(network.records, key=lambda record: network.indices[record.digest])
    shown = tuple(
        BundleRecord(record.token, LOG, index, head.seq)
        for index, record in enumerate(order)
        if index not in hidden
    )
    digests = tuple(record.digest for record in order)
    return WholeLog(head, digests, shown, tuple(digests[index] for index in hidden), "public")


def codes(log: WholeLog) -> set[str]:
    return {found.code for found in audit(log.records, log).verdict.findings}


def test_an_honest_log_has_nothing_to_say() -> None:
    result = audit(whole(spun()).records, whole(spun()))
    assert (result.verdict.exit_status, result.overuse, codes(whole(spun()))) == (0, (), set())


def test_two_bundles_prove_double_use_that_neither_shows() -> None:
    """Anna sells the same wool twice, in two logs: each product's own evidence is sound."""
    products = []
    for name in ("yarn", "other yarn"):
        network, anna = Network(), Maker("anna")
        network.makers = [anna]
        network.anchor([anna.declare("wool", **RAW), anna.spin("wool", name, "120", "120")])
        products.append(network.bundle(lot(name)))
        assert judge(products[-1], network.view()).verdict.exit_status == 0
    result = audit(records_of(products), None)
    assert {found.code for found in result.overuse} >= {"LOT_ACCOUNT_FORK", "RECORD_FORK"}
    assert result.verdict.exit_status == 1
    assert audit(records_of(products[:1] * 2), None).overuse == ()


def test_a_part_of_the_records_proves_no_gap() -> None:
    network = spun()
    part = [BundleRecord(network.records[1].token)]
    result = audit(part, None)
    assert {found.code for found in result.verdict.findings} == {"AUDIT_WITHOUT_LOG"}


def test_what_the_node_does_not_show_is_said() -> None:
    assert codes(whole(spun(), 0)) >= {"AUDIT_RECORD_NOT_SHOWN"}
    assert audit(whole(spun(), 0).records, whole(spun(), 0)).verdict.exit_status != 0


def test_a_number_that_no_record_carries_is_said() -> None:
    network, anna = Network(), Maker("anna")
    network.makers = [anna]
    first = anna.declare("wool", **RAW)
    anna.declare("kept back", **RAW)
    network.anchor([first, anna.declare("silk", **RAW)])
    assert codes(whole(network)) == {"SEQUENCE_INCOMPLETE"}


def test_hidden_amounts_are_counted() -> None:
    network, anna = Network(), Maker("anna")
    network.makers = [anna]
    network.anchor([anna.declare("wool", hidden=None, **RAW)])
    open_token = network.records[0].jwt + "~"
    log = whole(network)
    log = replace(log, records=(BundleRecord(open_token, LOG, 0, 1),))
    result = audit(log.records, log)
    assert (result.amounts, result.verdict.exit_status) == (1, 0)
    assert {found.code for found in result.verdict.findings} == {"AUDIT_AMOUNTS_WITHHELD"}


# --- the statement, with one garment's evidence ------------------------------------------------------------------


def signed(network: Network, **changes: object) -> Audit:
    log = whole(network)
    found = statement(audit(log.records, log), AUDITOR.public, "2026-03-03T08:00:00Z")
    return replace(found, **changes)  # type: ignore[arg-type]


def said(network: Network, statement: Audit, *, trusted: bool = True) -> tuple[int, set[str]]:
    """Exit status, and what is said of other products."""
    result = judge(network.bundle(lot("yarn")), network.view(), TRUSTED if trusted else TRUST, statement)
    return result.verdict.exit_status, {found.code for found in result.verdict.of("other-use")}


def test_an_audit_answers_what_one_garment_cannot() -> None:
    network = spun()
    assert said(network, signed(network)) == (0, {"OTHER_PRODUCTS_CHECKED"})
    result = judge(network.bundle(lot("yarn")), network.view(), TRUSTED, signed(network))
    assert result.verdict.word_of("other-use") == "verified"


def test_an_auditor_that_nobody_named_counts_for_nothing() -> None:
    network = spun()
    assert said(network, signed(network), trusted=False) == (
        0,
        {"AUDITOR_NOT_TRUSTED", "OTHER_PRODUCTS_NOT_CHECKED"},
    )


def test_nobody_audits_himself() -> None:
    network = spun()
    anna = network.makers[0].key.public
    trust = replace(TRUST, auditors={anna.did: "Anna"})
    result = judge(network.bundle(lot("yarn")), network.view(), trust, signed(network, key=anna))
    assert {found.code for found in result.verdict.of("other-use")} == {
        "AUDITOR_IS_PARTY",
        "OTHER_PRODUCTS_NOT_CHECKED",
    }


def test_an_audit_of_another_log_says_nothing() -> None:
    network = spun()
    assert said(network, signed(network, log=b"\7" * 32)) == (
        0,
        {"AUDIT_OTHER_LOG", "OTHER_PRODUCTS_NOT_CHECKED"},
    )


def test_an_audit_of_a_head_that_cannot_be_compared_says_nothing() -> None:
    network = spun()
    assert said(network, signed(network, seq=99)) == (0, {"AUDIT_HEAD_UNKNOWN", "OTHER_PRODUCTS_NOT_CHECKED"})


@pytest.mark.parametrize("change", [{"root": b"\7" * 32}, {"size": 1}])
def test_an_audit_of_another_tree_is_evidence_of_two_logs(change: dict[str, object]) -> None:
    network = spun()
    assert said(network, signed(network, **change)) == (
        1,
        {"AUDIT_HEAD_MISMATCH", "OTHER_PRODUCTS_NOT_CHECKED"},
    )


def test_records_that_came_later_are_not_covered() -> None:
    network = spun()
    before = signed(network)
    anna = network.makers[0]
    network.anchor([anna.declare("silk", **RAW)])
    assert said(network, before) == (0, {"OTHER_PRODUCTS_CHECKED"})
    bice = Maker("bice")
    network.makers.append(bice)
    shipment = anna.ship("yarn", bice, "60")
    network.anchor([shipment, bice.receive(shipment, "yarn", "60")])
    assert said(network, before) == (0, {"OTHER_PRODUCTS_CHECKED", "OTHER_PRODUCTS_NOT_CHECKED"})


def test_an_auditor_who_did_not_see_all_says_so() -> None:
    network = spun()
    assert said(network, signed(network, records=1)) == (
        0,
        {"OTHER_PRODUCTS_CHECKED", "OTHER_PRODUCTS_NOT_CHECKED"},
    )


@pytest.mark.parametrize(("place", "name"), [("a" * 64, "wool"), ("a" * 64, "yarn")])
def test_double_use_that_touches_the_garment_refuses_it(place: str, name: str) -> None:
    network = spun()
    found = Overuse("LOT_ACCOUNT_FORK", place, lot(name))
    assert said(network, signed(network, overuse=(found,))) == (1, {"AUDIT_FOUND_OVERUSE"})


def test_double_use_elsewhere_is_none_of_this_garment() -> None:
    network = spun()
    found = Overuse("LOT_ACCOUNT_FORK", "a" * 64, lot("nobody's wool"))
    assert said(network, signed(network, overuse=(found,))) == (0, {"OTHER_PRODUCTS_CHECKED"})


def test_the_statement_names_what_was_found() -> None:
    network, anna = Network(), Maker("anna")
    network.makers = [anna]
    twin = Maker("anna")
    network.anchor(
        [
            anna.declare("wool", **RAW),
            anna.spin("wool", "yarn", "120", "120"),
        ]
    )
    twin.declare("wool", **RAW)
    network.anchor([twin.spin("wool", "other yarn", "120", "120")])
    found = signed(network)
    assert ("LOT_ACCOUNT_FORK", lot("wool")) in {(each.code, each.lot) for each in found.overuse}
    assert (found.origin, found.seq, found.size) == (ORIGIN, 2, 3)
    assert found.codes["LOT_ACCOUNT_FORK"] == 1
