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
    """A node's log up to the head that witnesses confirmed (`protocol.bundle_model.LogSource`)."""

    def __init__(self, source: LogSource, witnessed: Witnessed) -> None:
        self._source = source
        self._witnessed = witnessed

    def covers(self, log: bytes, indexes: Iterable[int | None]) -> bool:
        """Whether no anchored record of these lies beyond the witnessed head: then nothing is lost by ending there."""
        beyond = [each for each in indexes if each is not None and each >= self._witnessed.head.size]
        return all(self._source.head_covering(log, index) is None for index in beyond)

    def head_covering(self, log: bytes, index: int) -> BundleHead | None:
        """Return the first head with a leaf."""
        return self._source.head_covering(log, index)

    def head_at(self, log: bytes, seq: int) -> BundleHead:
        """Return a head."""
        return self._source.head_at(log, seq)

    def newest_head(self, log: bytes) -> BundleHead:
        """Return the witnessed head with its cosigned checkpoint."""
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
