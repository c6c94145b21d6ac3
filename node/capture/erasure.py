"""Carrying out an event with act `erasure`: what its author owns and names is destroyed as the event is stored.

Of a record the disclosures go: what was hidden in it stays hidden for ever, while the signed text, its digest and every
proof stay as they are (README §3). Of a sealed paper the wrapped keys go; of any other paper its row, and its bytes in
the next sweep. It happens in the transaction that stores the event, so that neither is there without the other. Copies
that others made before are out of reach.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, exists, select, update

from node.capture.erased import ACT, MEMBER
from node.directions import ABOUT, CITED, ENCLOSED, NAMED
from node.documents import repository as papers
from node.models import LotEdge, StoredRecord, table_of
from protocol.cid import parse_cid
from protocol.errors import AuthorityError
from protocol.records import parse_record
from protocol.schema import SUBJECT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from node.capture.candidate import Candidate

RECORDS, EDGES = table_of(StoredRecord), table_of(LotEdge)
_AUTHOR = select(RECORDS.c.participant).where(RECORDS.c.digest == bindparam("wanted"))
_FORGET = update(RECORDS).where(RECORDS.c.digest == bindparam("wanted")).values(disclosures=bindparam("kept"))
_ERASING = select(
    exists().where(
        EDGES.c.lot == bindparam("thing"),
        EDGES.c.direction == ABOUT,
        RECORDS.c.number == EDGES.c.number,
        RECORDS.c.act == ACT,
    )
)
# Whom and what it named may have been hidden; without disclosures nobody reads more of it for having been named.
_UNNAME = delete(EDGES).where(
    EDGES.c.number.in_(select(RECORDS.c.number).where(RECORDS.c.digest == bindparam("wanted"))),
    EDGES.c.direction.in_((NAMED, CITED, ENCLOSED)),
)
# What follows the JWT of a token without disclosures that might have some.
_NONE_LEFT = "~"


def ensure_own(connection: Connection, candidate: Candidate) -> None:
    """Raise AuthorityError ERASURE_NOT_OWN unless all that is named is here and its author's."""
    named = _named(candidate)
    for index, record in enumerate(named.get("records", ())):
        author = connection.execute(_AUTHOR, {"wanted": bytes.fromhex(record["digest"])}).scalar()
        if author is None or bytes(author) != candidate.participant:
            raise AuthorityError("ERASURE_NOT_OWN", f"{SUBJECT}/{MEMBER}/records/{index}")
    for index, paper in enumerate(named.get("documents", ())):
        owners = {found.owner for found in papers.papers(connection, parse_cid(paper["cid"]))}
        if candidate.participant not in owners:
            raise AuthorityError("ERASURE_NOT_OWN", f"{SUBJECT}/{MEMBER}/documents/{index}")


def carry_out(connection: Connection, candidate: Candidate) -> None:
    """Destroy what the erasure names; `ensure_own` has been asked in the same transaction."""
    named = _named(candidate)
    for record in named.get("records", ()):
        digest = bytes.fromhex(record["digest"])
        row = connection.execute(select(RECORDS.c.disclosures).where(RECORDS.c.digest == digest)).scalar()
        connection.execute(_FORGET, {"wanted": digest, "kept": _NONE_LEFT if row else ""})
        connection.execute(_UNNAME, {"wanted": digest})
    for paper in named.get("documents", ()):
        cid = parse_cid(paper["cid"])
        if papers.keys(connection, cid):
            papers.set_key(connection, cid, candidate.participant, None, candidate.received_at)
        else:
            papers.remove(connection, cid, candidate.participant)


def is_erased(connection: Connection, thing: str) -> bool:
    """Whether an erasure names a record (digest in hex) or a paper (CID)."""
    return bool(connection.execute(_ERASING, {"thing": thing}).scalar())


def _named(candidate: Candidate) -> Mapping[str, Any]:
    named: Mapping[str, Any] = parse_record(candidate.checked.token).subject[MEMBER]
    return named
