"""Batches: one signature of the brand for many passports.

The list is kept beside the root that the ledger holds, for without it no item could be proved. The ledger decides
whether a batch is: a list is stored only once its root is registered there, so nobody fills the node with lists of
another's passports, and a request that was cut off between the two is simply sent again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from node.custody.repository import by_digest
from node.models import PassportBatch, PassportBatchItem, table_of
from protocol.errors import ChainError, PassportError
from protocol.hashing import passport_id
from protocol.passport import KIND
from protocol.passport_batch import Batch, BatchPlace
from protocol.records import parse_record

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from node.db import Database
    from node.participants.relay import Relay
    from node.participants.schemas import ActRequest
    from node.passports.chain import PassportChain

BATCHES, ITEMS = table_of(PassportBatch), table_of(PassportBatchItem)
CONTRACT, ACT = "passports", "issueBatch"


class Batches:
    """Registers batches; `clock` gives milliseconds since 1970."""

    def __init__(
        self, database: Database, relay: Relay, chain: PassportChain, clock: Callable[[], int]
    ) -> None:
        self._database = database
        self._relay = relay
        self._chain = chain
        self._clock = clock

    def register(self, manifest: bytes, act: ActRequest) -> tuple[Batch, dict[str, object] | None]:
        """Have the act relayed and keep the list; returns the batch, and where it was mined (None: it was before).

        Blocks. PassportError `PASSPORT_BATCH_FORM`, `PASSPORT_BATCH_MISMATCH`, `PASSPORT_BATCH_UNKNOWN`; errors of
        the relay.
        """
        batch = Batch.parse(manifest)
        issuer = _ensure_same(batch, act)
        with self._database.read() as connection:
            _ensure_stored(connection, batch, issuer)
        mined = None if self._is_registered(batch, issuer) else self._relay.relay(act)
        if not self._is_registered(batch, issuer):
            raise ChainError("CHAIN_TIMEOUT", reason=batch.root.hex())
        self._keep(batch, issuer)
        return batch, mined

    def _is_registered(self, batch: Batch, issuer: bytes) -> bool:
        return self._chain.has_batch(issuer, batch)

    def _keep(self, batch: Batch, issuer: bytes) -> None:
        row = {"issuer": issuer, "root": batch.root, "manifest": batch.manifest, "stored_at": self._clock()}
        items = [
            {"issuer": issuer, "passport": passport, "root": batch.root, "position": at}
            for at, (passport, _) in enumerate(batch.items)
        ]
        try:
            with self._database.write() as connection:
                connection.execute(insert(BATCHES).values(row))
                connection.execute(insert(ITEMS), items)
        except IntegrityError:
            return  # kept before, by this or another request


def places_of(connection: Connection, issuer: bytes, passport: bytes) -> list[BatchPlace]:
    """Where a passport stands in the batches of its issuer; empty if it is in none."""
    ours = (ITEMS.c.issuer == issuer) & (ITEMS.c.passport == passport)
    joined = ITEMS.join(BATCHES, (BATCHES.c.issuer == ITEMS.c.issuer) & (BATCHES.c.root == ITEMS.c.root))
    wanted = select(BATCHES.c.root, BATCHES.c.manifest).select_from(joined).where(ours).order_by(ITEMS.c.root)
    return [_opened(bytes(row[1])).place(passport) for row in connection.execute(wanted)]


def _ensure_same(batch: Batch, act: ActRequest) -> bytes:
    """The issuer that the act names, if the act is for this very list."""
    if (act.contract, act.act) != (CONTRACT, ACT):
        raise PassportError("PASSPORT_BATCH_MISMATCH", "/act/act", what="act")
    issuer = str(act.args.get("issuer", "")).removeprefix("0x")
    for name, value in batch.args(issuer).items():
        given = act.args.get(name)
        if (given.removeprefix("0x") if isinstance(given, str) else given) != value:
            raise PassportError("PASSPORT_BATCH_MISMATCH", f"/act/args/{name}", what=name)
    try:
        return bytes.fromhex(issuer)
    except ValueError as error:
        raise PassportError("PASSPORT_BATCH_MISMATCH", "/act/args/issuer", what="issuer") from error


def _ensure_stored(connection: Connection, batch: Batch, issuer: bytes) -> None:
    """Every passport of the list is here, is an item's, and is the issuer's."""
    stored = {entry.digest: entry for entry in by_digest(connection, [digest for _, digest in batch.items])}
    for at, (passport, digest) in enumerate(batch.items):
        entry = stored.get(digest)
        record = parse_record(entry.token) if entry is not None and entry.participant == issuer else None
        if (
            record is None
            or record.kind != KIND
            or record.subject["granularityLevel"] != "item"
            or passport_id(record.subject["id"]) != passport
        ):
            raise PassportError("PASSPORT_BATCH_UNKNOWN", f"/manifest/{at}", id=passport.hex())


@lru_cache(maxsize=16)
def _opened(manifest: bytes) -> Batch:
    """A batch with its tree: made once, asked for every item on the shop's rails."""
    return Batch.parse(manifest)
