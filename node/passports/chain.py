"""What the ledger says of a passport: digest and status, asked at most once a second for each."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.passport import STATUSES

if TYPE_CHECKING:
    from anchoring.client import ChainClient

_FRESH_SECONDS = 1.0
_KEPT = 4_096


@dataclass(frozen=True, slots=True)
class OnChain:
    """A passport as the registry holds it; `version` 0 and status `none` if it does not."""

    digest: bytes
    status: str
    version: int
    successor: bytes


NOWHERE = OnChain(bytes(32), "none", 0, bytes(32))


class PassportChain:
    """Reads PassportRegistry; without a ledger every passport is nowhere."""

    def __init__(self, client: ChainClient | None) -> None:
        self._client = client
        self._known: dict[tuple[bytes, bytes], tuple[float, OnChain]] = {}

    def look(self, issuer: bytes, passport: bytes) -> OnChain:
        """The registry's word; ChainError if the ledger does not answer."""
        if self._client is None:
            return NOWHERE
        asked = self._known.get((issuer, passport))
        if asked is not None and time.monotonic() - asked[0] < _FRESH_SECONDS:
            return asked[1]
        with self._client.errors():
            registry = self._client.contracts["passports"]
            digest, successor, status, version, _, _ = registry.functions.passportOf(issuer, passport).call()
        found = OnChain(bytes(digest), STATUSES[int(status)], int(version), bytes(successor))
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[issuer, passport] = (time.monotonic(), found)
        return found
