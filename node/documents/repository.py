"""Papers in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, delete, exists, func, insert, select, update

from anchoring.ports import HeadState
from node.models import Document, DocumentBlock, DocumentKey, Head, LogBlock, StoredRecord, table_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

DOCUMENTS, BLOCKS, KEYS, HEADS, LOG_BLOCKS, RECORDS = (
    table_of(model) for model in (Document, DocumentBlock, DocumentKey, Head, LogBlock, StoredRecord)
)
_PUBLISHED = HEADS.c.state.in_([HeadState.ANCHORED.value, HeadState.CONFIRMED.value])


@dataclass(frozen=True, slots=True)
class Paper:
    """A row of `documents`."""

    cid: bytes
    owner: bytes
    sha256: bytes
    size: int
    media_type: str
    name: str | None
    tier: str
    stored_at: int


def papers(connection: Connection, cid: bytes) -> list[Paper]:
    """Every row of a paper: one for each participant that brought it."""
    wanted = (
        select(DOCUMENTS).where(DOCUMENTS.c.cid == cid).order_by(DOCUMENTS.c.stored_at, DOCUMENTS.c.owner)
    )
    return [Paper(**row) for row in connection.execute(wanted).mappings()]


def add(connection: Connection, paper: Paper, blocks: Collection[bytes]) -> None:
    """Store a new row; the blocks of a paper are the same whoever brings it."""
    row = {name: getattr(paper, name) for name in Paper.__slots__}
    connection.execute(insert(DOCUMENTS).values(row))
    known = exists().where(BLOCKS.c.document == paper.cid)
    if not connection.execute(select(known)).scalar():
        rows = [{"block": block, "document": paper.cid} for block in blocks]
        connection.execute(insert(BLOCKS), rows)


def remove(connection: Connection, cid: bytes, owner: bytes) -> None:
    """Forget that a participant brought a paper; the last to go takes the list of its blocks along."""
    connection.execute(delete(DOCUMENTS).where((DOCUMENTS.c.cid == cid) & (DOCUMENTS.c.owner == owner)))
    if not papers(connection, cid):
        connection.execute(delete(BLOCKS).where(BLOCKS.c.document == cid))


def set_tier(connection: Connection, cid: bytes, owner: bytes, tier: str) -> None:
    """Let more people read."""
    row = (DOCUMENTS.c.cid == cid) & (DOCUMENTS.c.owner == owner)
    connection.execute(update(DOCUMENTS).where(row).values(tier=tier))


def addresses(connection: Connection) -> list[tuple[bytes, bool]]:
    """Every paper's address, and whether anybody has made it public."""
    public = func.max(case((DOCUMENTS.c.tier == "public", 1), else_=0))
    wanted = select(DOCUMENTS.c.cid, public).group_by(DOCUMENTS.c.cid).order_by(DOCUMENTS.c.cid)
    return [(row[0], bool(row[1])) for row in connection.execute(wanted)]


def is_closed(connection: Connection, cid: bytes) -> bool:
    """Whether somebody has brought a paper with this block and not made it public."""
    wanted = exists().where(
        BLOCKS.c.block == cid, DOCUMENTS.c.cid == BLOCKS.c.document, DOCUMENTS.c.tier != "public"
    )
    return bool(connection.execute(select(wanted)).scalar())


def is_needed(connection: Connection, cid: bytes) -> bool:
    """Whether a block is part of any paper."""
    return bool(connection.execute(select(exists().where(BLOCKS.c.block == cid))).scalar())


def set_key(connection: Connection, cid: bytes, owner: bytes, wrapped: str | None, now: int) -> None:
    """Put a wrapped key in the place of the former one; None destroys it."""
    row = (KEYS.c.document == cid) & (KEYS.c.owner == owner)
    connection.execute(delete(KEYS).where(row))
    connection.execute(insert(KEYS).values(document=cid, owner=owner, wrapped=wrapped, changed_at=now))


def keys(connection: Connection, cid: bytes) -> list[tuple[bytes, str | None]]:
    """Owner and wrapped key of each who brought the paper sealed, None for one that was destroyed."""
    wanted = select(KEYS.c.owner, KEYS.c.wrapped).where(KEYS.c.document == cid)
    rows = connection.execute(wanted.order_by(KEYS.c.changed_at, KEYS.c.owner))
    return [(bytes(row[0]), row[1]) for row in rows]


def is_public_block(connection: Connection, cid: bytes) -> bool:
    """Whether a block is part of a paper that somebody has made public."""
    wanted = exists().where(
        BLOCKS.c.block == cid, DOCUMENTS.c.cid == BLOCKS.c.document, DOCUMENTS.c.tier == "public"
    )
    return bool(connection.execute(select(wanted)).scalar())


def log_block(connection: Connection, sha256: bytes) -> bytes | None:
    """A block of the log that is public anyway: a manifest or affected list of an anchored head, a logged record.

    A record's block is the JWT without disclosures (README §8), which everybody gets at /events/ too.
    """
    named = exists().where(_PUBLISHED, (HEADS.c.manifest == sha256) | (HEADS.c.affected == sha256))
    found = connection.execute(select(LOG_BLOCKS.c.data).where(LOG_BLOCKS.c.sha256 == sha256, named)).scalar()
    if found is not None:
        return bytes(found)
    logged = (RECORDS.c.digest == sha256) & RECORDS.c.leaf_index.is_not(None)
    jwt = connection.execute(select(RECORDS.c.jwt).where(logged)).scalar()
    return None if jwt is None else jwt.encode("ascii")
