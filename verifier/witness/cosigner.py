"""What a witness signs, and what it refuses (C2SP tlog-witness; README §15 and §16).

A tree: only one that extends the last one signed, by proof; never a smaller one, never another of the same size. A
state of the chain: only the one that the witness folds from its own endpoint, never for an older block than the last,
and only while the tree that the log showed it is the one that the chain holds. Whatever is signed is on disk first.
"""

from __future__ import annotations

import base64
import binascii
import re
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from protocol import merkle
from protocol.checkpoint import MAX_NOTE_BYTES, format_vkey, parse_checkpoint, split_note
from protocol.cosignature import CHECKPOINT, SNAPSHOT, cosign
from protocol.errors import FilieraError, LogError
from protocol.hashing import log_id
from protocol.keys import PublicKey
from protocol.registry_state import ChainSource, Follower
from protocol.snapshot import SnapshotTree, origin_of, parse_snapshot
from verifier.witness.state import Signed, Tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocol.checkpoint import Checkpoint
    from protocol.checks.view import Trust
    from protocol.cosignature import Statement
    from protocol.keys import PrivateKey
    from protocol.registry_state import RegistryState
    from protocol.snapshot import Snapshot
    from verifier.witness.state import Memory, StateFile

MAX_PROOF: Final = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_EMPTY = Tree(0, merkle.EMPTY_ROOT.hex())


class PinnedChain(ChainSource, Protocol):
    """The witness's own endpoint of the chain."""

    def ensure_pinned(self) -> None:
        """LogError WITNESS_CHAIN_OTHER unless it is the chain of the trust file."""


@dataclass(frozen=True)
class Request:
    """An add-checkpoint request: the size that the client believes was signed last, the proof from it, the note."""

    old: int
    proof: tuple[bytes, ...]
    note: str


def parse_request(text: str) -> Request:
    """Read the body of add-checkpoint; LogError WITNESS_REQUEST_MALFORMED."""
    head, separator, note = text.partition("\n\n")
    old, *lines = head.split("\n")
    match = _OLD.fullmatch(old)
    if not separator or match is None or len(lines) > MAX_PROOF or len(text) > MAX_NOTE_BYTES:
        raise LogError("WITNESS_REQUEST_MALFORMED")
    return Request(int(match[1]), tuple(_hash(line) for line in lines), note)


