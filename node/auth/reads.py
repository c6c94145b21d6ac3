"""Who looked at whose data: reads above the public tier, and grants; shown to whom the data belong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from node.auth import repository
from node.auth.tiers import COORDINATOR
from protocol.errors import AuthorityError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from node.auth.tiers import Caller
    from node.db import Database

Act = Literal["read", "grant"]
_DAY_MS = 86_400_000
_MAX_TARGET = 256


@dataclass(frozen=True, slots=True)
class Read:
    """One line: who, at which tier, did what, with which record (digest), lot or paper (CID), when (ms since 1970)."""

    number: int
    reader: bytes
    tier: str
    act: str
    target: str
    read_at: int


class Reads:
    """Keeps and shows the lines of one node.

    `authority_days` is how long an authority's read stays unknown to the owner; `clock` gives milliseconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], int], authority_days: int) -> None:
        self._database = database
        self._clock = clock
        self._authority_ms = authority_days * _DAY_MS

    def note(self, caller: Caller, owners: Iterable[bytes], target: str, act: Act = "read") -> None:
        """Keep a line for each owner; one's own data may be looked at without one, but not granted."""
        if caller.participant is None:
            return
        concerned = {owner for owner in owners if act != "read" or not caller.wrote(owner)}
        if act == "read" and caller.tier == "public":
            return
        rows = [
            {
                "participant": caller.participant, "owner": owner, "tier": caller.tier, "act": act,
                "target": target[:_MAX_TARGET], "read_at": self._clock(),
            }
            for owner in sorted(concerned)
        ]  # fmt: skip
        if rows:
            with self._database.write() as connection:
                repository.note_reads(connection, rows)

    def of(self, caller: Caller, after: int, limit: int) -> list[Read]:
        """The lines about the caller's own data beyond number `after`, oldest first; AUTH_TOKEN for nobody."""
        if caller.participant is None:
            raise AuthorityError("AUTH_TOKEN", "Authorization")
        owners = [caller.participant, *([COORDINATOR] if caller.coordinates else [])]
        told_until = self._clock() - self._authority_ms
        with self._database.read() as connection:
            rows = repository.reads_of(connection, owners, told_until, after, limit)
        return [Read(*row) for row in rows]
