"""Participants, roles and keys as the chain shows them: a pure fold over the registry's events.

The events hold everything (nothing is erased on chain), so one `eth_getLogs` from the last block read brings
a snapshot forward. A snapshot names the block and its hash: if that block is no longer in the chain,
everything is read again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from eth_utils.abi import event_abi_to_log_topic
from web3._utils.events import get_event_data  # the public route decodes one event type a request

from anchoring.artifacts import artifact
from anchoring.ports import Block
from protocol.roles import OPEN, ROLES

__all__ = ["ALGORITHMS", "CAPABILITIES", "OPEN", "ROLES", "USES"]

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from anchoring.client import ChainClient

CAPABILITIES = {"capture": 1, "passport": 2, "admin": 4, "recovery": 8}
USES = {"signing": 1, "agreement": 2}
ALGORITHMS = {"ES256": 1, "EdDSA": 2}
# Blocks in one request: endpoints limit the span.
_SPAN = 50_000


@dataclass(frozen=True, slots=True)
class KeyState:
    """A key of a participant; valid in blocks `from_block <= b < to_block`.

    `public_key` is x‖y (64 bytes, P-256) or 32 bytes (Ed25519). `disputed_from` is 0 or the first disputed
    block. `reason` means something only when the key is closed.
    """

    key_hash: bytes
    alg: int
    use: int
    capabilities: int
    origin: int
    from_block: int
    public_key: bytes
    to_block: int = OPEN
    disputed_from: int = 0
    reason: int = 0

    def valid_at(self, block: int) -> bool:
        """Whether the block lies in the window."""
        return self.from_block <= block < self.to_block


@dataclass(frozen=True, slots=True)
class StatusChange:
    """Roles and activity from the end of `block` on."""

    block: int
    roles: int
    active: bool


@dataclass(frozen=True, slots=True)
class ParticipantState:
    """A participant with its history, the newest status last. `pending`: waiting keys, hash → ready time."""

    id: bytes
    admitted_block: int
    profile_digest: bytes
    history: tuple[StatusChange, ...]
    keys: tuple[KeyState, ...] = ()
    pending: Mapping[bytes, int] = field(default_factory=dict)

    @property
    def roles(self) -> int:
        """Role bits as of now."""
        return self.history[-1].roles

    @property
    def active(self) -> bool:
        """Whether it is active as of now."""
        return self.history[-1].active

    def status_at(self, block: int) -> StatusChange | None:
        """Roles and activity at the end of a block, None before admission (as `statusAt` on chain)."""
        return next((change for change in reversed(self.history) if change.block <= block), None)


@dataclass(frozen=True, slots=True)
class CoordinatorSet:
    """A set of coordinator keys, in force from `from_block` until the next set."""

    epoch: int
    from_block: int
    threshold: int
    keys: Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class ParticipantsSnapshot:
    """Everything as of `block`; `participants` by id, `coordinators` in the order of their epochs."""

    block: Block
    participants: Mapping[bytes, ParticipantState] = field(default_factory=dict)
    coordinators: tuple[CoordinatorSet, ...] = ()

    @property
    def coordinator(self) -> CoordinatorSet | None:
        """The set in force."""
        return self.coordinators[-1] if self.coordinators else None


def read_participants(
    client: ChainClient, previous: ParticipantsSnapshot | None = None
) -> ParticipantsSnapshot:
    """The snapshot as of the newest block, from `previous` on if the chain still holds its block."""
    latest = client.latest()
    start = client.deployment.participants.block
    base = ParticipantsSnapshot(Block(start - 1, b""))
    if previous is not None and previous.block.number <= latest.number:
        if previous.block == latest:
            return previous
        if client.block(previous.block.number) == previous.block:
            base = previous
    events: list[dict[str, Any]] = []
    first = base.block.number + 1
    while first <= latest.number:
        last = min(first + _SPAN - 1, latest.number)
        events += _events(client, first, last)
        first = last + 1
    return fold(base, events, latest)


def fold(
    base: ParticipantsSnapshot, events: Iterable[Mapping[str, Any]], block: Block
) -> ParticipantsSnapshot:
    """Apply events (`{event, block, args}`, in chain order) to a snapshot; unknown ones are passed over."""
    participants = dict(base.participants)
    coordinators = list(base.coordinators)
    for event in events:
        args = event["args"]
        if event["event"] == "CoordinatorsChanged":
            keys = dict(zip(map(bytes, args["keyHashes"]), map(bytes, args["publicKeys"]), strict=True))
            coordinators.append(CoordinatorSet(args["epoch"], event["block"], args["threshold"], keys))
        elif event["event"] == "ParticipantAdmitted":
            change = StatusChange(event["block"], args["roles"], active=True)
            identifier = bytes(args["id"])
            participants[identifier] = ParticipantState(
                identifier, event["block"], bytes(args["profileDigest"]), (change,)
            )
        elif event["event"] in _CHANGES:
            identifier = bytes(args["id"])
            participants[identifier] = _CHANGES[event["event"]](
                participants[identifier], args, event["block"]
            )
    return ParticipantsSnapshot(block, participants, tuple(coordinators))


def _changed(state: ParticipantState, args: Mapping[str, Any], block: int) -> ParticipantState:
    # Two changes in one block: the last one counts, as it does on chain.
    kept = tuple(change for change in state.history if change.block < block)
    return replace(state, history=(*kept, StatusChange(block, args["roles"], args["active"])))


def _key_added(state: ParticipantState, args: Mapping[str, Any], _block: int) -> ParticipantState:
    key = KeyState(
        key_hash=bytes(args["keyHash"]),
        alg=args["alg"],
        use=args["use"],
        capabilities=args["capabilities"],
        origin=args["origin"],
        from_block=args["fromBlock"],
        public_key=bytes(args["publicKey"]),
    )
    others = tuple(entry for entry in state.keys if entry.key_hash != key.key_hash)
    return replace(_without_pending(state, key.key_hash), keys=(*others, key))


def _key_proposed(state: ParticipantState, args: Mapping[str, Any], _block: int) -> ParticipantState:
    return replace(state, pending={**state.pending, bytes(args["keyHash"]): args["readyTime"]})


def _key_cancelled(state: ParticipantState, args: Mapping[str, Any], _block: int) -> ParticipantState:
    return _without_pending(state, bytes(args["keyHash"]))


def _key_closed(state: ParticipantState, args: Mapping[str, Any], _block: int) -> ParticipantState:
    keys = tuple(
        replace(entry, to_block=args["toBlock"], disputed_from=args["disputedFrom"], reason=args["reason"])
        if entry.key_hash == bytes(args["keyHash"])
        else entry
        for entry in state.keys
    )
    return replace(state, keys=keys)


def _without_pending(state: ParticipantState, key_hash: bytes) -> ParticipantState:
    return replace(state, pending={name: time for name, time in state.pending.items() if name != key_hash})


_CHANGES = {
    "ParticipantChanged": _changed,
    "KeyAdded": _key_added,
    "KeyProposed": _key_proposed,
    "KeyCancelled": _key_cancelled,
    "KeyClosed": _key_closed,
}


def _events(client: ChainClient, first: int, last: int) -> list[dict[str, Any]]:
    """All events of the registry of participants in a span of blocks, in chain order."""
    by_topic = {
        bytes(event_abi_to_log_topic(entry)): entry  # type: ignore[arg-type]
        for entry in artifact("participants").abi
        if entry["type"] == "event"
    }
    contract = client.contracts["participants"]
    with client.errors():
        logs = client.web3.eth.get_logs({"fromBlock": first, "toBlock": last, "address": contract.address})
        found = []
        for log in logs:
            entry = by_topic.get(bytes(log["topics"][0]))
            if entry is not None:
                data = get_event_data(client.web3.codec, entry, log)
                found.append(
                    {"event": data["event"], "block": int(data["blockNumber"]), "args": dict(data["args"])}
                )
        return found
