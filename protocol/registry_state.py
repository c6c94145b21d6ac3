"""The state of the three registries at a block, folded from their events: the facts of a snapshot (README §16).

The events hold everything, and nothing is erased on chain, so whoever reads the same blocks folds the same facts. A
fact is one JSON array, `[kind, name…, value…]`; kind and names are its *question*, which has at most one fact.
Numbers are those of the contracts; those above 2^53 − 1 are written as 2^53 − 1, which a participant may cause but not
profit from. `null` is an open end, or no dispute.

| kind | names | values |
|---|---|---|
| batch | issuer, root | count |
| coordinator | key id | – (those of the set in force) |
| head | log, seq | head hash, root, size, manifest, block, transaction |
| item | issuer, batch root, passport id, digest | status (only of items whose status was changed) |
| key | participant, key id | capabilities, from block, to block, disputed from |
| log | log | Ed25519 key, seq of the last head |
| passport | issuer, passport id | digest, status |
| roles | participant | list of [block, roles]: the roles from that block on, 0 while it is not active |
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Protocol

from protocol.errors import ChainError
from protocol.limits import MAX_INTEGER
from protocol.roles import OPEN
from protocol.strict_json import dump_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Question = tuple[str | int, ...]

NAMES: Final = {
    "batch": 2, "coordinator": 1, "head": 2, "item": 4, "key": 2, "log": 1, "passport": 2, "roles": 1,
}  # fmt: skip
CONTRACTS: Final = {
    "participants": "ParticipantRegistry",
    "anchors": "AnchorRegistry",
    "passports": "PassportRegistry",
}
# Blocks in one request for logs: endpoints limit the span.
SPAN: Final = 50_000
_WORD = 32
_ACTIVE, _SUPERSEDED = 1, 4


@dataclass(frozen=True, slots=True)
class RegistryLog:
    """One event as a chain's endpoint gives it: `contract` is a name of `CONTRACTS`, `transaction` hex with 0x."""

    contract: str
    topics: tuple[bytes, ...]
    data: bytes
    block: int
    transaction: str


class ChainSource(Protocol):
    """What is asked of one endpoint of the chain; ChainError if it does not answer."""

    def block_hash(self, number: int) -> str | None:
        """Return the block's hash, hex with 0x; None while the chain is not that high."""

    def logs(self, first: int, last: int) -> Iterable[RegistryLog]:
        """Return the events of the three registries in these blocks, in the order of the chain."""


class RegistryState:
    """Facts by question; `changes` counts the events taken in. Values are replaced, never changed in place."""

    def __init__(self) -> None:
        self.facts: dict[Question, list[Any]] = {}
        self.changes = 0
        self._written: dict[Question, tuple[list[Any], bytes]] = {}

    def apply(self, log: RegistryLog) -> None:
        """Take one event in; events that no fact depends on are passed over. ChainError CHAIN_ANSWER_MALFORMED."""
        fold = _FOLDS.get(_topics().get((log.contract, log.topics[0]), "")) if log.topics else None
        if fold is not None:
            self.changes += 1
            try:
                fold(self.facts, log)
            except (IndexError, KeyError, ValueError) as error:
                raise ChainError("CHAIN_ANSWER_MALFORMED", reason="event") from error

    def entries(self) -> list[bytes]:
        """Every fact as compact JSON, sorted by its bytes: the leaves of a snapshot's tree are their hashes."""
        return sorted(self._bytes_of(question, values) for question, values in self.facts.items())

    def _bytes_of(self, question: Question, values: list[Any]) -> bytes:
        """A fact's bytes, written anew only where its values were replaced: most facts never change."""
        known = self._written.get(question)
        if known is None or known[0] is not values:
            known = self._written[question] = (values, entry_bytes(question, values))
        return known[1]


class Follower:
    """Folds one endpoint's events block by block; starts anew when the chain no longer holds the block it is at."""

    def __init__(self, source: ChainSource, first: int = 0) -> None:
        """`first`: a block before which there are no events, such as that of the deployment."""
        self._source = source
        self._before = max(first - 1, -1)
        self._state = RegistryState()
        self._at: tuple[int, str | None] = (self._before, None)

    def at(self, number: int) -> tuple[str, RegistryState]:
        """Return a block's hash and the state at its end, which the next call changes.

        ChainError CHAIN_BLOCK_UNKNOWN if the block is not there, or was replaced meanwhile.
        """
        wanted = self._source.block_hash(number)
        if wanted is None:
            raise ChainError("CHAIN_BLOCK_UNKNOWN")
        block, seen = self._at
        if number < block or (seen is not None and self._source.block_hash(block) != seen):
            self._state, block = RegistryState(), self._before
        self._at = (self._before, None)  # until the whole span is in, this state is of no block
        state, self._state = self._state, RegistryState()
        for first in range(block + 1, number + 1, SPAN):
            for log in self._source.logs(first, min(first + SPAN - 1, number)):
                state.apply(log)
        if self._source.block_hash(number) != wanted:
            raise ChainError("CHAIN_BLOCK_UNKNOWN")
        self._state, self._at = state, (number, wanted)
        return wanted, state


