"""The statements of capture: what is looked up around a group of candidates, and the inserts.

SQLAlchemy Core with lists, never the ORM: this is the hot path. The same statements serve SQLite and
PostgreSQL.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, tuple_, update

from node.capture.conflicts import Known, KnownEntry, KnownRecord
from node.capture.status_lists import KnownList, lists_of, version_in
from node.models import LotAccount, LotEdge, StoredRecord, table_of
from node.status.repository import newest
from protocol.records import parse_record
from protocol.status_entries import KIND as STATUS_LIST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from node.capture.candidate import Candidate

RECORDS, EDGES, ACCOUNTS = (table_of(model) for model in (StoredRecord, LotEdge, LotAccount))

# Values in one IN list; SQLite takes 32 766 parameters, an account's key has three.
CHUNK = 5_000

_BY_ID = select(
    RECORDS.c.record_id,
    RECORDS.c.key_id,
    RECORDS.c.digest,
    RECORDS.c.received_at,
    RECORDS.c.promised_at,
    RECORDS.c.log,
).where(RECORDS.c.record_id.in_(bindparam("wanted", expanding=True)))
_BY_SEQ = select(RECORDS.c.key_id, RECORDS.c.record_seq, RECORDS.c.digest, RECORDS.c.previous).where(
    tuple_(RECORDS.c.key_id, RECORDS.c.record_seq).in_(bindparam("wanted", expanding=True))
)
_BY_ENTRY = select(
    ACCOUNTS.c.lot,
    ACCOUNTS.c.holder,
    ACCOUNTS.c.lot_seq,
    ACCOUNTS.c.digest,
    ACCOUNTS.c.previous,
    ACCOUNTS.c.before,
    ACCOUNTS.c.after,
    ACCOUNTS.c.uom,
).where(
    tuple_(ACCOUNTS.c.lot, ACCOUNTS.c.holder, ACCOUNTS.c.lot_seq).in_(bindparam("wanted", expanding=True))
)
_INSERT_RECORDS, _INSERT_EDGES, _INSERT_ACCOUNTS = insert(RECORDS), insert(EDGES), insert(ACCOUNTS)
_STORED = select(RECORDS.c.jwt, RECORDS.c.disclosures).where(RECORDS.c.digest == bindparam("wanted"))
_MERGE = (
    update(RECORDS).where(RECORDS.c.digest == bindparam("wanted")).values(disclosures=bindparam("merged"))
)


def load_known(connection: Connection, candidates: Sequence[Candidate]) -> Known:
    """Read everything stored that could stand in the way of the candidates."""
    known = Known()
    for row in _rows(connection, _BY_ID, {candidate.checked.record_id for candidate in candidates}):
        known.by_id[row[0], row[1]] = KnownRecord(row[2], row[3], row[4], row[5] is not None)
    for row in _rows(connection, _BY_SEQ, set(_sequence_neighbours(candidates))):
        known.by_seq[row[0], row[1]] = (row[2], row[3])
    for row in _rows(connection, _BY_ENTRY, set(_entry_neighbours(candidates))):
        known.by_entry[row[0], row[1], row[2]] = KnownEntry(*row[3:])
    if lists := set(_lists(candidates)):
        for name, stored in newest(connection, lists).items():
            listed = version_in(STATUS_LIST, parse_record(stored.token).subject)
            if listed is not None:
                known.by_list[name] = KnownList(stored.participant, stored.digest, listed)
    return known


def insert_candidates(
    connection: Connection,
    numbered: Sequence[tuple[int, Candidate]],
    *,
    log: bytes | None = None,
    places: Mapping[bytes, int | None] | None = None,
) -> None:
    """Insert records, edges and account entries; IntegrityError if another process was faster.

    `log` is another node's from which they are copied, with their leaf indices by digest.
    """
    known = places or {}
    rows = [
        candidate.row(number) | {"log": log, "leaf_index": known.get(candidate.checked.digest)}
        for number, candidate in numbered
    ]
    connection.execute(_INSERT_RECORDS, rows)
    edges = [
        {"lot": lot, "direction": direction, "number": number}
        for number, candidate in numbered
        for lot, direction in candidate.checked.edges
    ]
    if edges:
        connection.execute(_INSERT_EDGES, edges)
    accounts = [row for _, candidate in numbered for row in candidate.account_rows()]
    if accounts:
        connection.execute(_INSERT_ACCOUNTS, accounts)


def stored_token(connection: Connection, digest: bytes) -> tuple[str, str]:
    """Return the stored JWT and the disclosures behind it."""
    row = connection.execute(_STORED, {"wanted": digest}).one()
    return row[0], row[1]


def store_disclosures(connection: Connection, digest: bytes, disclosures: Iterable[str]) -> None:
    """Replace the disclosures of a record by a larger set."""
    connection.execute(_MERGE, {"wanted": digest, "merged": "~".join(["", *disclosures, ""])})


def add_edges(connection: Connection, digest: bytes, edges: Iterable[tuple[str, int]]) -> None:
    """Add to a stored record what its disclosures of today show beyond those of former days."""
    number = connection.execute(select(RECORDS.c.number).where(RECORDS.c.digest == digest)).scalar_one()
    held = connection.execute(select(EDGES.c.lot, EDGES.c.direction).where(EDGES.c.number == number))
    fresh = set(edges) - {(row[0], row[1]) for row in held}
    if fresh:
        rows = [{"lot": lot, "direction": direction, "number": number} for lot, direction in fresh]
        connection.execute(_INSERT_EDGES, rows)


def _sequence_neighbours(candidates: Iterable[Candidate]) -> Iterator[tuple[bytes, int]]:
    for candidate in candidates:
        seq, key = candidate.checked.record_seq, candidate.checked.key_id
        if seq is not None:
            yield from ((key, seq - 1), (key, seq), (key, seq + 1))


def _entry_neighbours(candidates: Iterable[Candidate]) -> Iterator[tuple[str, str, int]]:
    for candidate in candidates:
        for entry in candidate.checked.lines:
            for seq in range(max(entry.lot_seq - 1, 0), entry.lot_seq + 2):
                yield entry.lot, candidate.holder, seq


def _lists(candidates: Iterable[Candidate]) -> Iterator[str]:
    for candidate in candidates:
        yield from lists_of(candidate.checked.listed, candidate.checked.status)


def _rows(connection: Connection, statement: Any, wanted: Iterable[Any]) -> Iterator[Any]:
    values = iter(wanted)
    while chunk := list(islice(values, CHUNK)):
        yield from connection.execute(statement, {"wanted": chunk})
