"""Follows other nodes' logs, in a thread of this process: copies what is new, and says how far it came.

When another node is away, nothing here stops: what was copied stays, and whoever asks is told as of which head. What of
it cannot stand beside this node's own records (a fork of a key's numbers or of an account) is left out and counted.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from node.capture import repository as capture
from node.capture.admission import FINDERS
from node.capture.candidate import Candidate
from node.capture.checking import describe
from node.capture.conflicts import ensure_free, find_replay
from node.mirror import repository
from node.mirror.peer import PeerClient
from node.mirror.reading import Chain, read_new
from node.witness.source import confirmed_block
from protocol.errors import FilieraError, LogError
from protocol.hashing import log_id
from protocol.identifiers import participant_urn
from protocol.registry_state import Follower

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

    from anchoring.client import ChainClient
    from anchoring.confirmation import ConfirmationRule
    from node.db import Database
    from node.mirror.reading import Batch
    from node.mirror.repository import MirrorRepository
    from protocol.checks.credentials import Sound
    from protocol.registry_state import ChainSource

_logger = logging.getLogger("filiera.node")


@dataclass(frozen=True)
class PeerState:
    """How far a peer's log is copied. `seen_at` is when it last answered, milliseconds since 1970; 0 for never.

    `problem` is the code of what hinders now, empty if nothing does; `refused` counts records that were not shown or do
    not hold, `forked` those that contradict what is stored here.
    """

    url: str
    origin: str = ""
    seq: int = 0
    size: int = 0
    seen_at: int = 0
    problem: str = ""
    refused: int = 0
    forked: int = 0


@dataclass
class _Peer:
    client: PeerClient
    state: PeerState
    log: bytes = b""
    said: str = field(default="")


class Mirror:
    """Copies of the logs of the nodes at `urls`, `own` being this node's log id.

    `numbers` gives numbers of rows, `clock` milliseconds since 1970.
    """

    def __init__(
        self,
        database: Database,
        copies: MirrorRepository,
        own: bytes,
        client: ChainClient | None,
        source: ChainSource | None,
        rule: ConfirmationRule,
        urls: Iterable[str],
        every_seconds: float,
        numbers: Callable[[], int],
        clock: Callable[[], int],
    ) -> None:
        self._database, self._copies, self._own = database, copies, own
        self._client, self._rule = client, rule
        self._follower = Follower(source, client.deployment.participants.block) if source and client else None
        self._peers = [_Peer(PeerClient(url), PeerState(url)) for url in urls]
        self._every, self._numbers, self._clock = every_seconds, numbers, clock
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def states(self) -> list[PeerState]:
        """How far each peer's log is copied."""
        return [peer.state for peer in self._peers]

    def start(self) -> None:
        """Begin to follow, if there is anybody to follow and a chain to hold him against."""
        if self._peers and self._follower:
            self._thread = threading.Thread(target=self._run, name="mirror", daemon=True)
            self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """End after the request at hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout)
        for peer in self._peers:
            peer.client.close()

    def round(self) -> None:
        """Copy what is new at each peer; one that is away keeps no other waiting."""
        chain = self._chain()
        for peer in self._peers if chain else ():
            try:
                while self._copy(peer, chain) and not self._stop.is_set():  # type: ignore[arg-type]
                    pass
            except FilieraError as error:
                self._tell(peer, error)
            except IntegrityError:
                pass  # another process on this database was faster: the next round begins where it ended

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            try:
                self.round()
            except FilieraError as error:
                for peer in self._peers:
                    self._tell(peer, error)

    def _chain(self) -> Chain | None:
        """The chain up to the block that the rule of confirmation trusts."""
        if self._client is None or self._follower is None:
            return None
        block = confirmed_block(self._client, self._rule)
        if block is None:
            return None
        _, state = self._follower.at(block)
        deployment = self._client.deployment
        return Chain(deployment.chain_id, deployment.anchors.raw, block, dict(state.facts))

    def _copy(self, peer: _Peer, chain: Chain) -> bool:
        """Copy the next piece; whether there was one."""
        if not peer.log and not self._introduced(peer):
            return False
        last = self._copies.last(peer.log)
        found = read_new(peer.client, chain, peer.log, last, self._copies.tree(peer.log))
        if isinstance(found, str):
            self._copies.refresh(peer.log, last[0], found)
        batch = None if isinstance(found, str) else found
        forked = self._store(peer.log, batch) if batch else 0
        seq, size = self._copies.last(peer.log)
        peer.said = ""
        peer.state = replace(
            peer.state,
            seq=seq,
            size=size,
            seen_at=self._clock(),
            problem="",
            refused=peer.state.refused + (len(batch.refused) if batch else 0),
            forked=peer.state.forked + forked,
        )
        return batch is not None

    def _introduced(self, peer: _Peer) -> bool:
        """Which log is the peer's; whether it has anything yet."""
        shown = peer.client.checkpoint()
        if shown is None:
            peer.state = replace(peer.state, seen_at=self._clock(), problem="")
            return False
        _, origin = shown
        if log_id(origin) == self._own:
            raise LogError("PEER_LOG_UNKNOWN", peer=peer.client.url, origin=origin)
        peer.log = log_id(origin)
        peer.state = replace(peer.state, origin=origin)
        return True

    def _store(self, log: bytes, batch: Batch) -> int:
        """Store a piece whole or not at all; returns how many records were left out because they fork."""
        with self._database.write() as connection:
            repository.insert_heads(connection, batch.heads, batch.blocks)
            repository.insert_leaves(connection, log, batch.first, batch.digests)
            candidates = [self._candidate(*each) for each in batch.records]
            places = {sound.record.digest: sound.entry.index for sound, _, _ in batch.records}
            kept, forked = _beside_known(connection, candidates)
            rows = [(self._numbers(), candidate) for candidate in kept]
            if rows:
                capture.insert_candidates(connection, rows, log=log, places=places)
        return forked

    def _candidate(self, sound: Sound, author: bytes, roles: int) -> Candidate:
        """The record as it is stored; nothing is promised about it."""
        checked, now = describe(sound.record, _principal(sound)), self._clock()
        holder = checked.acts_for or participant_urn(author)
        if checked.acts_for == "":
            checked = checked._replace(lines=())  # whose account it is stays unsaid
        return Candidate(checked, author, holder, now, now, checked.adverse and bool(roles & FINDERS))

    def _tell(self, peer: _Peer, error: FilieraError) -> None:
        """Say a problem once, not in every round."""
        peer.state = replace(peer.state, problem=error.code)
        if peer.said != error.code:
            peer.said = error.code
            _logger.warning("copying from %s: %s", peer.client.url, error)


def _principal(sound: Sound) -> str | None:
    """Whom a record acts for: None for its author, empty for somebody who is not shown."""
    acted_for: Any = sound.record.subject.get("filiera:onBehalfOf")
    if acted_for is None:
        return None
    party = acted_for.get("party")
    return party if isinstance(party, str) else ""


def _beside_known(connection: Connection, candidates: list[Candidate]) -> tuple[list[Candidate], int]:
    """Those that are not here yet and can stand beside what is, and how many contradict it."""
    known, kept, forked = capture.load_known(connection, candidates), [], 0
    for candidate in candidates:
        checked = candidate.checked
        twin = known.by_id.get((checked.record_id, checked.key_id))
        if twin is not None and twin.digest == checked.digest:
            continue
        try:
            find_replay(candidate, known)
            ensure_free(candidate, known)
        except FilieraError as fork:
            forked += 1
            _logger.warning("copied record %s left out: %s", checked.digest.hex(), fork)
            continue
        known.add(candidate)
        kept.append(candidate)
    return kept, forked
