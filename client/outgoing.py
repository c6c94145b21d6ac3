"""Sending what was signed: in order, the same bytes however often, receipts kept in the journal.

What the node refuses for good is *void*: it was never logged, its number is free again, and so is that of everything
signed after it. Void only on the node's explicit word about that record; a lost answer leaves the record outgoing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from client.journal import Journal, Signed
    from client.node_client import NodeClient, Sent

# Refusals about whoever asks, the node's load or its clock: the same record may pass later, unchanged.
_FOR_NOW = frozenset({401, 403, 408, 425, 429})
# The node knows the record or its number otherwise: giving the number up would not help.
_KNOWN_OTHERWISE = frozenset({"RECORD_ID_REUSED", "RECORD_FORK"})
_SERVER_ERROR = 500


@dataclass
class Outcome:
    """What became of a batch: `received` in order, `refused` with the node's word, `given_up` to be signed again."""

    received: list[Sent] = field(default_factory=list)
    refused: list[Sent] = field(default_factory=list)
    given_up: list[Signed] = field(default_factory=list)


def send_outgoing(journal: Journal, node: NodeClient) -> Outcome:
    """Send everything that the key signed and has no receipt for, oldest first."""
    journal.refresh()
    return send(journal, node, [record.token for record in journal.outgoing])


def send(journal: Journal | None, node: NodeClient, tokens: Sequence[str]) -> Outcome:
    """Send tokens in order; with a journal, note receipts and refusals in it."""
    outcome = Outcome()
    for sent in node.submit_many(tokens):
        (outcome.received if sent.error is None else outcome.refused).append(sent)
    if journal is not None:
        with journal.changing():
            _note(journal, outcome)
    return outcome


def _note(journal: Journal, outcome: Outcome) -> None:
    for sent in outcome.received:
        if sent.id in journal.signed:
            journal.append_received(sent.id, sent.receipt)
    by_token = {record.token: record for record in journal.signed.values()}
    for sent in outcome.refused:
        record = by_token.get(sent.token)
        if record is None or record.id not in journal.signed or not _for_good(sent):
            continue
        code = sent.error.problem_code if sent.error else ""
        later = list(journal.signed)[record.seq :]
        # A later record that the node holds proves that this one's number is taken: nothing may be given up.
        if not any(name in journal.receipts for name in later):
            outcome.given_up += journal.append_void(record.id, code)


def _for_good(sent: Sent) -> bool:
    return (
        sent.error is not None
        and sent.status < _SERVER_ERROR
        and sent.status not in _FOR_NOW
        and sent.error.problem_code not in _KNOWN_OTHERWISE
    )
