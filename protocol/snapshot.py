"""Snapshot: the witnessed state of the chain at one block, which stands in for asking the chain (README §16).

A note in the form of a checkpoint: origin `<log origin>/chain`, size and RFC 9162 root over the sorted facts of
`registry_state`, and in its extension lines the chain, the block and the contracts. Since the facts are sorted, two
neighbours prove that nothing stands between them: what is not there can be shown as well as what is, and leaving a
fact out of the evidence never makes it absent.
"""

from __future__ import annotations

import itertools
import json
import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from protocol import merkle
from protocol.checkpoint import Checkpoint, format_vkey, parse_body, parse_checkpoint, sign_note, split_note
from protocol.checks.view import Pinned
from protocol.errors import LogError
from protocol.hashing import leaf_hash
from protocol.registry_state import NAMES
from protocol.strict_json import dump_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from protocol.keys import PrivateKey, PublicKey
    from protocol.registry_state import Question

SNAPSHOT_FORMAT: Final = "filiera-snapshot/1"
_SUFFIX = "/chain"
_CONTRACTS = ("participants", "anchors", "passports")
_NUMBER = r"(0|[1-9][0-9]{0,15})"
_HASH = r"(0x[0-9a-f]{64})"
_LINES = re.compile(
    rf"{SNAPSHOT_FORMAT} {_NUMBER} {_HASH}\nblock {_NUMBER} {_HASH}\n"
    + "\n".join(rf"{name} (0x[0-9a-f]{{40}}) {_HASH}" for name in _CONTRACTS)
)


@dataclass(frozen=True)
class Snapshot:
    """What the note states: `size` facts under `root`, of one chain as of one block, and the contracts' code hashes."""

    origin: str
    size: int
    root: bytes
    chain_id: int
    genesis: str
    block: int
    block_hash: str
    contracts: Mapping[str, Pinned]

    def lines(self) -> list[str]:
        """The extension lines."""
        contracts = (self.contracts[name] for name in _CONTRACTS)
        return [
            f"{SNAPSHOT_FORMAT} {self.chain_id} {self.genesis}",
            f"block {self.block} {self.block_hash}",
            *(
                f"{name} {each.address} {each.code_hash}"
                for name, each in zip(_CONTRACTS, contracts, strict=True)
            ),
        ]

    def sign(self, key: PrivateKey) -> str:
        """The note, signed with the log's key under the snapshot's own name."""
        return sign_note(Checkpoint(self.origin, self.size, self.root), key, self.lines())


@dataclass(frozen=True)
class SnapshotEntry:
    """A fact's canonical bytes, its place among the sorted facts, and the proof that it stands there."""

    index: int
    entry: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class Evidence:
    """A cosigned snapshot note with the facts that somebody needs of it, sorted by their places."""

    note: str
    entries: tuple[SnapshotEntry, ...]


class SnapshotTree:
    """All facts of a state, to prove some of them."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        self.entries = entries
        self._node = merkle.complete_subtrees([leaf_hash(entry) for entry in entries])
        self.root = merkle.root_from_nodes(self._node, len(entries))

    def prove(self, questions: Iterable[Question]) -> tuple[SnapshotEntry, ...]:
        """The fact that answers each question, or the two neighbours between which it would stand."""
        size = len(self.entries)
        wanted: set[int] = set()
        for question in questions:
            start = _start(question)
            at = bisect_left(self.entries, start)
            found = at < size and self.entries[at].startswith(start)
            wanted |= {at} if found else {each for each in (at - 1, at) if 0 <= each < size}
        return tuple(
            SnapshotEntry(at, self.entries[at], tuple(merkle.inclusion_from_nodes(self._node, at, size)))
            for at in sorted(wanted)
        )


def snapshot_origin(log_origin: str) -> str:
    """The origin line of the snapshots that the keeper of a log makes."""
    return log_origin + _SUFFIX


def parse_snapshot(note: str, log_origin: str, log_key: PublicKey) -> Snapshot:
    """Read a snapshot that the keeper of a log signed; CHECKPOINT_… for the note, SNAPSHOT_MALFORMED for its lines."""
    stated = parse_checkpoint(note, format_vkey(snapshot_origin(log_origin), log_key))
    _, lines = parse_body(split_note(note)[0])
    match = _LINES.fullmatch("\n".join(lines))
    if match is None:
        raise LogError("SNAPSHOT_MALFORMED", "/snapshot")
    chain_id, genesis, block, block_hash, *pinned = match.groups()
    contracts = {name: Pinned(*pinned[2 * place : 2 * place + 2]) for place, name in enumerate(_CONTRACTS)}
    return Snapshot(
        stated.origin, stated.size, stated.root, int(chain_id), genesis, int(block), block_hash, contracts
    )


def origin_of(note: str) -> str:
    """The log's origin that a snapshot's first line speaks of, nothing checked; SNAPSHOT_MALFORMED."""
    origin = note.partition("\n")[0]
    if not origin.endswith(_SUFFIX):
        raise LogError("SNAPSHOT_MALFORMED", "/snapshot")
    return origin.removesuffix(_SUFFIX)


def answers(
    snapshot: Snapshot, entries: Iterable[SnapshotEntry], questions: Iterable[Question]
) -> tuple[dict[Question, list[Any] | None], list[Question]]:
    """The values that answer each question, None where its absence is proved; and the questions left open.

    LogError PROOF_… or SNAPSHOT_MALFORMED if a fact is not of the snapshot, or not of the written form.
    """
    at: dict[int, bytes] = {}
    for each in entries:
        merkle.verify_inclusion(leaf_hash(each.entry), each.index, snapshot.size, each.proof, snapshot.root)
        at[each.index] = each.entry
    ordered = sorted(at)
    if any(not at[left] < at[right] for left, right in itertools.pairwise(ordered)):
        raise LogError("SNAPSHOT_MALFORMED", "/snapshot/entries")
    values = [at[index] for index in ordered]
    found: dict[Question, list[Any] | None] = {}
    still_open: list[Question] = []
    for question in questions:
        start = _start(question)
        place = bisect_left(values, start)
        if place < len(values) and values[place].startswith(start):
            found[question] = json.loads(values[place])[len(question) :]
        elif _nothing_between(ordered, place, snapshot.size):
            found[question] = None
        else:
            still_open.append(question)
    return found, still_open


def _nothing_between(indexes: Sequence[int], place: int, size: int) -> bool:
    """Whether the facts on both sides of a place are neighbours in the tree; its ends count as neighbours."""
    left = indexes[place - 1] if place else -1
    right = indexes[place] if place < len(indexes) else size
    return right == left + 1


def _start(question: Question) -> bytes:
    """The bytes with which the fact that answers a question begins, and no other does."""
    if len(question) != NAMES[str(question[0])] + 1:
        raise LogError("SNAPSHOT_MALFORMED", "/snapshot/entries")
    whole = dump_json(list(question))
    return whole if question[0] == "coordinator" else whole[:-1] + b","
