"""Looking after stored papers: read them all again, remove what belongs to none, move public ones between stores.

Nothing here is needed for the node to be right; a store that nobody reads again is found broken when it is too late.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from node.documents import repository
from protocol.cid import check_block, format_cid
from protocol.errors import DocumentError
from protocol.unixfs import read_file

if TYPE_CHECKING:
    from node.content.places import Places
    from node.db import Database

# An upload writes its blocks before its row; younger ones may belong to one that is under way.
SWEEP_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Health:
    """How many papers could be read in full, and what is the matter with the others, by address."""

    good: int
    damaged: dict[str, str]


class Upkeep:
    """Works on the stores of one node while it runs or stands still."""

    def __init__(self, database: Database, content: Places) -> None:
        self._database = database
        self._content = content

    def check(self) -> Health:
        """Read every paper from its store and hold every block against its address."""
        with self._database.read() as connection:
            papers = repository.addresses(connection)
        damaged = {}
        for cid, public in papers:
            try:
                for _ in read_file(cid, partial(self._content.get, public=public)):
                    pass
            except DocumentError as error:
                damaged[format_cid(cid)] = error.code
        return Health(len(papers) - len(damaged), damaged)

    def sweep(self, now: float) -> int:
        """Remove blocks on this machine that belong to no paper; returns how many. `now` in seconds since 1970."""
        removed = 0
        for cid in self._content.local.listed(now - SWEEP_SECONDS):
            with self._database.read() as connection:
                needed = repository.is_needed(connection, cid)
            if not needed:
                self._content.local.remove(cid, [cid])
                removed += 1
        return removed

    def migrate(self) -> int:
        """Move every public paper that lies on this machine to the shared store; returns how many.

        Each block is read back from there and compared before the one here is removed. Papers that are not public
        stay. May be repeated, also after it broke off. DocumentError `KUBO_MISSING`, or what a store says.
        """
        shared = self._content.shared
        if shared is None:
            raise DocumentError("KUBO_MISSING", "FILIERA_KUBO")
        with self._database.read() as connection:
            public = [cid for cid, is_public in repository.addresses(connection) if is_public]
        return sum(self._move(cid) for cid in public)

    def _move(self, cid: bytes) -> bool:
        shared, local = self._content.shared, self._content.local
        if shared is None or not self._is_here(cid):
            return False
        staged = self._content.stage()
        try:
            for part in read_file(cid, partial(self._content.get, public=True)):
                staged.write(part)
            addressed = staged.seal()
            if addressed.cid != cid:
                raise DocumentError("DOCUMENT_DAMAGED", "cid", block=format_cid(cid))
            shared.publish(addressed.blocks)
        finally:
            staged.discard()
        for address in addressed.blocks:
            check_block(address, shared.get(address))
        with self._database.read() as connection:
            free = [address for address in addressed.blocks if not repository.is_closed(connection, address)]
        local.remove(cid, free)
        return cid in free

    def _is_here(self, cid: bytes) -> bool:
        try:
            self._content.local.get(cid)
        except DocumentError:
            return False
        return True
