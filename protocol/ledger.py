"""Order of a maker's records and the lot accounts, over any collection of records (README §4, §5).

Two signed records with the same place prove double use by themselves: from which bundles they come does not matter. A
number that is absent proves nothing: that record may concern other goods. So one garment's records can never show that
its lots were not used elsewhere too; `OTHER_PRODUCTS_NOT_CHECKED` says so.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from protocol.goods import GAINS, LOSSES
from protocol.quantities import units
from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from protocol.accounts import Entry
    from protocol.records import Record
    from protocol.steps import Step

SEQUENCE = "sequence"
ACCOUNTS = "accounts"


def check_sequences(records: Iterable[Record]) -> Iterator[Finding]:
    """Per key: no id and no number twice, and each record names its predecessor where both are here and disclosed."""
    ids: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    by_key: dict[bytes, dict[int, dict[bytes, bytes | None]]] = defaultdict(lambda: defaultdict(dict))
    for record in records:
        ids[record.issuer, record.id].add(record.digest)
        seq, previous = record.subject.get("filiera:recordSeq"), record.subject.get("filiera:previousRecord")
        if isinstance(seq, int):
            by_key[record.key.key_id][seq][record.digest] = bytes.fromhex(previous) if previous else None
    for (_, name), digests in sorted(ids.items()):
        if len(digests) > 1:
            yield finding(SEQUENCE, "RECORD_ID_REUSED", min(digests).hex(), id=name)
    for key in sorted(by_key):
        for seq, here in sorted(by_key[key].items()):
            yield from _one_number(seq, here, by_key[key].get(seq - 1, {}))


def _one_number(
    seq: int, here: dict[bytes, bytes | None], before: dict[bytes, bytes | None]
) -> Iterator[Finding]:
    digests = sorted(here)
    if len(digests) > 1:
        yield finding(SEQUENCE, "RECORD_FORK", digests[0].hex(), seq=seq, other=digests[1].hex())
    for digest, previous in sorted(here.items()):
        if before and previous is not None and previous not in before:
            yield finding(SEQUENCE, "RECORD_FORK", digest.hex(), seq=seq, other=previous.hex())


def check_accounts(steps: Iterable[Step]) -> Iterator[Finding]:
    """Per (lot, holder): no number twice, and what one entry leaves is what the next begins with.

    That an entry equals what its own event does to the lot is `check_event`'s to say.
    """
    accounts: dict[tuple[str, str], dict[int, list[tuple[Step, Entry]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for step in {step.digest: step for step in steps}.values():
        for entry in step.entries:
            accounts[entry.lot, step.holder][entry.lot_seq].append((step, entry))
            if entry.before is None or entry.after is None:
                yield finding(ACCOUNTS, "LOT_AMOUNT_WITHHELD", step.digest.hex(), lot=entry.lot)
    for account in sorted(accounts):
        yield from _chain(account[0], accounts[account])


def check_items(steps: Iterable[Step]) -> Iterator[Finding]:
    """An item is one piece and has no account: it is made once, and leaves a holder no oftener than it came to him.

    `steps` are the effective ones. Who never had it is `check_possession`'s to say.
    """
    gained: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    lost: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    made: dict[str, set[bytes]] = defaultdict(set)
    for step in steps:
        for move in (move for move in step.goods.all if move.is_item):
            if move.effect in GAINS | LOSSES:
                (gained if move.effect in GAINS else lost)[move.lot, step.holder].add(step.digest)
            if move.effect == "produced":
                made[move.lot].add(step.digest)
    for name, births in sorted(made.items()):
        if len(births) > 1:
            yield finding(ACCOUNTS, "ITEM_MADE_TWICE", max(births).hex(), item=name)
    for (name, holder), uses in sorted(lost.items()):
        if len(uses) > len(gained[name, holder]) > 0:
            yield finding(ACCOUNTS, "ITEM_USED_TWICE", max(uses).hex(), item=name, holder=holder)


def _chain(lot: str, entries: dict[int, list[tuple[Step, Entry]]]) -> Iterator[Finding]:
    for seq in sorted(entries):
        here = sorted(entries[seq], key=lambda pair: pair[0].digest)
        if len(here) > 1:
            digests = [step.digest.hex() for step, _ in here]
            yield finding(ACCOUNTS, "LOT_ACCOUNT_FORK", digests[0], lot=lot, seq=seq, other=digests[1])
            continue
        step, entry = here[0]
        place = step.digest.hex()
        if seq == 0:
            continue
        before = entries.get(seq - 1, [])
        if not before:
            yield finding(ACCOUNTS, "LOT_ACCOUNT_GAP", place, lot=lot, seq=seq)
        elif len(before) == 1 and not _carries_over(before[0], entry):
            yield finding(ACCOUNTS, "LOT_ACCOUNT_BROKEN", place, lot=lot, seq=seq)


def _carries_over(before: tuple[Step, Entry], entry: Entry) -> bool:
    step, earlier = before
    if entry.previous is not None and entry.previous != step.digest:
        return False
    if earlier.after is None or entry.before is None:
        return True
    return _base(earlier.after, earlier.unit) == _base(entry.before, entry.unit)


def _base(amount: Decimal, unit: str) -> tuple[str, Decimal]:
    known = units()[unit]
    return known.dimension, amount * known.factor
