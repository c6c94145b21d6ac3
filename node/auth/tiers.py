"""Tiers of access (README §3): what a participant may read follows from its roles on the chain, and from its dealings.

Inspecting roles read at the second tier everywhere. Companies read at it what concerns them (`node/custody/circle.py`)
and everything else as anybody does: a competitor is a member too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from node.participants.snapshot import ROLES

if TYPE_CHECKING:
    from node.participants.snapshot import Participant

Tier = Literal["public", "legitimate", "authority"]


# What speaks for the coordinator belongs to no participant (memberships).
COORDINATOR = bytes(32)
_INSPECTING = ROLES["certifier"] | ROLES["repairer"] | ROLES["recycler"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks; `participant` is None for everybody without a token.

    `tier` is the highest tier that this caller reaches. `inspects`: reaches it for everybody's records, not only for
    those that concern it. `coordinates`: speaks for the coordinator.
    """

    participant: bytes | None
    tier: Tier
    inspects: bool = False
    coordinates: bool = False

    @property
    def is_bounded(self) -> bool:
        """Whether it matters which records concern this caller."""
        return self.tier == "legitimate" and not self.inspects

    def wrote(self, author: bytes) -> bool:
        """Whether a record of this author is the caller's own."""
        return self.participant == author or (self.coordinates and author == COORDINATOR)

    def tier_for(self, author: bytes, *, concerned: bool = False) -> Tier:
        """The tier at which this caller reads a record: authors read their own in full."""
        if self.wrote(author):
            return "authority"
        return "public" if self.is_bounded and not concerned else self.tier


PUBLIC = Caller(None, "public")


def caller_of(participant: Participant) -> Caller:
    """The caller that an active participant is; observers read what is public."""
    coordinates = bool(participant.roles & ROLES["coordinator"])
    if participant.roles & ROLES["authority"]:
        return Caller(participant.id, "authority", inspects=True, coordinates=coordinates)
    if participant.roles & ~ROLES["observer"]:
        inspects = bool(participant.roles & _INSPECTING)
        return Caller(participant.id, "legitimate", inspects=inspects, coordinates=coordinates)
    return Caller(participant.id, "public")
