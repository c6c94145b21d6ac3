"""Has the log's newest confirmed head and the state of the chain confirmed by witnesses, in a thread of this process.

Each round reads the chain up to the block that the rule of confirmation gives, and asks the witnesses if anything is
new, or if what they said is getting old. What they confirmed last stays in use until enough have confirmed what is
newer: a witness that is down makes the evidence older, never worthless. Nothing is stored: a new process asks again.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.witness.asking import WitnessClient
from node.witness.source import confirmed_block
from protocol.checks.view import Pinned
from protocol.errors import ChainError, FilieraError, LogError
from protocol.registry_state import CONTRACTS, Follower
from protocol.snapshot import Snapshot, SnapshotTree, snapshot_origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from anchoring.client import ChainClient
    from anchoring.confirmation import ConfirmationRule
    from anchoring.ports import HeadRow
    from node.log.service import Log
    from protocol.registry_state import ChainSource, Question, RegistryState

_logger = logging.getLogger("filiera.node")
# So old may the witnesses' words become while nothing changes.
FRESH_SECONDS = 600.0


@dataclass(frozen=True)
class Witnessed:
    """What enough witnesses confirmed: a snapshot, and the checkpoint of the newest head in it."""

    note: str
    checkpoint: str
    head: HeadRow
    tree: SnapshotTree
    facts: Mapping[Question, list[Any]]


class Witnesses:
    """Asks the witnesses at `urls`; `quorum` of them have to confirm before anything is used."""

    def __init__(
        self,
        client: ChainClient | None,
        source: ChainSource | None,
        log: Log,
        rule: ConfirmationRule,
        urls: list[str],
        quorum: int,
        every_seconds: float,
    ) -> None:
        self._client, self._log, self._rule = client, log, rule
        self._witnesses = [WitnessClient(url) for url in urls]
        self._quorum, self._every = quorum or len(urls), every_seconds
        first = client.deployment.participants.block if client else 0
        self._follower = Follower(source, first) if source else None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._asked = 0.0
        self._built: tuple[RegistryState, int, SnapshotTree] | None = None
        self._problems: dict[str, str] = {}
        self.current: Witnessed | None = None

    def start(self) -> None:
        """Begin to ask, if there is anybody to ask and a chain to ask about."""
        if self._witnesses and self._follower:
            self._thread = threading.Thread(target=self._run, name="witnesses", daemon=True)
            self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """End after the request at hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout)
        for witness in self._witnesses:
            witness.close()

    def snapshot(self) -> str:
        """The newest witnessed snapshot as a note; LogError SNAPSHOT_NONE while there is none."""
        if self.current is None:
            raise LogError("SNAPSHOT_NONE")
        return self.current.note

    def checkpoint(self) -> str:
        """The signed note of the last anchored head, with the witnesses' lines once they have confirmed it."""
        note, known = self._log.checkpoint(), self.current
        return known.checkpoint if known and known.checkpoint.startswith(note) else note

    def round(self) -> None:
        """Read the chain and ask about what is new. ChainError or LogError if the chain or the log cannot say."""
        if self._follower is None or self._client is None:
            return
        block = confirmed_block(self._client, self._rule)
        if block is None:
            return
        block_hash, state = self._follower.at(block)
        head = self._head(state.facts)
        if head is None:
            return
        tree = self._tree(state)
        if self._is_known(tree, head):
            return
        snapshot = _snapshot(self._client, self._log.origin, tree, block, block_hash)
        note, checkpoint, confirmed = self._ask(self._log.sign_snapshot(snapshot), head)
        if confirmed >= self._quorum:
            self._asked = time.monotonic()
            self.current = Witnessed(note, checkpoint, head, tree, dict(state.facts))

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            try:
                self.round()
            except FilieraError as error:
                self._tell("chain", error)
            else:
                self._problems.pop("chain", None)

    def _head(self, facts: Mapping[Question, list[Any]]) -> HeadRow | None:
        """The last head on the chain as the database has it; LogError FOREIGN_HEAD if it has another."""
        log = self._log.log_id.hex()
        seq = facts[("log", log)][1] if ("log", log) in facts else 0
        if not seq:
            return None
        try:
            head = self._log.head(seq)
        except LogError:
            return None  # mined, and not yet noted here: the next round sees it
        if facts["head", log, seq][0] != head.head_hash.hex():
            raise ChainError("FOREIGN_HEAD", seq=seq)
        return head

    def _tree(self, state: RegistryState) -> SnapshotTree:
        """The tree over a state's facts, built anew only if events have come."""
        if self._built is None or self._built[:2] != (state, state.changes):
            self._built = (state, state.changes, SnapshotTree(state.entries()))
        return self._built[2]

    def _is_known(self, tree: SnapshotTree, head: HeadRow) -> bool:
        known = self.current
        if known is None or (known.tree.root, known.head.seq) != (tree.root, head.seq):
            return False
        return time.monotonic() - self._asked < FRESH_SECONDS

    def _ask(self, note: str, head: HeadRow) -> tuple[str, str, int]:
        """Both notes with the lines of all who signed both, and how many these are."""
        checkpoint, confirmed = self._log.checkpoint_of(head), 0
        for witness in self._witnesses:
            try:
                cosigned = witness.cosign_checkpoint(checkpoint, head.size, self._log.consistency)
                note = witness.cosign_snapshot(note)
            except FilieraError as error:
                self._tell(witness.url, error)
            else:
                self._problems.pop(witness.url, None)
                checkpoint, confirmed = cosigned, confirmed + 1
        return note, checkpoint, confirmed

    def _tell(self, whom: str, error: FilieraError) -> None:
        """Say a problem once, not in every round."""
        if self._problems.get(whom) != error.code:
            self._problems[whom] = error.code
            _logger.warning("witnessing: %s", error)


def _snapshot(
    client: ChainClient, log_origin: str, tree: SnapshotTree, block: int, block_hash: str
) -> Snapshot:
    deployment = client.deployment
    contracts = {
        name: Pinned(deployment.contract(name).address.lower(), deployment.contract(name).codeHash)
        for name in CONTRACTS
    }
    return Snapshot(
        origin=snapshot_origin(log_origin),
        size=len(tree.entries),
        root=tree.root,
        chain_id=deployment.chain_id,
        genesis=deployment.genesis,
        block=block,
        block_hash=block_hash,
        contracts=contracts,
    )
