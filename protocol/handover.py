"""Handovers: custody passes by a shipment and a receipt that answers it by id and digest (two signatures, one fact).

Short and over deliveries happen and are said; a receipt for another lot, by another party or before the shipment is a
contradiction. What a party withheld is *not proven at this tier*.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from protocol.steps import WITHHELD, Step, total
from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from protocol.custody import Graph, Walk

# Both days are local; between the most distant time zones the same instant has days that differ by one.
DAY_TOLERANCE = timedelta(days=1)
CHECK = "handover"
_NO_SHIPMENT_ASKED = frozenset({"return"})


def check_handovers(graph: Graph, walked: Walk) -> Iterator[Finding]:
    """Judge every receipt on the walk against the shipment that it answers, and receipts of one shipment together."""
    answers: dict[bytes, list[Step]] = defaultdict(list)
    for receipt in walked.steps:
        if not receipt.goods.names("received") or receipt.act in _NO_SHIPMENT_ASKED:
            continue
        place = receipt.digest.hex()
        shipment = graph.by_digest.get(receipt.answers[1]) if receipt.answers else None
        if receipt.answers is None:
            yield finding(CHECK, "RECEIPT_ANSWERS_NOTHING", place)
        elif shipment is None:
            yield finding(CHECK, "HANDOVER_SHIPMENT_MISSING", place, shipment=receipt.answers[0])
        else:
            answers[shipment.digest].append(receipt)
            yield from _pair(shipment, receipt)
    for digest in sorted(answers):
        yield from _sums(graph.by_digest[digest], answers[digest])


def _pair(shipment: Step, receipt: Step) -> Iterator[Finding]:
    place = receipt.digest.hex()
    if receipt.answers is not None and shipment.id != receipt.answers[0]:
        yield finding(CHECK, "HANDOVER_ID_MISMATCH", place)
    for lot in receipt.goods.names("received"):
        if lot not in shipment.goods.names("sent"):
            yield finding(CHECK, "HANDOVER_LOT_MISMATCH", place, lot=lot)
    yield from _party(shipment.recipient, receipt.holder, place)
    if receipt.sender is not None:
        yield from _party(receipt.sender, shipment.holder, place)
    if date.fromisoformat(receipt.day) < date.fromisoformat(shipment.day) - DAY_TOLERANCE:
        yield finding(
            "possession", "TIME_ORDER", place, lot=", ".join(receipt.goods.names("received")), day=receipt.day
        )
    if shipment.signer == receipt.signer and shipment.holder != receipt.holder:
        yield finding(CHECK, "HANDOVER_ONE_SIGNER", place)


def _party(said: str | None, is_: str, place: str) -> Iterator[Finding]:
    if said is None or is_.startswith(WITHHELD):
        yield finding(CHECK, "HANDOVER_PARTY_WITHHELD", place)
    elif said != is_:
        yield finding(CHECK, "HANDOVER_PARTY_MISMATCH", place, said=said, holder=is_)


def _sums(shipment: Step, receipts: list[Step]) -> Iterator[Finding]:
    """Compare what was sent with what all receipts of it found, lot by lot, in the base unit."""
    place = shipment.digest.hex()
    for lot in shipment.goods.names("sent"):
        sent = total(move for move in shipment.goods.sent if move.lot == lot)
        found = [
            total(move for move in receipt.goods.received if move.lot == lot)
            for receipt in receipts
            if lot in receipt.goods.names("received")
        ]
        if not found:
            continue
        if sent is None or any(each is None for each in found):
            yield finding(CHECK, "HANDOVER_QUANTITY_WITHHELD", place, lot=lot)
            continue
        amounts = [each for each in found if each is not None]
        if len({sent[0], *(dimension for dimension, _ in amounts)}) > 1:
            yield finding(CHECK, "HANDOVER_UNIT_MISMATCH", place, lot=lot)
            continue
        received = sum((amount for _, amount in amounts), Decimal(0))
        if received < sent[1]:
            yield finding(CHECK, "HANDOVER_SHORT", place, lot=lot, sent=sent[1], received=received)
        elif received > sent[1]:
            code = "HANDOVER_OVER" if len(amounts) == 1 else "HANDOVER_RECEIVED_TWICE"
            yield finding(CHECK, code, place, lot=lot, sent=sent[1], received=received)
