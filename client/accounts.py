"""Where the accounts of one's lots stand, when another key of the same company has written them meanwhile.

Two keys on two machines have two journals. The node refuses the second entry of one account; here the first one is
read back, in full, since a company reads its own records, and noted in the journal. What is read must be signed by a
key that speaks for the same participant in the record itself; a node that lied about a balance would only make the
maker sign an entry that the log then refuses, and the lie would be on record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.errors import NodeError
from client.journal import Balance
from protocol.bundle import parse_bundle
from protocol.errors import FilieraError
from protocol.events import holder_of
from protocol.records import verify_record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from client.journal import Signed
    from client.node_client import NodeClient
    from client.signing import Maker
    from protocol.records import Record

_EVENT = "FilieraEvent"


def catch_up(maker: Maker, node: NodeClient, records: Sequence[Signed]) -> int:
    """Read back the accounts that `records` write to; returns how many stand elsewhere than the journal said."""
    return look_up(
        maker, node, {(entry["lot"], record.holder) for record in records for entry in record.account}
    )


def look_up(maker: Maker, node: NodeClient, accounts: AbstractSet[tuple[str, str]]) -> int:
    """Read back accounts, given as (lot, holder), and note in the journal what another key wrote; returns how many.

    NodeError if the node refuses the key; a lot that the node does not know is passed over.
    """
    node.sign_in(maker.key)
    news = 0
    for lot in sorted({lot for lot, _ in accounts}):
        try:
            bundle = node.custody(lot)
        except NodeError as error:
            if error.problem_code != "LOT_UNKNOWN":
                raise
            continue  # a lot that comes to be in what was given up
        for record in _own_events(bundle, maker.participant):
            news += _note(maker, record, accounts)
    return news


def _own_events(bundle: bytes, participant: str) -> list[Record]:
    found = []
    for entry in parse_bundle(bundle).records:
        try:
            record = verify_record(entry.token)
        except FilieraError:
            continue  # of another kind of key, or altered: no reason to believe it
        if record.kind == _EVENT and record.subject.get("filiera:participant") == participant:
            found.append(record)
    return found


def _note(maker: Maker, record: Record, accounts: AbstractSet[tuple[str, str]]) -> int:
    holder, news = holder_of(record), 0
    with maker.journal.changing():
        if holder is None or record.id in maker.journal.signed:
            return 0
        for entry in record.subject.get("filiera:account", ()):
            if (entry["lot"], holder) not in accounts or "after" not in entry:
                continue
            known = maker.journal.balance(entry["lot"], holder)
            if known is None or known.entry["lotSeq"] < entry["lotSeq"]:
                maker.journal.append_seen(holder, Balance(dict(entry), record.digest.hex()))
                news += 1
    return news
