"""Serials reserved per order: a label is sewn in before its passport is issued, and says so when it is scanned.

Labels that are left over are voided, for good: who scans one later learns that no garment of the brand carries it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from node.models import PassportSerial, table_of
from node.passports import repository
from node.passports.owners import ISSUERS
from protocol.errors import AuthorityError, PassportError
from protocol.serials import ensure_reservable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from node.auth.tiers import Caller
    from node.db import Database
    from node.participants.service import Participants
    from node.passports.owners import Owners

SERIALS = table_of(PassportSerial)
State = Literal["unused", "used", "voided"]


@dataclass(frozen=True)
class OrderSerials:
    """The serials of an order in their order: `valid` ones on labels, of them those still `unused`, and `voided`."""

    valid: tuple[str, ...]
    unused: tuple[str, ...]
    voided: tuple[str, ...]


class Serials:
    """Reserves, lists and voids; `clock` gives milliseconds since 1970."""

    def __init__(
        self, database: Database, participants: Participants, owners: Owners, clock: Callable[[], int]
    ) -> None:
        self._database = database
        self._participants = participants
        self._owners = owners
        self._clock = clock

    def reserve(self, caller: Caller, order: str, identifiers: Sequence[str]) -> int:
        """Reserve all or none for an order; returns how many are new. The same again changes nothing.

        AuthorityError `PASSPORT_BRAND_NEEDED`; PassportError `PASSPORT_SERIAL_TAKEN`, `LABEL_VOID_FINAL`,
        `GTIN_NOT_OF_ISSUER`, codes of `protocol.serials`.
        """
        issuer = self._issuer(caller)
        gtins = {ensure_reservable(identifier): identifier for identifier in identifiers}
        try:
            with self._database.write() as connection:
                for identifier in gtins.values():
                    self._owners.ensure_own(connection, identifier, issuer)
                fresh = [
                    each
                    for each in dict.fromkeys(identifiers)
                    if self._is_new(connection, issuer, order, each)
                ]
                rows = [
                    {"identifier": each, "issuer": issuer, "for_order": order, "reserved_at": self._clock()}
                    for each in fresh
                ]
                if rows:
                    connection.execute(insert(SERIALS), rows)
        except IntegrityError as error:  # another process was faster
            raise PassportError("PASSPORT_SERIAL_TAKEN", "/identifiers", id="–") from error
        return len(fresh)

    def of_order(self, caller: Caller, order: str) -> OrderSerials:
        """What the caller has reserved for an order."""
        issuer = self._issuer(caller)
        with self._database.read() as connection:
            states = _states(connection, issuer, order)
        valid = tuple(each for each, state in states.items() if state != "voided")
        unused = tuple(each for each in valid if states[each] == "unused")
        return OrderSerials(valid, unused, tuple(each for each in states if states[each] == "voided"))

    def void(self, caller: Caller, order: str, identifiers: Sequence[str]) -> int:
        """Void serials of an order, all or none and for good; returns how many are new. The same again changes nothing.

        AuthorityError `PASSPORT_BRAND_NEEDED`; PassportError `LABEL_NOT_RESERVED`, `LABEL_USED`.
        """
        issuer = self._issuer(caller)
        with self._database.write() as connection:
            states = _states(connection, issuer, order)
            for each in identifiers:
                if each not in states:
                    raise PassportError("LABEL_NOT_RESERVED", "/identifiers", id=each)
                if states[each] == "used":
                    raise PassportError("LABEL_USED", "/identifiers", id=each)
            # In one order for all, or two who void the same rows would wait for each other.
            fresh = sorted(each for each in set(identifiers) if states[each] == "unused")
            if fresh:
                one = update(SERIALS).where(
                    SERIALS.c.identifier == bindparam("voided"), SERIALS.c.voided_at.is_(None)
                )
                now = self._clock()
                connection.execute(one.values(voided_at=now), [{"voided": each} for each in fresh])
        return len(fresh)

    def _issuer(self, caller: Caller) -> bytes:
        known = self._participants.snapshot.participants.get(caller.participant or b"")
        if known is None or not known.roles & ISSUERS:
            raise AuthorityError("PASSPORT_BRAND_NEEDED", "Authorization")
        return known.id

    def _is_new(self, connection: Connection, issuer: bytes, order: str, identifier: str) -> bool:
        found = connection.execute(
            select(SERIALS.c.issuer, SERIALS.c.for_order, SERIALS.c.voided_at).where(
                SERIALS.c.identifier == identifier
            )
        ).one_or_none()
        if found is not None and found[2] is not None:
            raise PassportError("LABEL_VOID_FINAL", "/identifiers", id=identifier)
        if found is not None and (bytes(found[0]), found[1]) == (issuer, order):
            return False
        if found is not None or repository.versions(connection, identifier):
            raise PassportError("PASSPORT_SERIAL_TAKEN", "/identifiers", id=identifier)
        return True


def state_of(connection: Connection, identifier: str) -> Literal["reserved", "voided"] | None:
    """Whether somebody has reserved the identifier, and not voided it since."""
    found = connection.execute(
        select(SERIALS.c.voided_at).where(SERIALS.c.identifier == identifier)
    ).one_or_none()
    if found is None:
        return None
    return "reserved" if found[0] is None else "voided"


def _states(connection: Connection, issuer: bytes, order: str) -> dict[str, State]:
    """Each serial of an order with its state; used is what has a passport or was made."""
    used = repository.in_use(SERIALS.c.identifier)
    wanted = (
        select(SERIALS.c.identifier, SERIALS.c.voided_at, used)
        .where(SERIALS.c.for_order == order, SERIALS.c.issuer == issuer)
        .order_by(SERIALS.c.identifier)
    )
    return {
        str(identifier): "voided" if voided is not None else "used" if taken else "unused"
        for identifier, voided, taken in connection.execute(wanted)
    }
