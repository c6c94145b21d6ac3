"""What the ledger says of a passport: digest and status, asked at most once a second for each."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.errors import ChainError
from protocol.hashing import sha256
from protocol.passport import STATUSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from anchoring.client import ChainClient
    from protocol.passport_batch import Batch, BatchPlace

_FRESH_SECONDS = 1.0
_KEPT = 4_096


@dataclass(frozen=True, slots=True)
class OnChain:
    """A passport as the registry holds it; `version` 0 and status `none` if it does not.

    `batch`: it is registered as one of many, and this is its place. An item's version is not on the ledger then: 1.
    """

    digest: bytes
    status: str
    version: int
    successor: bytes
    batch: BatchPlace | None = None


NOWHERE = OnChain(bytes(32), "none", 0, bytes(32))


class PassportChain:
    """Reads PassportRegistry; without a ledger every passport is nowhere."""

    def __init__(self, client: ChainClient | None) -> None:
        self._client = client
        self._known: dict[tuple[bytes, bytes], tuple[float, OnChain]] = {}

    def look(self, issuer: bytes, passport: bytes, places: Sequence[BatchPlace] = ()) -> OnChain:
        """The registry's word; a registration of its own goes before the batches that the passport is in.

        ChainError if the ledger does not answer.
        """
        if self._client is None:
            return NOWHERE
        asked = self._known.get((issuer, passport))
        if asked is not None and time.monotonic() - asked[0] < _FRESH_SECONDS:
            return asked[1]
        found = _ask(self._client, issuer, passport, places)
        if len(self._known) >= _KEPT:
            self._known = {}
        self._known[issuer, passport] = (time.monotonic(), found)
        return found

    def has_batch(self, issuer: bytes, batch: Batch) -> bool:
        """Whether the registry holds this very batch; ChainError NO_LEDGER without a ledger."""
        if self._client is None:
            raise ChainError("NO_LEDGER")
        with self._client.errors():
            functions = self._client.contracts["passports"].functions
            manifest, count, block = functions.batchOf(issuer, batch.root).call()
        return bool(block) and (bytes(manifest), count) == (sha256(batch.manifest), len(batch.items))

    def forget(self) -> None:
        """An act was mined: what was read before it is old. Called from any thread."""
        self._known = {}


def _ask(client: ChainClient, issuer: bytes, passport: bytes, places: Sequence[BatchPlace]) -> OnChain:
    with client.errors():
        functions = client.contracts["passports"].functions
        digest, successor, status, version, _, _ = functions.passportOf(issuer, passport).call()
        if status:
            return OnChain(bytes(digest), STATUSES[int(status)], int(version), bytes(successor))
        for place in places:
            item = (place.root, place.passport, place.digest, place.index, list(place.proof))
            status, _ = functions.itemStatusOf(issuer, item).call()
            if status:
                return OnChain(place.digest, STATUSES[int(status)], 1, bytes(32), place)
    return NOWHERE
