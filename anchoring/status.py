"""What the chain and the outbox say, and what a worker would do next, without changing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anchoring import fees
from anchoring.ports import MAX_HEAD_RECORDS
from anchoring.sequencer import LogIdentity, plan_head

if TYPE_CHECKING:
    from anchoring.ports import HeadStore, Registry

# More heads than these are shown as so many.
_COUNTED = 500


def describe(store: HeadStore, registry: Registry) -> dict[str, object]:
    """Chain and outbox side by side (`anchor status`); counts end at 500 heads and one head's records.

    Raises ChainError as `check_identity` and the reading do. `foreign` says that the chain's last head is not
    a row of this outbox.
    """
    registry.check_identity()
    latest = registry.latest()
    log = registry.log_at(latest.number)
    tip = store.tip()
    row = store.head(log.seq) if log.seq else None
    return {
        "account": registry.account,
        "operator": log.operator,
        "block": latest.number,
        "chainSeq": log.seq,
        "chainSize": log.size,
        "chainHead": log.head_hash.hex(),
        "plannedSeq": tip.seq if tip else 0,
        "plannedSize": tip.size if tip else 0,
        "ours": row.head_hash.hex() if row else "",
        "foreign": bool(log.seq) and (row is None or row.head_hash != log.head_hash),
        "unconfirmed": len(store.unconfirmed(_COUNTED)),
        "pending": len(store.pending(MAX_HEAD_RECORDS)),
    }


def next_head(store: HeadStore, registry: Registry) -> dict[str, object] | None:
    """The head that the waiting records would make now, None if nothing waits; nothing is written."""
    records = store.pending(MAX_HEAD_RECORDS)
    if not records:
        return None
    identity = LogIdentity(registry.chain_id, registry.contract, registry.log_id)
    head = plan_head(identity, store.tip(), records, store.affected(records), store.node)
    return {
        "seq": head.seq,
        "size": head.size,
        "root": head.root.hex(),
        "manifest": head.manifest.hex(),
        "headHash": head.head_hash.hex(),
    }


def next_transaction(store: HeadStore, registry: Registry, ceiling: int) -> dict[str, object] | None:
    """The transaction that a leader would send now for the outbox's next row, None if no row waits.

    It is estimated and signed, never sent: what the chain would refuse it for is raised. Fees in wei per gas.
    """
    log = registry.log_at(registry.latest().number)
    row = store.head(log.seq + 1)
    if row is None:
        return None
    offer = fees.offer(registry.fees(), row.attempt, ceiling)
    signed = registry.prepare_anchor(row, registry.mined_nonce(), offer.max_fee, offer.priority)
    return {
        "seq": row.seq,
        "state": row.state.value,
        "nonce": signed.nonce,
        "maxFee": signed.max_fee,
        "priorityFee": signed.priority_fee,
        "transaction": signed.transaction.hex(),
    }
