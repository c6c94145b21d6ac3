"""Evidence with what the witnesses confirmed: it ends at the witnessed head, and the facts that it needs come along."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from protocol.bundle import token_order
from protocol.bundle_model import BundleKey
from protocol.checks.credentials import Sound
from protocol.checks.snapshot_view import questions_of
from protocol.snapshot import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from node.witness.service import Witnessed
    from protocol.bundle_model import Bundle, BundleAffected, BundleHead, LogSource
    from protocol.records import Record


class WitnessedSource:
    """Logs up to the heads that witnesses confirmed, `own` being this node's (`protocol.bundle_model.LogSource`).

    Of its own log the node has the checkpoint with the witnesses' lines; a copy of another has the lines that its node
    had, and goes as far as the witnessed state of the chain knows it.
    """

    def __init__(self, source: LogSource, witnessed: Witnessed, own: bytes) -> None:
        self._source = source
        self._witnessed = witnessed
        self._own = own

    def covers(self, log: bytes, index: int | None) -> bool:
        """Whether a record does not lie beyond what is witnessed: then nothing is lost by ending there."""
        if index is None:
            return True
        head = self._source.head_covering(log, index)
        if log == self._own:
            return index < self._witnessed.head.size or head is None
        return head is None or self._source.newest_head(log).seq <= self._seq_of(log)

    def _seq_of(self, log: bytes) -> int:
        fact = self._witnessed.facts.get(("log", log.hex()))
        return int(fact[1]) if fact else 0

    def head_covering(self, log: bytes, index: int) -> BundleHead | None:
        """Return the first head with a leaf."""
        return self._source.head_covering(log, index)

    def head_at(self, log: bytes, seq: int) -> BundleHead:
        """Return a head."""
        return self._source.head_at(log, seq)

    def newest_head(self, log: bytes) -> BundleHead:
        """Return the witnessed head with its cosigned checkpoint."""
        if log != self._own:
            return self._source.newest_head(log)
        head = self._source.head_at(log, self._witnessed.head.seq)
        return replace(head, checkpoint=self._witnessed.checkpoint)

    def inclusion(self, log: bytes, index: int, size: int) -> Sequence[bytes]:
        """Return an inclusion proof."""
        return self._source.inclusion(log, index, size)

    def consistency(self, log: bytes, size1: int, size2: int) -> Sequence[bytes]:
        """Return a consistency proof."""
        return self._source.consistency(log, size1, size2)

    def affected(self, log: bytes, seq: int) -> BundleAffected | None:
        """Return manifest and affected list of a head."""
        return self._source.affected(log, seq)

    def attach(self, bundle: Bundle, records: Iterable[Record], memberships: Iterable[Record]) -> Bundle:
        """The bundle with the snapshot, and with the keys' windows as the snapshot has them: one state in one file."""
        witnessed = self._witnessed
        stated = replace(bundle, keys=tuple(_as_witnessed(key, witnessed) for key in bundle.keys))
        known = {record.digest: record for record in records}
        sound = [Sound(known[token_order(entry.token)], entry) for entry in bundle.records]
        questions = questions_of(stated, sound, memberships)
        return replace(stated, snapshot=Evidence(witnessed.note, witnessed.tree.prove(questions)))


def _as_witnessed(key: BundleKey, witnessed: Witnessed) -> BundleKey:
    fact = witnessed.facts.get(("key", key.participant.hex(), key.key_hash.hex()))
    return key if fact is None else BundleKey(key.participant, key.key_hash, *fact[1:])
