"""Who is admitted, with which roles and keys, as of one block; in memory, because every capture asks.

A snapshot is never changed, only replaced. It is read from the chain (`chain.py`); the node decides nothing
here that a verifier would not decide again from the same blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protocol.errors import AuthorityError
from protocol.roles import ADMIN, AGREEMENT, CAPTURE, OPEN, PASSPORT, RECOVERY, ROLES, SIGNING, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "ADMIN",
    "AGREEMENT",
    "CAPTURE",
    "OPEN",
    "PASSPORT",
    "RECOVERY",
    "ROLES",
    "SIGNING",
    "Participant",
    "RegisteredKey",
    "Snapshot",
]


@dataclass(frozen=True, slots=True)
class RegisteredKey:
    """A key of a participant: valid in blocks `from_block <= b < to_block`."""

    key_id: bytes
    participant: bytes
    public_key: bytes
    alg: int
    use: int
    capabilities: int
    from_block: int
    to_block: int = OPEN
    disputed_from: int = 0


@dataclass(frozen=True, slots=True)
class Participant:
    """An admitted company; `roles` is a set of bits."""

    id: bytes
    roles: int
    active: bool
    admitted_block: int
    profile_digest: bytes = b""
    keys: tuple[RegisteredKey, ...] = ()

    @property
    def role_names(self) -> list[str]:
        """The roles as words."""
        return names_of(self.roles)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All participants as of `block`."""

    block: int
    participants: dict[bytes, Participant]
    by_key: dict[bytes, tuple[RegisteredKey, ...]] = field(default_factory=dict)
    # Coordinators in force: x‖y of each key by its key id.
    coordinators: Mapping[bytes, bytes] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        block: int,
        participants: Iterable[Participant],
        coordinators: Mapping[bytes, bytes] | None = None,
    ) -> Snapshot:
        """Index participants by id and by key."""
        everyone = {participant.id: participant for participant in participants}
        by_key: dict[bytes, tuple[RegisteredKey, ...]] = {}
        for participant in everyone.values():
            for key in participant.keys:
                by_key[key.key_id] = (*by_key.get(key.key_id, ()), key)
        return cls(block, everyone, by_key, dict(coordinators or {}))

    def authorise(
        self,
        key_id: bytes,
        *,
        claimed: bytes | None,
        roles: int = 0,
        capability: int = CAPTURE,
        closing_blocks: int = 0,
    ) -> Participant:
        """Return the participant that a signing key may speak for in the next block.

        `claimed` is the participant that the record names, None if it names none; `roles` the bits of which
        it must have one, 0 for any. Raises AuthorityError. A key that closes within `closing_blocks` is
        refused, because the block of the head that will take the record could lie outside the window
        (README §9).
        """
        registered = [key for key in self.by_key.get(key_id, ()) if claimed in (None, key.participant)]
        if not registered:
            code = "PARTICIPANT_MISMATCH" if key_id in self.by_key else "KEY_UNKNOWN"
            raise AuthorityError(code, "/issuer", key=key_id.hex(), kid=key_id.hex())
        key = max(registered, key=lambda entry: entry.to_block)
        participant = self.participants[key.participant]
        if not participant.active:
            raise AuthorityError("PARTICIPANT_SUSPENDED", "/issuer", participant=participant.id.hex())
        upcoming = self.block + 1
        if key.from_block > upcoming or key.to_block <= upcoming + closing_blocks:
            raise AuthorityError("KEY_CLOSED", "/issuer", key=key_id.hex())
        if key.use != SIGNING or key.capabilities & capability != capability:
            raise AuthorityError("KEY_CANNOT", "/issuer", key=key_id.hex())
        if roles and not participant.roles & roles:
            raise AuthorityError("ROLE_MISSING", "/issuer", roles=", ".join(participant.role_names) or "–")
        return participant


EMPTY = Snapshot(0, {})
