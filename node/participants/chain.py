"""Participants as the chain's registry shows them, in the node's own form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anchoring.participants import read_participants
from node.participants.snapshot import Participant, RegisteredKey, Snapshot

if TYPE_CHECKING:
    from anchoring.client import ChainClient
    from anchoring.participants import KeyState, ParticipantsSnapshot, ParticipantState


class ChainParticipants:
    """`ParticipantSource` over the pinned registry. One caller at a time."""

    def __init__(self, client: ChainClient) -> None:
        self._client = client
        self._checked = False
        self._seen: ParticipantsSnapshot | None = None
        self._snapshot = Snapshot(0, {})

    def load(self) -> Snapshot:
        """Return all participants as of the newest block.

        ChainError if the chain is unreadable or another.
        """
        if not self._checked:
            self._client.check_identity()
            self._checked = True
        seen = read_participants(self._client, self._seen)
        if seen is not self._seen:
            self._seen, self._snapshot = seen, snapshot_of(seen)
        return self._snapshot


def snapshot_of(seen: ParticipantsSnapshot) -> Snapshot:
    """The same, indexed for capture."""
    coordinators = seen.coordinator
    return Snapshot.of(
        seen.block.number,
        (_participant(state) for state in seen.participants.values()),
        coordinators.keys if coordinators else None,
    )


def _participant(state: ParticipantState) -> Participant:
    return Participant(
        id=state.id,
        roles=state.roles,
        active=state.active,
        admitted_block=state.admitted_block,
        profile_digest=state.profile_digest,
        keys=tuple(_key(state.id, key) for key in state.keys),
    )


def _key(participant: bytes, key: KeyState) -> RegisteredKey:
    return RegisteredKey(
        key_id=key.key_hash,
        participant=participant,
        public_key=key.public_key,
        alg=key.alg,
        use=key.use,
        capabilities=key.capabilities,
        from_block=key.from_block,
        to_block=key.to_block,
        disputed_from=key.disputed_from,
    )