def entry_bytes(question: Question, values: Iterable[Any]) -> bytes:
    """The canonical bytes of a fact: compact JSON."""
    return dump_json([*question, *values])


def topics_of(contract: str) -> Mapping[str, str]:
    """Topic of each event that facts are folded from, by the event's name; hex without 0x."""
    found: dict[str, str] = _reader()[CONTRACTS[contract]]["topics"]
    return found


def _log_opened(facts: dict[Question, list[Any]], log: RegistryLog) -> None:
    facts["log", _topic(log, 1)] = [_hex(log, 0), 0]


def _head_anchored(facts: dict[Question, list[Any]], log: RegistryLog) -> None:
    name, seq = _topic(log, 1), int.from_bytes(log.topics[2], "big")
    size, hashed, manifest = _number(log, 0), _hex(log, 2), _hex(log, 3)
    facts["head", name, seq] = [hashed, _topic(log, 3), size, manifest, log.block, log.transaction]
    facts["log", name] = [facts["log", name][0], seq]


def _coordinators(facts: dict[Question, list[Any]], log: RegistryLog) -> None:
    start = _number(log, 1) // _WORD
    for former in [question for question in facts if question[0] == "coordinator"]:
        del facts[former]
    for place in range(_number(log, start)):
        facts["coordinator", _hex(log, start + 1 + place)] = []


def _admitted(facts: dict[Question, list[Any]], log: RegistryLog) -> None:
    facts["roles", _topic(log, 1)] = [[[log.block, _number(log, 0)]]]


def _changed(facts: dict[Question, list[Any]], log: RegistryLog) -> None:
    history = facts["roles", _topic(log, 1)][0]
    # Two changes in one block: the last one counts, as it does on chain.
    kept = [change for change in history if change[0] < log.block]
    facts["roles", _topic(log, 1)] = [[*kept, [log.block, _number(log, 0) if _number(log, 1) else 0]]]


def _key_added(facts: dict[Question, list[Any]], log: RegistryLog) -> None:
    facts["key", _topic(log, 1), _topic(log, 2)] = [_number(log, 2), _number(log, 4), None, None]


def _key_closed(facts: dict[Question, list[Any]], log: RegistryLog) -> None:
    name = ("key", _topic(log, 1), _topic(log, 2))
    capabilities, start = facts[name][:2]
    end = None if _word(log, 0) == OPEN.to_bytes(_WORD, "big") else _number(log, 0)
    facts[name] = [capabilities, start, end, _number(log, 1) or None]


def _passport_issued(facts: dict[Question, list[Any]], log: RegistryLog) -> None:
    name = ("passport", _topic(log, 1), _topic(log, 2))
    status = facts[name][1] if name in facts else _ACTIVE
    facts[name] = [_hex(log, 0), status]


def _passport_status(facts: dict[Question, list[Any]], log: RegistryLog) -> None:
    name = ("passport", _topic(log, 1), _topic(log, 2))
    facts[name] = [facts[name][0], _number(log, 1)]


def _passport_superseded(facts: dict[Question, list[Any]], log: RegistryLog) -> None:
    name = ("passport", _topic(log, 1), _topic(log, 2))
    facts[name] = [facts[name][0], _SUPERSEDED]


def _batch_issued(facts: dict[Question, list[Any]], log: RegistryLog) -> None:
    facts["batch", _topic(log, 1), _topic(log, 2)] = [_number(log, 0)]


def _item_status(facts: dict[Question, list[Any]], log: RegistryLog) -> None:
    facts["item", _topic(log, 1), _topic(log, 2), _topic(log, 3), _hex(log, 0)] = [_number(log, 2)]


_FOLDS: dict[str, Callable[[dict[Question, list[Any]], RegistryLog], None]] = {
    "LogOpened": _log_opened,
    "HeadAnchored": _head_anchored,
    "CoordinatorsChanged": _coordinators,
    "ParticipantAdmitted": _admitted,
    "ParticipantChanged": _changed,
    "KeyAdded": _key_added,
    "KeyClosed": _key_closed,
    "PassportIssued": _passport_issued,
    "PassportStatusChanged": _passport_status,
    "PassportSuperseded": _passport_superseded,
    "BatchIssued": _batch_issued,
    "ItemStatusChanged": _item_status,
}


def _topic(log: RegistryLog, place: int) -> str:
    return log.topics[place].hex()


def _word(log: RegistryLog, place: int) -> bytes:
    found = log.data[place * _WORD : (place + 1) * _WORD]
    if len(found) != _WORD:
        raise IndexError(place)
    return found


def _hex(log: RegistryLog, place: int) -> str:
    return _word(log, place).hex()


def _number(log: RegistryLog, place: int) -> int:
    return min(int.from_bytes(_word(log, place), "big"), MAX_INTEGER)


@cache
def _topics() -> Mapping[tuple[str, bytes], str]:
    return {
        (contract, bytes.fromhex(topic)): name
        for contract in CONTRACTS
        for name, topic in topics_of(contract).items()
    }


@cache
def _reader() -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads((files("protocol") / "abi" / "reader.json").read_text("utf-8"))[
        "contracts"
    ]
    return found
