"""Lot accounts (README §5): one entry a lot for every event that changes what its holder has of it.

Checked here is one event's entries against its own goods, exactly, in the unit of the goods. Whether an entry
continues the account (number, balance, predecessor) needs the record before and is checked where that is
known.

Items need no entries: an item is one piece, each record that names it is its own movement. A correction takes
a record back, so its entries move the other way.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from protocol.errors import CustodyError, FormatError
from protocol.goods import GAINS, LotRefs, Movement
from protocol.quantities import format_decimal, parse_decimal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

ACCOUNT = "/credentialSubject/filiera:account"


class Entry(NamedTuple):
    """One entry; balances are None where withheld, `previous` is None where withheld or at number 0."""

    lot: str
    lot_seq: int
    before: Decimal | None
    after: Decimal | None
    unit: str
    previous: bytes | None
    place: str


def parse_entries(subject: Mapping[str, Any]) -> tuple[Entry, ...]:
    """Return the account entries of a subject that has passed its schema.

    FormatError `QUANTITY_FORM` otherwise.
    """
    return tuple(
        _entry(entry, f"{ACCOUNT}/{index}") for index, entry in enumerate(subject.get("filiera:account", ()))
    )


def check_account(
    subject: Mapping[str, Any], goods: LotRefs, *, needed: bool, withheld: Collection[str] = ()
) -> None:
    """Raise CustodyError `ACCOUNT_*` unless the entries are exactly those that the goods call for.

    `goods` are those of the event as it stands (a correction's not yet turned round); `needed` is the act's
    `account`; `withheld` are the pointers of objects with undisclosed properties.
    """
    entries = {entry.lot: entry for entry in parse_entries(subject)}
    if len(entries) != len(subject.get("filiera:account", ())):
        raise CustodyError("ACCOUNT_ENTRY_TWICE", ACCOUNT)
    changed = {} if not needed else {move.lot: move for move in goods.all if _changes(move)}
    for lot in sorted(changed.keys() - entries.keys()):
        raise CustodyError("ACCOUNT_ENTRY_MISSING", ACCOUNT, lot=lot)
    for lot, entry in entries.items():
        if lot not in changed:
            raise CustodyError("ACCOUNT_ENTRY_UNEXPECTED", entry.place, lot=lot)
        _check_link(entry, disclosed=entry.place not in withheld)
        _check_amount(entry, changed[lot], reverse=goods.corrects)


def _changes(movement: Movement) -> bool:
    return not movement.is_item and movement.effect != "observed"


def _check_link(entry: Entry, *, disclosed: bool) -> None:
    if entry.lot_seq == 0 and (entry.previous is not None or (entry.before or 0) != 0):
        raise CustodyError("ACCOUNT_START", entry.place, lot=entry.lot)
    if entry.lot_seq > 0 and entry.previous is None and disclosed:
        raise CustodyError("ACCOUNT_LINK_MISSING", entry.place, lot=entry.lot)


def _check_amount(entry: Entry, movement: Movement, *, reverse: bool) -> None:
    if entry.unit != movement.unit:
        raise CustodyError(
            "ACCOUNT_UNIT", f"{entry.place}/uom", lot=entry.lot, unit=entry.unit, expected=movement.unit
        )
    if entry.before is None or entry.after is None or movement.quantity is None:
        return
    if movement.effect == "counted":
        expected = movement.quantity - entry.before if not reverse else entry.after - entry.before
    else:
        sign = 1 if (movement.effect in GAINS) != reverse else -1
        expected = sign * movement.quantity
    if entry.after - entry.before != expected:
        raise CustodyError(
            "ACCOUNT_ARITHMETIC",
            entry.place,
            lot=entry.lot,
            before=entry.before,
            after=entry.after,
            expected=expected,
        )


def _entry(entry: Mapping[str, Any], place: str) -> Entry:
    previous = entry.get("previous")
    return Entry(
        entry["lot"],
        entry["lotSeq"],
        parse_decimal(entry["before"], f"{place}/before") if "before" in entry else None,
        parse_decimal(entry["after"], f"{place}/after") if "after" in entry else None,
        entry["uom"],
        bytes.fromhex(previous) if isinstance(previous, str) else None,
        place,
    )


def next_entry(
    lot: str, movement: Decimal, unit: str, last: Entry | None = None, last_record: bytes | None = None
) -> dict[str, Any]:
    """Return the entry that continues an account by `movement` (negative: a debit) after `last`.

    `last_record` is the digest of the record that carries `last`.

    CustodyError `ACCOUNT_OVERDRAWN` if the balance would fall below zero; FormatError if `last` is not fully
    disclosed.
    """
    if last is None:
        before, seq = Decimal(0), 0
    elif last.after is None or last_record is None:
        raise FormatError("ACCOUNT_LINK_MISSING", lot=lot)
    else:
        before, seq = last.after, last.lot_seq + 1
    if before + movement < 0:
        raise CustodyError("ACCOUNT_OVERDRAWN", lot=lot, before=before, movement=movement)
    entry = {
        "lot": lot,
        "lotSeq": seq,
        "before": format_decimal(before),
        "after": format_decimal(before + movement),
    }
    entry["uom"] = unit
    if last_record is not None:
        entry["previous"] = last_record.hex()
    return entry
