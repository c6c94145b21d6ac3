"""Whose a GTIN is: who holds the GS1 company prefix, else who claimed the number here first.

A prefix stands in the membership that the coordinator signed (scheme `gs1-prefix`), so nobody gains one by being early.
Where no membership speaks of a number, the first brand that described the product or published its passport keeps it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from node.participants.snapshot import ROLES
from node.passports import repository
from protocol.errors import PassportError
from protocol.identifiers import PARTICIPANT_PREFIX
from protocol.numbering import company_prefixes, prefix_holder
from protocol.passport import gtin_of
from protocol.records import parse_record
from protocol.schema import SUBJECT

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from node.participants.service import Participants

ISSUERS = ROLES["brand"] | ROLES["repairer"] | ROLES["recycler"]


class Owners:
    """Answers for one node."""

    def __init__(self, participants: Participants) -> None:
        self._participants = participants

    def ensure_own(self, connection: Connection, identifier: str, issuer: bytes) -> None:
        """Raise PassportError `GTIN_NOT_OF_ISSUER`, or `PASSPORT_NOT_OF_ISSUER` for another identifier's passport."""
        gtin = gtin_of(identifier)
        if gtin is None:
            first = next(iter(repository.claims(connection, identifier, passports_only=True)), issuer)
            if first != issuer:
                raise PassportError("PASSPORT_NOT_OF_ISSUER", f"{SUBJECT}/id", id=identifier)
            return
        owner = self._by_prefix(connection, gtin) or self._by_claim(connection, identifier)
        if owner is not None and owner != issuer:
            raise PassportError("GTIN_NOT_OF_ISSUER", f"{SUBJECT}/id", gtin=gtin)

    def _by_prefix(self, connection: Connection, gtin: str) -> bytes | None:
        """Who holds the longest prefix that the number begins with (after the indicator digit)."""
        tokens = repository.memberships(connection, self._participants.snapshot.participants)
        return prefix_holder(gtin, dict(map(_prefixes, tokens)))

    def _by_claim(self, connection: Connection, identifier: str) -> bytes | None:
        """Who spoke of the model first, among those that may issue passports."""
        known = self._participants.snapshot.participants
        model = "/".join(identifier.split("/")[:5])
        for party in repository.claims(connection, model):
            if party in known and known[party].roles & ISSUERS:
                return party
        return None


@lru_cache(maxsize=4096)
def _prefixes(token: str) -> tuple[bytes, tuple[str, ...]]:
    """The member, and the company prefixes in its membership."""
    subject = parse_record(token).subject
    return bytes.fromhex(subject["id"].removeprefix(PARTICIPANT_PREFIX)), company_prefixes(subject)
