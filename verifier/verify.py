"""The verification, top to bottom. Pure: the evidence, the trust and what the chain said are given.

The order is that of the questions: is every record a record; does it stand in the log; did the chain hold that log;
might they sign; and only then, does the story hold together. A record that fails a question is still reported, but the
story is told from sound records only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol import custody, ledger
from protocol.balance import check_balance
from protocol.checks import authority, credentials, log
from protocol.checks.passports import check_passports
from protocol.criteria.evaluate import evaluate
from protocol.criteria.evidence import gather
from protocol.grades import PROVEN, grade_links
from protocol.handover import check_handovers
from protocol.hashing import graph_digest
from protocol.roles import bits_of
from protocol.steps import EVENT_KIND, Step, read_step
from protocol.verdict import Finding, Verdict, finding, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocol.bundle_model import Bundle
    from protocol.checks.credentials import Sound
    from protocol.checks.view import ChainView, Trust
    from protocol.criteria.model import Criterion
    from protocol.records import Record

# In the order in which they are asked, and shown.
CHECKS = (
    "credential", "form", "inclusion", "consistency", "checkpoint", "affected", "chain", "authority",
    "sequence", "accounts", "closure", "possession", "handover", "balance", "passport", "other-use",
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What was found about a target. `steps` are those behind it, `grades` says who stands for each (by digest)."""

    target: str
    verdict: Verdict
    records: int
    steps: tuple[Step, ...]
    grades: Mapping[bytes, str]
    names: Mapping[str, str]
    graph: bytes
    criteria: tuple[Criterion, ...]
    chain_asked: bool


def verify(
    bundle: Bundle,
    records: list[Sound],
    unsound: Iterable[Finding],
    trust: Trust | None,
    view: ChainView | None,
) -> Result:
    """Verify evidence that `credentials.read_records` has read; `view` None: the chain was not asked."""
    findings = list(unsound)
    # 1. Where does each record stand in the log, and does the log hold together?
    findings += log.check_inclusion(bundle, records)
    findings += log.check_consistency(bundle)
    findings += log.check_head_chain(bundle, _contract(bundle, trust))
    findings += log.check_checkpoints(bundle, trust)
    findings += log.check_affected(bundle, records)
    # 2. Does the chain hold that log, and might they sign?
    members, broken = credentials.read_memberships(bundle.memberships)
    findings += broken
    findings += _on_chain(bundle, records, members, trust, view)
    # 3. Does the story hold together? From here on only what is sound counts.
    events = [sound.record for sound in records if sound.record.kind == EVENT_KIND]
    steps = [read_step(record) for record in events]
    graph = custody.build_graph(steps)
    walked = custody.walk(graph, bundle.target)
    findings += ledger.check_sequences(sound.record for sound in records)
    findings += ledger.check_accounts(steps)
    findings += custody.check_closure(graph, walked, bundle.target)
    findings += custody.check_cycles(walked)
    findings += custody.check_possession(graph, walked)
    findings += check_handovers(graph, walked)
    findings += check_balance(walked.steps)
    findings += _tests(graph.steps, walked.steps, events)
    findings.append(finding("other-use", "OTHER_PRODUCTS_NOT_CHECKED", bundle.target))
    # 4. Who stands for what, and what follows from it?
    statements = [
        step for step in graph.steps if step.goods.observed and not step.goods.gains + step.goods.losses
    ]
    groups = {
        each.subject["id"]: each.subject["controlGroup"] for each in members if "controlGroup" in each.subject
    }
    grades = grade_links(walked.steps, statements, _certifiers(statements, view), groups)
    proven = {digest for digest, grade in grades.items() if grade in PROVEN}
    readable = [sound.record for sound in records] + members
    said = [step for step in graph.steps if step.digest not in {each.digest for each in walked.steps}]
    evidence = gather(bundle.target, walked.steps, said, readable, proven)
    criteria = evaluate(evidence)
    made = graph_digest(step.digest for step in custody.making(graph, bundle.target))
    # 5. Is the passport, if there is one, that of this history?
    findings += check_passports(bundle.target, records, made, criteria, view)
    return Result(
        target=bundle.target,
        verdict=verdict(findings),
        records=len(bundle.records),
        steps=walked.steps,
        grades=grades,
        names={each.subject["id"]: each.subject["name"] for each in members if "name" in each.subject},
        graph=made,
        criteria=criteria,
        chain_asked=view is not None,
    )


def _on_chain(
    bundle: Bundle, records: list[Sound], members: list[Record], trust: Trust | None, view: ChainView | None
) -> Iterable[Finding]:
    if trust is None:
        yield finding(authority.CHAIN, "TRUST_ABSENT")
        return
    if view is None:
        yield finding(authority.CHAIN, "CHAIN_NOT_ASKED")
        return
    authors = {key.key_hash: key.participant for key in bundle.keys}
    yield from authority.check_chain(trust, view)
    yield from authority.check_stated(bundle, trust, view)
    yield from authority.check_heads(bundle, trust, view)
    yield from authority.check_signers(records, authors, view)
    yield from authority.check_memberships(members, view)


def _tests(known: Iterable[Step], walked: Iterable[Step], events: Iterable[Record]) -> Iterable[Finding]:
    """A test that says no is said of the goods that it names, if they are on the way to the target."""
    failed = {record.digest for record in events if record.subject.get("disposition") == "non_conformant"}
    ours = {lot for step in walked for lot in step.goods.names()}
    for step in known:
        if step.digest in failed:
            for lot in set(step.goods.names()) & ours:
                yield finding("affected", "GOODS_NON_CONFORMANT", step.digest.hex(), lot=lot)


def _certifiers(statements: Iterable[Step], view: ChainView | None) -> set[str]:
    """Participants whom the chain calls certifier or authority."""
    wanted = bits_of(("certifier", "authority"))
    able = {party for (party, _), roles in view.roles.items() if roles & wanted} if view else set()
    return {step.signer for step in statements if bytes.fromhex(step.signer.rpartition(":")[2]) in able}


def _contract(bundle: Bundle, trust: Trust | None) -> bytes:
    address = trust.contracts["anchors"].address if trust else bundle.chain.anchors
    return bytes.fromhex(address[2:])
