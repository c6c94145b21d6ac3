"""Sending what was signed: in order, the same bytes however often, receipts kept in the journal.

    outcome = send_outgoing(maker.journal, node)       # everything that has no receipt yet
    outcome = deliver(maker, node)                     # the same; signs again on new balances where the node says so

A key's records go one after the other, and the first one refused stops the rest: they name it as predecessor, and a gap
in a key's numbers could never be filled. What the node refuses for good is *void*: it was never logged, its number is
free again, and so is that of everything signed after it. Void only on the node's explicit word about that record; a
lost answer leaves the record outgoing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from client.accounts import catch_up
from client.errors import NodeError
from protocol.errors import FilieraError

if TYPE_CHECKING:
    from client.journal import Journal, Signed
    from client.node_client import NodeClient, Sent
    from client.signing import Maker

# Refusals about whoever asks, the node's load or its clock: the same record may pass later, unchanged.
_FOR_NOW = frozenset({401, 403, 408, 425, 429})
# The node knows the record or its number otherwise: giving the number up would not help.
_KNOWN_OTHERWISE = frozenset({"RECORD_ID_REUSED", "RECORD_FORK"})
# Another key of the company has written the account meanwhile: what was given up is right, only on an old balance.
_OLD_BALANCE = frozenset({"LOT_ACCOUNT_FORK", "LOT_ACCOUNT_BALANCE"})
_SERVER_ERROR = 500
# How often a batch is signed anew: another key may be at work at the same time, but not for ever.
_ROUNDS = 5


@dataclass
class Outcome:
    """What became of a batch: `received` in order, `refused` with the node's word, `given_up` to be signed again.

    `renewed` counts records that were signed again on new balances by `deliver`; `hindrance` says why some were not.
    """

    received: list[Sent] = field(default_factory=list)
    refused: list[Sent] = field(default_factory=list)
    given_up: list[Signed] = field(default_factory=list)
    renewed: int = 0
    hindrance: FilieraError | None = None


def deliver(maker: Maker, node: NodeClient) -> Outcome:
    """Send everything outgoing; records refused for an old balance are signed again on the present one and sent."""
    total = Outcome()
    for _ in range(_ROUNDS):
        outcome = send_outgoing(maker.journal, node)
        total.received += outcome.received
        total.refused, total.given_up = outcome.refused, outcome.given_up
        refused = outcome.refused[-1].error if outcome.refused else None
        if refused is None or refused.problem_code not in _OLD_BALANCE or not outcome.given_up:
            break
        try:
            catch_up(maker, node, outcome.given_up)
            total.renewed += len(maker.sign_again(outcome.given_up))
        except FilieraError as error:
            total.hindrance = error
            break
        total.given_up = []
    return total


def send_outgoing(journal: Journal, node: NodeClient) -> Outcome:
    """Send everything that the key signed and has no receipt for, oldest first."""
    journal.refresh()
    return send(journal, node, [record.token for record in journal.outgoing])


def send(journal: Journal | None, node: NodeClient, tokens: Sequence[str]) -> Outcome:
    """Send tokens in order; with a journal, note receipts and refusals in it and stop at the first refusal.

    Without a journal all are sent in bulk and one refusal stops no other.
    """
    outcome = Outcome()
    if journal is None:
        for sent in node.submit_many(tokens):
            (outcome.received if sent.error is None else outcome.refused).append(sent)
        return outcome
    for token in tokens:
        try:
            sent = node.submit(token)
        except NodeError as error:
            if error.status >= _SERVER_ERROR:
                raise
            outcome.refused.append(_refused(token, error))
            break
        outcome.received.append(sent)
        with journal.changing():
            if sent.id in journal.signed:
                journal.append_received(sent.id, sent.receipt)
    with journal.changing():
        _note(journal, outcome)
    return outcome


def _refused(token: str, error: NodeError) -> Sent:
    from client.node_client import Sent  # noqa: PLC0415 - httpx only when something is sent

    return Sent(token, error.status, error=error)


def _note(journal: Journal, outcome: Outcome) -> None:
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
        # Only the node's own word about the record counts: a proxy in between has no code.
        and bool(sent.error.problem_code)
        and sent.error.problem_code not in _KNOWN_OTHERWISE
    )
