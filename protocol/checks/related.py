"""Friends: handovers inside one control group, and keys that somebody else put in a company's name.

A second signature of the same hand confirms nothing. The coordinator's memberships name the group; where a reader may
not see it, nothing is said here and the grade is as good as the reader's tier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.checks.authority import AUTHORITY, author_of
from protocol.history import control_groups
from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from protocol.checks.credentials import Sound
    from protocol.checks.view import ChainView
    from protocol.history import History
    from protocol.records import Record

HANDOVER = "handover"
# ParticipantRegistry, `Key.origin`: 0 admission, 1 own key, 2 coordinator, 3 recovery key.
BY_COORDINATOR = 2


def check_related(history: History, members: Iterable[Record]) -> Iterator[Finding]:
    """Name the handovers behind the target whose two signers are one group."""
    groups = control_groups(members)
    for receipt in history.walked.steps:
        shipment = history.graph.by_digest.get(receipt.answers[1]) if receipt.answers else None
        if shipment is None or shipment.signer == receipt.signer:
            continue
        # The group of a pseudonym is the URN of its member, whose own membership need not name one.
        group = groups.get(shipment.signer, shipment.signer)
        if group == groups.get(receipt.signer, receipt.signer):
            yield finding(HANDOVER, "COUNTERPARTY_RELATED", receipt.digest.hex(), group=group)


def check_keys(sound: Iterable[Sound], authors: Mapping[bytes, bytes], view: ChainView) -> Iterator[Finding]:
    """Say which records rest on a key that the coordinator added without the holder's own signature."""
    for each in sound:
        author = author_of(each.record, dict(authors))
        key = view.keys.get((author, each.record.key.key_id)) if author else None
        if key is not None and key.origin == BY_COORDINATOR:
            yield finding(AUTHORITY, "KEY_ADDED_WITHOUT_HOLDER", each.record.digest.hex())
