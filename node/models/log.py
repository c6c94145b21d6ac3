"""The outbox of heads, their blocks, and the lease of whoever leads the anchoring."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Column, Index, String, text
from sqlmodel import Field, SQLModel

from node.models.records import BIG, Bytes


class Head(SQLModel, table=True):
    """A head, written in full before anything is sent; only state, attempt and place change afterwards."""

    __tablename__ = "heads"
    __table_args__: ClassVar = (
        # Asked at every step of the worker.
        Index(
            "heads_unconfirmed",
            "seq",
            sqlite_where=text("state <> 'confirmed'"),
            postgresql_where=text("state <> 'confirmed'"),
        ),
        Index("heads_by_size", "size", unique=True),
    )

    seq: int = Field(sa_column=Column(BIG, primary_key=True, autoincrement=False))
    log_id: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    prev: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    root: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    size: int = Field(sa_column=Column(BIG, nullable=False))
    manifest: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    affected: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    head_hash: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    proof: bytes = Field(sa_column=Column(Bytes, nullable=False))
    state: str = Field(sa_column=Column(String(16), nullable=False))
    attempt_transaction: bytes | None = Field(default=None, sa_column=Column(Bytes(32), nullable=True))
    attempt_nonce: int | None = Field(default=None, sa_column=Column(BIG, nullable=True))
    # Wei per gas, as text: a fee may be larger than 64 bits on a foreign chain.
    attempt_max_fee: str | None = Field(default=None, sa_column=Column(String(80), nullable=True))
    attempt_priority_fee: str | None = Field(default=None, sa_column=Column(String(80), nullable=True))
    attempt_block: int | None = Field(default=None, sa_column=Column(BIG, nullable=True))
    place_block: int | None = Field(default=None, sa_column=Column(BIG, nullable=True))
    place_block_hash: bytes | None = Field(default=None, sa_column=Column(Bytes(32), nullable=True))
    place_transaction: bytes | None = Field(default=None, sa_column=Column(Bytes(32), nullable=True))


class LogBlock(SQLModel, table=True):
    """A manifest or affected list by its SHA-256; an affected list that did not change is kept once."""

    __tablename__ = "log_blocks"

    sha256: bytes = Field(sa_column=Column(Bytes(32), primary_key=True))
    data: bytes = Field(sa_column=Column(Bytes, nullable=False))


class Lease(SQLModel, table=True):
    """Who leads until when. `token` only grows: it fences off a leader that slept through its lease."""

    __tablename__ = "leases"

    name: str = Field(sa_column=Column(String(32), primary_key=True))
    holder: str = Field(sa_column=Column(String(128), nullable=False))
    token: int = Field(sa_column=Column(BIG, nullable=False))
    expires_at: int = Field(sa_column=Column(BIG, nullable=False))
