"""Taking papers in and giving them out.

A paper is stored when its blocks are durable and then its row is; whoever is told its address finds it after any power
cut. Until the row is there nobody can read the blocks. Who may read: everybody a public paper, else its owner, and
callers whose tier reaches the tier that the owner chose: a company if a record in which the owner encloses the paper
concerns it, inspectors alike. All others are told that there is no such paper.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from node.capture.erasure import is_erased
from node.documents import repository
from node.documents.keyring import Keyring
from node.documents.media import HEAD_BYTES, media_type_of
from node.documents.repository import Paper
from protocol.cid import RAW, codec_of, format_cid
from protocol.errors import AuthorityError, DocumentError
from protocol.unixfs import read_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from node.auth.reads import Reads
    from node.auth.tiers import Caller, Tier
    from node.content.places import Places
    from node.content.staging import Addressed, StagedFile
    from node.custody.readers import Readers
    from node.db import Database

# From the widest circle of readers to the narrowest.
TIERS: tuple[Tier, ...] = ("public", "legitimate", "authority")
MAX_NAME = 255


# A paper has two tables in which requests of one instant can meet.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Terms:
    """What the sender says about a paper; `tier` None means: as it is, for a new one the narrowest."""

    media_type: str = ""
    name: str | None = None
    tier: Tier | None = None
    expected_cid: bytes | None = None


class Documents:
    """Papers of one node; `clock` gives milliseconds since 1970, `limit` is bytes of one paper."""

    def __init__(
        self,
        database: Database,
        content: Places,
        clock: Callable[[], int],
        limit: int,
        readers: Readers,
        reads: Reads,
    ) -> None:
        self._database = database
        self._content = content
        self._clock = clock
        self.limit = limit
        self._readers = readers
        self.keyring = Keyring(database, clock, reads)

    def begin(self, caller: Caller) -> Intake:
        """Begin to take a paper from somebody who may bring one."""
        if caller.participant is None:
            raise AuthorityError("DOCUMENT_AUTHOR_NEEDED", "Authorization")
        if caller.tier == "public":
            raise AuthorityError("ROLE_MISSING", "Authorization", roles="observer")
        return Intake(self, caller.participant, self._content.stage())

    def store(self, owner: bytes, addressed: Addressed, terms: Terms) -> tuple[Paper, bool]:
        """Make a complete, checked paper durable; returns it and whether its owner had not brought it before."""
        with self._database.read() as connection:
            known = _of(owner, repository.papers(connection, addressed.cid))
        _ensure_no_narrower(known, terms)
        tier = terms.tier or (known.tier if known else TIERS[-1])
        self._content.publish(addressed.blocks, public=tier == "public")
        for _ in range(_TRIES):
            # Another request may bring the same paper, or the same blocks, in the same instant; then they are known.
            with suppress(IntegrityError):
                return self._record(owner, addressed, terms)
        return self._record(owner, addressed, terms)

    def find(self, cid: bytes, caller: Caller) -> Paper:
        """Return the paper as far as the caller may read it; DOCUMENT_UNKNOWN alike for none and not allowed."""
        with self._database.read() as connection:
            found = repository.papers(connection, cid)
            erased = not found and is_erased(connection, format_cid(cid))
            allowed = [paper for paper in found if self._may_read(connection, caller, paper)]
        if not allowed:
            raise DocumentError("DOCUMENT_ERASED" if erased else "DOCUMENT_UNKNOWN", "cid")
        return _of(caller.participant, allowed) or min(allowed, key=lambda paper: TIERS.index(_tier(paper)))

    def read(self, paper: Paper, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield the paper's bytes, each block checked; the first is read at once, so that damage shows early."""
        end = paper.size if stop is None else stop
        get = partial(self._block, public=paper.tier == "public")
        return _started(read_file(paper.cid, get, max_bytes=paper.size, start=start, stop=end))

    def public_block(self, cid: bytes) -> bytes:
        """Return a block that everybody may have; BLOCK_UNKNOWN for all others."""
        with self._database.read() as connection:
            public = repository.is_public_block(connection, cid)
            logged = None if public or codec_of(cid) != RAW else repository.log_block(connection, cid[-32:])
        if logged is not None:
            return logged
        if not public:
            raise DocumentError("BLOCK_UNKNOWN", "cid")
        return self._block(cid, public=True)

    def _may_read(self, connection: Connection, caller: Caller, paper: Paper) -> bool:
        if paper.tier == "public" or caller.wrote(paper.owner):
            return True
        if TIERS.index(caller.tier) < TIERS.index(_tier(paper)):
            return False
        return self._readers.may_open(connection, caller, format_cid(paper.cid), paper.owner)

    def _record(self, owner: bytes, addressed: Addressed, terms: Terms) -> tuple[Paper, bool]:
        with self._database.write() as connection:
            known = _of(owner, repository.papers(connection, addressed.cid))
            if known is not None:
                _ensure_no_narrower(known, terms)
                tier = terms.tier or known.tier
                repository.set_tier(connection, known.cid, owner, tier)
                return _with_tier(known, tier), False
            paper = Paper(
                addressed.cid, owner, addressed.sha256, addressed.size, terms.media_type, terms.name,
                terms.tier or TIERS[-1], self._clock(),
            )  # fmt: skip
            repository.add(connection, paper, addressed.blocks)
            return paper, True

    def _block(self, cid: bytes, *, public: bool) -> bytes:
        try:
            return self._content.get(cid, public=public)
        except DocumentError as error:
            if error.code != "BLOCK_UNKNOWN":
                raise
            # The row says that it is here.
            raise DocumentError("DOCUMENT_DAMAGED", "cid", block=format_cid(cid)) from error


