"""Records as they were signed, and what must be found again by lot and by account.

A row of `records` is written once. Only two columns change afterwards: `leaf_index`, set when a head takes
the record, and `disclosures`, which may grow. The signed text itself is never touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlmodel import Field, SQLModel

if TYPE_CHECKING:
    from sqlalchemy import Dialect

# 64-bit numbers everywhere; SQLite numbers rows by itself only in a column declared INTEGER.
BIG = BigInteger().with_variant(Integer, "sqlite")


class Bytes(LargeBinary):
    """Binary values as the drivers take and give them: `bytes` both ways, nothing wrapped around them."""

    def bind_processor(self, dialect: Dialect) -> None:
        """Nothing to convert: sqlite3 and psycopg take `bytes`."""

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Nothing to convert: sqlite3 and psycopg give `bytes`."""


class StoredRecord(SQLModel, table=True):
    """One captured record. `number` is the order of arrival; it is shown to nobody (README §8)."""

    __tablename__ = "records"
    __table_args__: ClassVar = (
        # The same id by the same key with other bytes is RECORD_ID_REUSED.
        Index("records_by_id", "record_id", "key_id", unique=True),
        # Two records with one number of one key are RECORD_FORK.
        Index("records_by_key", "key_id", "record_seq", unique=True),
        # Small on purpose: holds only what no head has taken yet.
        Index(
            "records_unlogged",
            "number",
            sqlite_where=text("leaf_index IS NULL"),
            postgresql_where=text("leaf_index IS NULL"),
        ),
        Index(
            "records_by_leaf",
            "leaf_index",
            unique=True,
            sqlite_where=text("leaf_index IS NOT NULL AND log IS NULL"),
            postgresql_where=text("leaf_index IS NOT NULL AND log IS NULL"),
        ),
        Index(
            "records_corrections",
            "corrects",
            sqlite_where=text("corrects IS NOT NULL"),
            postgresql_where=text("corrects IS NOT NULL"),
        ),
        Index(
            "records_adverse",
            "number",
            sqlite_where=text("adverse"),
            postgresql_where=text("adverse"),
        ),
    )

    number: int | None = Field(default=None, sa_column=Column(BIG, primary_key=True, autoincrement=True))
    digest: bytes = Field(sa_column=Column(Bytes(32), nullable=False, unique=True))
    record_id: str = Field(sa_column=Column(String(64), nullable=False))
    key_id: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    participant: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    kind: str = Field(sa_column=Column(String(48), nullable=False))
    act: str = Field(sa_column=Column(String(48), nullable=False))
    day: str = Field(sa_column=Column(String(10), nullable=False))
    record_seq: int | None = Field(default=None, sa_column=Column(BIG, nullable=True))
    previous: bytes | None = Field(default=None, sa_column=Column(Bytes(32), nullable=True))
    answers: bytes | None = Field(default=None, sa_column=Column(Bytes(32), nullable=True))
    corrects: bytes | None = Field(default=None, sa_column=Column(Bytes(32), nullable=True))
    # Says that goods do not conform (README §8, affected list).
    adverse: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    jwt: str = Field(sa_column=Column(Text, nullable=False))
    # What follows the JWT in the token: empty for `vc+jwt`, `~`, or `~d1~d2~`.
    disclosures: str = Field(sa_column=Column(Text, nullable=False))
    received_at: int = Field(sa_column=Column(BIG, nullable=False))
    promised_at: int = Field(sa_column=Column(BIG, nullable=False))
    leaf_index: int | None = Field(default=None, sa_column=Column(BIG, nullable=True))
    # Another node's log, from which the record was copied; None: this node took it, and its own log has it.
    log: bytes | None = Field(default=None, sa_column=Column(Bytes(32), nullable=True))


class LotEdge(SQLModel, table=True):
    """What a record does to a lot or item; both ways to walk are indexed."""

    __tablename__ = "lot_edges"
    __table_args__: ClassVar = (Index("lot_edges_by_record", "number"),)

    lot: str = Field(sa_column=Column(String(256), primary_key=True))
    direction: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    number: int = Field(sa_column=Column(BIG, primary_key=True, autoincrement=False))


class LotAccount(SQLModel, table=True):
    """Entry `lot_seq` of the account of (lot, holder); the key itself refuses double use (README §5)."""

    __tablename__ = "lot_accounts"

    lot: str = Field(sa_column=Column(String(256), primary_key=True))
    holder: str = Field(sa_column=Column(String(256), primary_key=True))
    lot_seq: int = Field(sa_column=Column(BIG, primary_key=True, autoincrement=False))
    digest: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    # The predecessor that the entry names, None for the first or where it is withheld.
    previous: bytes | None = Field(default=None, sa_column=Column(Bytes(32), nullable=True))
    # Decimal strings as signed, with their unit; None where withheld.
    before: str | None = Field(default=None, sa_column=Column(String(24), nullable=True))
    after: str | None = Field(default=None, sa_column=Column(String(24), nullable=True))
    uom: str = Field(sa_column=Column(String(8), nullable=False))
