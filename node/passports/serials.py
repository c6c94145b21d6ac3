"""Serials reserved per order: a label is sewn in before its passport is issued, and says so when it is scanned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, insert, select
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


class Serials:
    """Reserves and lists; `clock` gives milliseconds since 1970."""

    def __init__(
        self, database: Database, participants: Participants, owners: Owners, clock: Callable[[], int]
    ) -> None:
        self._database = database
        self._participants = participants
        self._owners = owners
        self._clock = clock

    def reserve(self, caller: Caller, order: str, identifiers: Sequence[str]) -> int:
        """Reserve all or none for an order; returns how many are new. The same again changes nothing.

        AuthorityError `PASSPORT_BRAND_NEEDED`; PassportError `PASSPORT_SERIAL_TAKEN`, `GTIN_NOT_OF_ISSUER`, codes of
        `protocol.serials`.
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

    def of_order(self, caller: Caller, order: str) -> list[str]:
        """What the caller has reserved for an order."""
        issuer = self._issuer(caller)
        wanted = select(SERIALS.c.identifier).where(SERIALS.c.for_order == order, SERIALS.c.issuer == issuer)
        with self._database.read() as connection:
            return [str(row[0]) for row in connection.execute(wanted.order_by(SERIALS.c.identifier))]

    def _issuer(self, caller: Caller) -> bytes:
        known = self._participants.snapshot.participants.get(caller.participant or b"")
        if known is None or not known.roles & ISSUERS:
            raise AuthorityError("PASSPORT_BRAND_NEEDED", "Authorization")
        return known.id

    def _is_new(self, connection: Connection, issuer: bytes, order: str, identifier: str) -> bool:
        found = connection.execute(
            select(SERIALS.c.issuer, SERIALS.c.for_order).where(SERIALS.c.identifier == identifier)
        ).one_or_none()
        if found is not None and (bytes(found[0]), found[1]) == (issuer, order):
            return False
        if found is not None or repository.versions(connection, identifier):
            raise PassportError("PASSPORT_SERIAL_TAKEN", "/identifiers", id=identifier)
        return True


def is_reserved(connection: Connection, identifier: str) -> bool:
    """Whether somebody has reserved the identifier."""
    return bool(connection.execute(select(exists().where(SERIALS.c.identifier == identifier))).scalar())