class Cosigner:
    """One witness: its key, what it trusts, its memory; safe to ask from several threads."""

    def __init__(
        self, key: PrivateKey, trust: Trust, state: StateFile, chain: PinnedChain, clock: Callable[[], int]
    ) -> None:
        """Take what was signed so far from `state`; `clock` gives seconds since 1970.

        LogError WITNESS_STATE_MALFORMED if the state is not that of this key.
        """
        self._key, self._trust, self._state = key, trust, state
        self._chain, self._clock = chain, clock
        self._follower = Follower(chain)
        # Comparing with what was signed last and remembering the new one has to be one step.
        self._lock = threading.Lock()
        # States are read one after the other, and slowly: checkpoints do not wait for that.
        self._reading = threading.Lock()
        self._memory = state.load()
        if self._memory.key != key.public.raw.hex():
            raise LogError("WITNESS_STATE_MALFORMED", path="key")

    @property
    def name(self) -> str:
        """The name under which it signs."""
        return self._memory.name

    def add_checkpoint(self, body: str) -> str:
        """Cosign a log's checkpoint; returns the signature line. LogError with the HTTP status that C2SP wants."""
        request = parse_request(body)
        origin = request.note.partition("\n")[0]
        checkpoint = self._read(origin, request.note)
        with self._lock:
            last = self._memory.trees.get(origin, _EMPTY)
            _ensure_extends(checkpoint, request, last)
            if (tree := Tree(checkpoint.size, checkpoint.root.hex())) != last:
                self._remember(replace(self._memory, trees={**self._memory.trees, origin: tree}))
            return self._sign(request.note, CHECKPOINT)

    def add_snapshot(self, note: str) -> str:
        """Cosign a state of the chain; returns the signature line. LogError, or ChainError of the own endpoint."""
        origin = origin_of(note)
        snapshot = self._read_snapshot(origin, note)
        self._ensure_pinned(snapshot)
        with self._reading:
            self._ensure_newer(origin, snapshot)
            state = self._own_state(snapshot)
            with self._lock:
                self._ensure_same_log(origin, state)
                signed = Signed(snapshot.block, snapshot.block_hash, snapshot.root.hex())
                snapshots = {**self._memory.snapshots, origin: signed}
                self._remember(replace(self._memory, snapshots=snapshots))
            return self._sign(note, SNAPSHOT)

    def _read(self, origin: str, note: str) -> Checkpoint:
        try:
            return parse_checkpoint(note, format_vkey(origin, self._log_key(origin)))
        except LogError as error:
            raise _as_answer(error, origin) from error

    def _read_snapshot(self, origin: str, note: str) -> Snapshot:
        try:
            return parse_snapshot(note, origin, self._log_key(origin))
        except LogError as error:
            raise _as_answer(error, origin) from error

    def _log_key(self, origin: str) -> PublicKey:
        raw = self._trust.log_keys.get(origin)
        if raw is None:
            raise LogError("WITNESS_LOG_UNKNOWN", origin=origin[:255])
        return PublicKey("EdDSA", raw)

    def _ensure_pinned(self, snapshot: Snapshot) -> None:
        trust = self._trust
        stated = (snapshot.chain_id, snapshot.genesis, dict(snapshot.contracts))
        if stated != (trust.chain_id, trust.genesis, dict(trust.contracts)):
            raise LogError("WITNESS_CHAIN_OTHER", what="snapshot")

    def _ensure_newer(self, origin: str, snapshot: Snapshot) -> None:
        last = self._memory.snapshots.get(origin)
        if last is None or snapshot.block > last.block:
            return
        if snapshot.block < last.block:
            raise LogError("WITNESS_SNAPSHOT_OLD", signed=last.block, block=snapshot.block)
        if (last.hash, last.root) != (snapshot.block_hash, snapshot.root.hex()):
            raise LogError("WITNESS_SNAPSHOT_DIFFERS", block=snapshot.block, what="signed")

    def _own_state(self, snapshot: Snapshot) -> RegistryState:
        """The state at the snapshot's block as the own endpoint gives it, which has to be the one presented."""
        self._chain.ensure_pinned()
        # As deep as the trust file wants a head: a block that falls away again should not have been witnessed.
        if self._chain.block_hash(snapshot.block + self._trust.confirmations) is None:
            raise LogError("WITNESS_BEHIND", block=snapshot.block)
        block_hash, state = self._follower.at(snapshot.block)
        if block_hash != snapshot.block_hash:
            raise LogError("WITNESS_SNAPSHOT_DIFFERS", block=snapshot.block, what="hash")
        entries = state.entries()
        if (len(entries), SnapshotTree(entries).root) != (snapshot.size, snapshot.root):
            raise LogError("WITNESS_SNAPSHOT_DIFFERS", block=snapshot.block, what="root")
        return state

    def _ensure_same_log(self, origin: str, state: RegistryState) -> None:
        """The tree that the log showed here is one that it anchored, unless it is younger than the chain's newest."""
        tree = self._memory.trees.get(origin, _EMPTY)
        name = log_id(origin).hex()
        heads = [fact for question, fact in state.facts.items() if question[:2] == ("head", name)]
        newest = max((int(fact[2]) for fact in heads), default=0)
        if 0 < tree.size <= newest and (tree.root, tree.size) not in {(fact[1], fact[2]) for fact in heads}:
            raise LogError("WITNESS_LOG_OFF_CHAIN", origin=origin, size=tree.size)

    def _remember(self, memory: Memory) -> None:
        self._state.store(memory)
        self._memory = memory

    def _sign(self, note: str, statement: Statement) -> str:
        body, _ = split_note(note)
        return cosign(body, self._clock(), self.name, self._key, statement)


def _ensure_extends(checkpoint: Checkpoint, request: Request, last: Tree) -> None:
    """C2SP tlog-witness, in its order: 400 for an old size above the new one, 409 for another size or root, 422."""
    if request.old > checkpoint.size:
        raise LogError("WITNESS_REQUEST_MALFORMED")
    if request.old != last.size:
        raise LogError("WITNESS_SIZE", size=last.size, old=request.old)
    if checkpoint.size == last.size and checkpoint.root.hex() != last.root:
        raise LogError("WITNESS_FORK", origin=checkpoint.origin, size=last.size)
    try:
        if request.old:
            root = bytes.fromhex(last.root)
            merkle.verify_consistency(request.old, root, checkpoint.size, checkpoint.root, request.proof)
        elif request.proof:
            raise LogError("PROOF_MALFORMED")
    except FilieraError as error:
        raise LogError("WITNESS_INCONSISTENT", size=checkpoint.size, old=request.old) from error


def _as_answer(error: LogError, origin: str) -> LogError:
    """What is wrong with a note, as the request's own fault or as a signature that is not the log's."""
    if error.code in {"CHECKPOINT_UNSIGNED", "CHECKPOINT_SIGNATURE"}:
        return LogError("WITNESS_LOG_SIGNATURE", origin=origin[:255])
    return LogError("WITNESS_REQUEST_MALFORMED") if error.code.startswith("CHECKPOINT_") else error


def _hash(line: str) -> bytes:
    try:
        data = base64.b64decode(line.encode("ascii"), validate=True)
    except (ValueError, binascii.Error) as error:
        raise LogError("WITNESS_REQUEST_MALFORMED") from error
    if len(data) != merkle.HASH_BYTES or base64.b64encode(data).decode() != line:
        raise LogError("WITNESS_REQUEST_MALFORMED")
    return data
