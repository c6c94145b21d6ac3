"""The verification, top to bottom. Pure: the evidence, the trust and what the chain said are given.

The order is that of the questions: is every record a record; does it stand in the log; did the chain hold that log;
might they sign; and only then, does the story hold together. A record that fails a question is still reported, but the
story is told from sound records only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol import custody, ledger
from protocol.balance import check_balance, check_counts
from protocol.checks import authority, credentials, log, status, witnesses
from protocol.checks.audits import check_other_use
from protocol.checks.catalogues import beside, check_catalogues, criteria_of, stated_version
from protocol.checks.honesty import check_honesty, gains_of
from protocol.checks.passports import check_passports, check_places, judged_of
from protocol.checks.tracing import trace
from protocol.handover import check_handovers
from protocol.history import read_history
from protocol.identifiers import participant_urn
from protocol.roles import bits_of
from protocol.status_entries import MEMBERSHIP
from protocol.verdict import Finding, Verdict, finding, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocol.audit import Audit
    from protocol.bundle_model import Bundle
    from protocol.checks.catalogues import Beside
    from protocol.checks.credentials import Sound
    from protocol.checks.tracing import Traced
    from protocol.checks.view import AsOf, ChainView, Trust
    from protocol.criteria.evidence import Evidence
    from protocol.criteria.model import Criterion
    from protocol.records import Record
    from protocol.steps import Step

# In the order in which they are asked, and shown.
CHECKS = (
    "credential", "form", "inclusion", "consistency", "checkpoint", "affected", "chain", "authority",
    "sequence", "accounts", "closure", "possession", "handover", "balance", "evidence", "passport", "other-use",
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What was found about a target. `steps` are those behind it, `grades` says who stands for each (by digest).

    `as_of` is there if witnesses spoke for the chain instead of the chain itself; `beside` holds the criteria under
    catalogues newer than the one that they were evaluated under. `evidence` is what the criteria were computed from,
    `passport` the one that was judged.
    """

    target: str
    verdict: Verdict
    records: int
    steps: tuple[Step, ...]
    grades: Mapping[bytes, str]
    names: Mapping[str, str]
    graph: bytes
    criteria: tuple[Criterion, ...]
    chain_asked: bool
    as_of: AsOf | None = None
    traced: Traced | None = None
    beside: tuple[Beside, ...] = ()
    evidence: Evidence | None = None
    passport: Record | None = None


