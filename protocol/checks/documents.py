"""Papers and facts that are used twice: one delivery, one test or one invoice under goods that have nothing in common.

Honest makers repeat papers too: one delivery note stands on the shipment and on its receipt, on several records of one
delivery, and a monthly invoice on all deliveries of that month. What is left after that is asked about.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from protocol.steps import Step

CHECK = "evidence"
# Numbers of papers that an event names (EPCIS business transactions), and kinds of documents, that are of one delivery.
_DELIVERY = frozenset({"desadv", "bol", "transport-document", "ddt", "cmr"})
_INVOICE = frozenset({"inv", "invoice"})
_TEST = frozenset({"testres", "test-report", "lab-report"})
_MONTH = len("2026-03")


@dataclass(frozen=True)
class Use:
    """One record that shows a paper: whose goods, when, between whom."""

    step: Step
    kind: str
    reference: str
    lots: frozenset[str]
    by_content: bool = False

    @cached_property
    def occasion(self) -> tuple[str, ...]:
        """Two uses on one occasion are one use: one delivery, the invoices of one month.

        A number is only a text, so nobody is asked about records of one day; the bytes of a paper name two parties.
        """
        if self.kind in _TEST:
            return ()
        parties = sorted({self.step.sender or self.step.holder, self.step.recipient or self.step.holder})
        when = self.step.day[:_MONTH] if self.kind in _INVOICE else self.step.day
        return (when, *parties) if self.by_content else (when,)


def check_documents(steps: Iterable[Step], subjects: Mapping[bytes, Mapping[str, Any]]) -> Iterator[Finding]:
    """Papers of one delivery, test or invoice that stand under unrelated lots; `steps` are the effective ones."""
    uses: dict[tuple[str, str, str], list[Use]] = defaultdict(list)
    for step in {step.digest: step for step in steps}.values():
        for name, use in _uses(step, subjects.get(step.digest, {})):
            uses[name].append(use)
    for name in sorted(uses):
        found = sorted(uses[name], key=lambda use: use.step.digest)
        for number, use in enumerate(found):
            other = next((each for each in found[:number] if _unrelated(use, each)), None)
            if other is not None:
                values = {"kind": use.kind, "reference": use.reference, "other": other.step.digest.hex()}
                yield finding(CHECK, "DOCUMENT_REUSED", use.step.digest.hex(), **values)


def check_duplicates(steps: Iterable[Step], subjects: Mapping[bytes, Mapping[str, Any]]) -> Iterator[Finding]:
    """Two records of one author that tell the same fact under two ids; `steps` are the effective ones.

    Only where all that makes a fact is disclosed: two withheld amounts may differ.
    """
    seen: dict[tuple[object, ...], bytes] = {}
    for step in sorted(steps, key=lambda step: step.digest):
        fact = _fact(step, subjects.get(step.digest, {}))
        if fact is None:
            continue
        if fact in seen:
            other = seen[fact].hex()
            yield finding(CHECK, "PROBABLE_DUPLICATE", step.digest.hex(), other=other)
        seen.setdefault(fact, step.digest)


def _uses(step: Step, subject: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str], Use]]:
    lots = frozenset(lot.partition("#")[0] for lot in step.goods.names())
    if not lots:
        return
    for entry in subject.get("bizTransactionList", ()):
        kind, number = entry.get("type"), entry.get("bizTransaction")
        # A receipt names the sender's paper: its number counts under the sender, as on the shipment.
        if isinstance(number, str) and kind in _DELIVERY | _INVOICE | _TEST and step.answers is None:
            yield (kind, number, step.signer), Use(step, kind, number, lots)
    for entry in subject.get("filiera:documents", ()):
        kind, digest = entry.get("kind"), entry.get("sha256")
        if isinstance(digest, str) and kind in _DELIVERY | _INVOICE | _TEST:
            yield (
                ("sha256", digest, ""),
                Use(step, kind, entry.get("reference", digest[:12]), lots, by_content=True),
            )
    test = subject.get("filiera:test", {})
    if "reportNumber" in test:
        yield (
            ("report", test["reportNumber"], str(test.get("laboratory"))),
            Use(step, "test-report", test["reportNumber"], lots),
        )


def _unrelated(one: Use, other: Use) -> bool:
    return not one.lots & other.lots and not (one.occasion and one.occasion == other.occasion)


def _fact(step: Step, subject: Mapping[str, Any]) -> tuple[object, ...] | None:
    """What makes a fact: who, what, which goods and how much, between whom, on what paper.

    Without a paper the day and hour tell two facts apart; with one they do not, for they are the author's to choose.
    """
    moves = step.goods.gains + step.goods.losses
    if not moves or any(move.quantity is None or move.is_item for move in moves):
        return None
    papers = sorted(
        (str(entry.get("type")), str(entry["bizTransaction"]))
        for entry in subject.get("bizTransactionList", ())
        if "bizTransaction" in entry
    )
    if not papers and "eventTime" not in subject:
        return None
    goods = sorted((move.lot, move.effect, str(move.quantity), move.unit) for move in moves)
    when = () if papers else (step.day, subject["eventTime"])
    return (
        step.signer, step.holder, step.act, step.process, tuple(goods), when,
        step.sender, step.recipient, step.answers, tuple(papers),
    )  # fmt: skip