class Intake:
    """One paper on its way in. Whoever begins one ends it with `complete` or `discard`."""

    def __init__(self, documents: Documents, owner: bytes, staged: StagedFile) -> None:
        self._documents = documents
        self._owner = owner
        self._staged = staged
        self._head = b""
        self._size = 0

    def write(self, data: bytes) -> None:
        """Take the next bytes; DOCUMENT_TOO_LARGE as soon as it is one byte too long."""
        self._size += len(data)
        if self._size > self._documents.limit:
            raise DocumentError("DOCUMENT_TOO_LARGE", "body", limit=self._documents.limit)
        if len(self._head) < HEAD_BYTES:
            self._head += data[: HEAD_BYTES - len(self._head)]
        self._staged.write(data)

    def complete(self, terms: Terms) -> tuple[Paper, bool]:
        """Check the whole against what was said of it, and store it."""
        if self._size == 0:
            raise DocumentError("DOCUMENT_EMPTY", "body")
        name = checked_name(terms.name)
        media_type = media_type_of(terms.media_type, self._head)
        addressed = self._staged.seal()
        if terms.expected_cid not in {None, addressed.cid}:
            raise DocumentError(
                "DOCUMENT_CID_MISMATCH", "Filiera-Expected-Cid", found=format_cid(addressed.cid)
            )
        checked = Terms(media_type, name, terms.tier)
        return self._documents.store(self._owner, addressed, checked)

    def discard(self) -> None:
        """Forget what has come; does nothing after `complete`."""
        self._staged.discard()


def checked_name(name: str | None) -> str | None:
    """Return a label without anything that a path, a header or a reader's eye could be tricked with."""
    if not name:
        return None
    tricks = any(unicodedata.category(letter)[0] == "C" or letter in "/\\:\u2028\u2029" for letter in name)
    if tricks or ".." in name or name.strip(" .") == "" or len(name) > MAX_NAME:
        raise DocumentError("DOCUMENT_NAME", "name")
    return name


def _of(owner: bytes | None, papers: list[Paper]) -> Paper | None:
    return next((paper for paper in papers if paper.owner == owner), None)


def _tier(paper: Paper) -> Tier:
    return next(tier for tier in TIERS if tier == paper.tier)


def _with_tier(paper: Paper, tier: str) -> Paper:
    return Paper(**{name: getattr(paper, name) for name in Paper.__slots__} | {"tier": tier})


def _ensure_no_narrower(known: Paper | None, terms: Terms) -> None:
    """What others could read they may have kept: only wider terms can be had by sending a paper again."""
    if known is not None and terms.tier is not None and TIERS.index(terms.tier) > TIERS.index(_tier(known)):
        raise DocumentError("DOCUMENT_OTHER_TERMS", "tier", tier=known.tier)


def _started(parts: Iterator[bytes]) -> Iterator[bytes]:
    first = next(parts, b"")

    def rest() -> Iterator[bytes]:
        yield first
        yield from parts

    return rest()
