"""The tier at which a caller reads records and papers: the one answer that every route asks for.

Whoever inspects reads alike everywhere. A company reads at its tier what concerns it (`circle.py`), the rest as
anybody does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.auth.tiers import COORDINATOR
from node.custody import repository
from node.custody.circle import Circle, around
from protocol.identifiers import PARTICIPANT_PREFIX, participant_urn
from protocol.records import parse_record
from protocol.roles import bits_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection

    from node.auth.tiers import Caller, Tier
    from node.events.repository import Found
    from node.participants.service import Participants

_INSPECTORS = bits_of(("certifier", "authority"))
# How many enclosing records are looked at for one paper.
_MOST_ENCLOSING = 20


class Readers:
    """Answers for one node; looks at no more than `furthest` records to find whom a single one concerns."""

    def __init__(self, participants: Participants, furthest: int) -> None:
        self._participants = participants
        self._furthest = furthest

    def tier(self, connection: Connection, caller: Caller, entry: Found) -> Tier:
        """The tier at which the caller reads one record."""
        if not caller.is_bounded or caller.wrote(entry.participant):
            return caller.tier_for(entry.participant)
        if entry.participant == COORDINATOR:
            concerned = entry.number in self._members(connection, caller, [entry], ())
        else:
            numbers = around(connection, entry.number, self._furthest)
            concerned = entry.number in self._circle(connection, caller, numbers).records()
        return caller.tier_for(entry.participant, concerned=concerned)

    def tiers(
        self, connection: Connection, caller: Caller, records: Sequence[Found], members: Sequence[Found]
    ) -> dict[int, Tier]:
        """The tier of each of the records behind something, and of the memberships of their authors, by number."""
        concerned: set[int] = set()
        if caller.is_bounded:
            circle = self._circle(connection, caller, {entry.number for entry in records})
            concerned = circle.records()
            concerned |= self._members(connection, caller, members, circle.authors_of(concerned))
        return {
            entry.number: caller.tier_for(entry.participant, concerned=entry.number in concerned)
            for entry in (*records, *members)
        }

    def may_open(self, connection: Connection, caller: Caller, cid: str, owner: bytes) -> bool:
        """Whether a paper of the second tier is for the caller, as are the records in which its owner encloses it."""
        if not caller.is_bounded or caller.wrote(owner):
            return caller.tier != "public"
        enclosing = repository.enclosing(connection, cid, owner)[:_MOST_ENCLOSING]
        return any(self.tier(connection, caller, entry) != "public" for entry in enclosing)

    def _circle(self, connection: Connection, caller: Caller, numbers: Collection[int]) -> Circle:
        known = self._participants.snapshot.participants
        inspectors = {party for party, each in known.items() if each.roles & _INSPECTORS}
        return Circle(connection, caller.participant or b"", numbers, inspectors)

    def _members(
        self, connection: Connection, caller: Caller, entries: Sequence[Found], dealt_with: Collection[bytes]
    ) -> set[int]:
        """Memberships of whom the caller may know by name: itself, those in its chains, those whose records name it."""
        own = caller.participant or b""
        subjects = {entry.number: _subject_of(entry) for entry in entries}
        asked = set(subjects.values())
        known = asked & {own, *dealt_with}
        known |= repository.authors_naming(connection, participant_urn(own), asked - known)
        return {number for number, subject in subjects.items() if subject in known}


def _subject_of(entry: Found) -> bytes:
    """Whom a membership describes; nobody for another record of the coordinator's."""
    identifier = str(parse_record(entry.token).subject.get("id", ""))
    text = identifier.removeprefix(PARTICIPANT_PREFIX)
    return bytes.fromhex(text) if text != identifier else b""
