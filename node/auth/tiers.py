"""Tiers of access (README §3): what a participant may read follows from its roles on the chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from node.participants.snapshot import ROLES

if TYPE_CHECKING:
    from node.participants.snapshot import Participant

Tier = Literal["public", "legitimate", "authority"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks; `participant` is None for everybody without a token."""

    participant: bytes | None
    tier: Tier

    def tier_for(self, author: bytes) -> Tier:
        """The tier at which this caller reads a record: authors read their own in full."""
        return "authority" if self.participant == author else self.tier


PUBLIC = Caller(None, "public")


def caller_of(participant: Participant) -> Caller:
    """The caller that an active participant is; observers read what is public."""
    if participant.roles & ROLES["authority"]:
        return Caller(participant.id, "authority")
    if participant.roles & ~ROLES["observer"]:
        return Caller(participant.id, "legitimate")
    return Caller(participant.id, "public")
