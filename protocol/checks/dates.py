"""Dates that are chosen: recorded late, contradicted by the counterpart, corrected after the fact.

A maker writes his own day. What holds him is the block of the first head, and the days that his counterparts signed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from protocol.criteria.evaluate import CURRENT, catalogue
from protocol.custody import corrected
from protocol.passport import KIND as PASSPORT
from protocol.steps import EVENT_KIND
from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from protocol.checks.credentials import Sound
    from protocol.checks.evidence import Citation
    from protocol.checks.view import ChainView
    from protocol.history import History
    from protocol.steps import Step

# Of the year 9999; a block cannot be later, whatever a chain says.
_LAST_SECOND = 253_402_300_799
EVIDENCE, POSSESSION, HANDOVER, PASSPORTS = "evidence", "possession", "handover", "passport"


def check_late(history: History, sound: Iterable[Sound], view: ChainView | None) -> Iterator[Finding]:
    """Say how long after its day a record behind the target was first in a head; a chain without times says nothing."""
    limits = catalogue(CURRENT).get("declaredLateDays", {})
    behind = {step.digest: step for step in history.walked.steps}
    for each in sound:
        step, entry = behind.get(each.record.digest), each.entry
        head = view.heads.get((entry.log, entry.head)) if view and entry.log and entry.head else None
        if step is None or head is None or not 0 < head.time <= _LAST_SECOND or "default" not in limits:
            continue
        days = (datetime.fromtimestamp(head.time, UTC).date() - date.fromisoformat(step.day)).days
        if days > limits.get(step.act, limits["default"]):
            yield finding(POSSESSION, "DECLARED_LATE", step.digest.hex(), day=step.day, days=days)


def check_counterpart_dates(history: History, cited: Iterable[Citation]) -> Iterator[Finding]:
    """Evidence valid on the stated day has to be so, give or take a few days, on a day that a counterpart signed.

    The counterpart's days are those on which another company sent what the step took, and received what it made.
    """
    grace = timedelta(days=int(catalogue(CURRENT).get("counterpartGraceDays", 0)))
    for each in cited:
        days = counterpart_days(history, each.step)
        near = {_shift(day, shift) for day in days for shift in (-grace, timedelta(0), grace)}
        if days and each.valid_on(each.step.day) and not any(each.valid_on(day) for day in near):
            values = {
                "day": each.step.day,
                "counterpart": ", ".join(sorted(days)),
                "evidence": each.record.digest.hex(),
            }
            yield finding(EVIDENCE, "TIME_CONTRADICTED", each.step.digest.hex(), **values)


def counterpart_days(history: History, step: Step) -> set[str]:
    """The days that others signed nearest to a step: when its goods were sent to the doer, when its goods arrived."""
    graph, found = history.graph, set[str]()
    for lot in step.goods.names("consumed"):
        sent = [
            each.day
            for each in graph.sent.get(lot, ())
            if each.recipient == step.holder and each.signer != step.signer
        ]
        found |= {max(sent)} if sent else set()
    for lot in step.goods.names("produced"):
        came = [
            each.day
            for each in graph.naming.get(lot, ())
            if lot in each.goods.names("received") and each.signer != step.signer
        ]
        found |= {min(came)} if came else set()
    return found


def check_corrections(history: History, sound: Iterable[Sound]) -> Iterator[Finding]:
    """Flag what was corrected after the passport, and handovers that one of two parties changed alone."""
    steps = {step.digest: step for step in history.steps}
    taken = corrected(steps.values())
    yield from _after_passport(history, sound, taken)
    for digest, correction in sorted(taken.items()):
        wrong = steps[digest]
        if _unilateral(history, steps, taken, wrong):
            yield finding(
                HANDOVER, "CORRECTION_NEEDS_COUNTERPART", correction.digest.hex(), lot=_goods(wrong)
            )


def _after_passport(
    history: History, sound: Iterable[Sound], taken: Mapping[bytes, Step]
) -> Iterator[Finding]:
    """Corrections of records that name goods behind the target, first in a later head than its passport."""
    places = {each.record.digest: (each.entry.log, each.entry.head or 0) for each in sound if each.entry.head}
    issued = [
        places[each.record.digest]
        for each in sound
        if each.record.kind == PASSPORT
        and each.record.digest in places
        and history.target
        in {each.record.subject["id"], each.record.subject.get("item") or each.record.subject.get("lot")}
    ]
    lots = {lot for step in history.walked.steps for lot in step.goods.names()} | {history.target}
    known = {each.record.digest: each.record for each in sound if each.record.kind == EVENT_KIND}
    for digest, correction in sorted(taken.items()):
        place = places.get(correction.digest)
        if place is None or digest not in known or not set(correction.goods.names()) & lots:
            continue
        if any(log == place[0] and place[1] > head for log, head in issued):
            yield finding(
                PASSPORTS, "CORRECTED_AFTER_PASSPORT", correction.digest.hex(), corrected=digest.hex()
            )


def _unilateral(
    history: History, steps: Mapping[bytes, Step], taken: Mapping[bytes, Step], wrong: Step
) -> bool:
    """Whether a step that was taken back had been countersigned, and nobody else took back or signed again."""
    if not set(wrong.goods.names()) & {lot for step in history.walked.steps for lot in step.goods.names()}:
        return False
    if wrong.answers is not None:
        shipment = steps.get(wrong.answers[1])
        countersigned = shipment is not None and shipment.signer != wrong.signer
        again = any(each.answers == wrong.answers for each in history.graph.steps)
        return countersigned and wrong.answers[1] not in taken and not again
    return any(
        receipt.answers is not None and receipt.answers[1] == wrong.digest and receipt.signer != wrong.signer
        for receipt in history.graph.steps
    )


def _goods(step: Step) -> str:
    return ", ".join(step.goods.names("sent", "received"))


def _shift(day: str, by: timedelta) -> str:
    try:
        return (date.fromisoformat(day) + by).isoformat()
    except OverflowError:
        return day