def verify(
    bundle: Bundle,
    records: list[Sound],
    unsound: Iterable[Finding],
    trust: Trust | None,
    view: ChainView | None,
    audit: Audit | None = None,
) -> Result:
    """Verify evidence that `credentials.read_records` has read; `view` None: the chain was not asked.

    Then enough witnesses may stand in for it: the evidence's snapshot, and the trust file's quorum (README §16).
    `audit` is what somebody signed about the whole log.
    """
    chain_asked = view is not None
    findings = list(unsound)
    # 1. Where does each record stand in the log, and does the log hold together?
    findings += log.check_inclusion(bundle, records)
    findings += log.check_consistency(bundle)
    findings += log.check_head_chain(bundle, _contract(bundle, trust))
    findings += log.check_checkpoints(bundle, trust)
    findings += log.check_affected(bundle, records)
    # 2. Does the chain hold that log, and might they sign?
    told, broken = credentials.read_memberships(bundle.memberships)
    findings += broken
    as_of = None
    if trust is not None:
        findings += witnesses.check_cosignatures(bundle, trust)
        if view is None:
            view, as_of, said = witnesses.read_snapshot(bundle, records, told, trust)
            findings += said
    findings += _on_chain(bundle, records, told, trust, view, inside=as_of is not None)
    # 3. Does the story hold together? From here on only what is sound counts.
    sane = [sound.record for sound in records]
    statuses = status.read_statuses(sane, told, _authors(bundle), log.affected_of(bundle))
    findings += statuses.findings
    members = [record for record in told if record.kind == MEMBERSHIP]
    certifiers = _certifiers(view)
    history = read_history(bundle.target, sane, members, certifiers)
    graph, walked = history.graph, history.walked
    findings += ledger.check_sequences(sane)
    findings += ledger.check_accounts(history.steps)
    findings += ledger.check_items(graph.steps)
    findings += custody.check_closure(graph, walked, bundle.target)
    findings += custody.check_cycles(walked)
    findings += custody.check_possession(graph, walked)
    findings += custody.check_returns(graph, walked)
    findings += check_handovers(graph, walked)
    used = {lot for step in walked.steps for lot in step.losses} | {bundle.target}
    findings += check_balance(walked.steps, used, gains_of(history))
    findings += check_counts(graph.steps, {lot for step in walked.steps for lot in step.goods.names()})
    findings += _tests(graph.steps, walked.steps, sane)
    findings += check_honesty(history, records, members, certifiers, _authors(bundle), view, statuses)
    findings += check_other_use(audit, bundle, history, records, trust, view)
    # 4. Is the passport, if there is one, that of this history, and its issuer's to give?
    judged = judged_of(bundle.target, records, members)
    findings += check_passports(history, judged, view)
    findings += check_places(bundle.batches, records)
    # 5. Under which catalogue was it evaluated, and what would it be under a newer one of the coordinator's?
    published = [word for word in told if view is not None and word.key.key_id in view.coordinators]
    findings += check_catalogues(published)
    passport = judged.passport if judged else None
    version = stated_version(passport)
    return Result(
        target=bundle.target,
        verdict=verdict(witnesses.as_of_the_past(findings) if as_of else findings),
        records=len(bundle.records),
        steps=walked.steps,
        grades=history.grades,
        names={each.subject["id"]: each.subject["name"] for each in members if "name" in each.subject},
        graph=history.digest,
        criteria=criteria_of(history, version),
        chain_asked=chain_asked,
        as_of=as_of,
        traced=trace(history),
        beside=beside(history, version, published),
        evidence=history.evidence,
        passport=passport,
    )


def _on_chain(
    bundle: Bundle, records: list[Sound], words: list[Record], trust: Trust | None, view: ChainView | None,
    *, inside: bool,
) -> Iterable[Finding]:  # fmt: skip
    if trust is None:
        yield finding(authority.CHAIN, "TRUST_ABSENT")
        return
    if view is None:
        yield finding(authority.CHAIN, "CHAIN_NOT_ASKED")
        return
    authors = _authors(bundle)
    yield from authority.check_chain(trust, view)
    yield from authority.check_stated(bundle, trust, view, inside=inside)
    yield from authority.check_heads(bundle, trust, view)
    yield from authority.check_signers(records, authors, view)
    yield from authority.check_memberships(words, view)


def _tests(known: Iterable[Step], walked: Iterable[Step], events: Iterable[Record]) -> Iterable[Finding]:
    """A test that says no is said of the goods that it names, if they are on the way to the target."""
    failed = {record.digest for record in events if record.subject.get("disposition") == "non_conformant"}
    ours = {lot for step in walked for lot in step.goods.names()}
    for step in known:
        if step.digest in failed:
            for lot in set(step.goods.names()) & ours:
                yield finding("affected", "GOODS_NON_CONFORMANT", step.digest.hex(), lot=lot)


def _certifiers(view: ChainView | None) -> set[str]:
    """Participants whom the chain calls certifier or authority."""
    wanted = bits_of(("certifier", "authority"))
    return (
        {participant_urn(party) for (party, _), roles in view.roles.items() if roles & wanted}
        if view
        else set()
    )


def _authors(bundle: Bundle) -> dict[bytes, bytes]:
    """Whose each key is, as the evidence says; the chain decides."""
    return {key.key_hash: key.participant for key in bundle.keys}


def _contract(bundle: Bundle, trust: Trust | None) -> bytes:
    address = trust.contracts["anchors"].address if trust else bundle.chain.anchors
    return bytes.fromhex(address[2:])
