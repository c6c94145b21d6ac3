"""Wrapped keys of sealed papers: kept apart from the ciphertext, given to members, destroyed by an erasure.

The node cannot open them and does not know for whom they are. Erasure is their destruction (`node/capture/erasure.py`):
the ciphertext may lie on IPFS for ever and says nothing without them. That a copy of a key may have been kept by a
reader is said, not denied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.documents import repository
from protocol.cid import format_cid
from protocol.errors import AuthorityError, DocumentError
from protocol.strict_json import parse_json
from protocol.wrapped import check_wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.auth.reads import Reads
    from node.auth.tiers import Caller
    from node.db import Database


class Keyring:
    """The wrapped keys of one node; `clock` gives milliseconds since 1970."""

    def __init__(self, database: Database, clock: Callable[[], int], reads: Reads) -> None:
        self._database = database
        self._clock = clock
        self._reads = reads

    def put(self, cid: bytes, caller: Caller, wrapped: bytes) -> None:
        """Keep a wrapped key for a paper of the caller's; DOCUMENT_UNKNOWN for anybody else's."""
        check_wrapped(wrapped)
        self._keep(cid, caller, wrapped.decode("utf-8"))

    def get(self, cid: bytes, caller: Caller) -> list[Any]:
        """Return the wrapped keys of a paper to a member; DOCUMENT_ERASED if all were destroyed."""
        if caller.participant is None or caller.tier == "public":
            raise AuthorityError("DOCUMENT_READER_NEEDED", "Authorization")
        with self._database.read() as connection:
            found = repository.keys(connection, cid)
        if not found:
            raise DocumentError("DOCUMENT_UNKNOWN", "cid")
        kept = [parse_json(wrapped.encode()) for _, wrapped in found if wrapped is not None]
        if not kept:
            raise DocumentError("DOCUMENT_ERASED", "cid")
        self._reads.note(caller, [owner for owner, _ in found], f"keys {format_cid(cid)}")
        return kept

    def _keep(self, cid: bytes, caller: Caller, wrapped: str) -> None:
        if caller.participant is None:
            raise AuthorityError("DOCUMENT_AUTHOR_NEEDED", "Authorization")
        with self._database.write() as connection:
            if not any(paper.owner == caller.participant for paper in repository.papers(connection, cid)):
                raise DocumentError("DOCUMENT_UNKNOWN", "cid")
            repository.set_key(connection, cid, caller.participant, wrapped, self._clock())
        self._reads.note(caller, [caller.participant], f"keys {format_cid(cid)}", "grant")
