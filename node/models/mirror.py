"""What is kept of other nodes' logs: their heads, and the record digest of every leaf, so that proofs can be made."""

from __future__ import annotations

from sqlalchemy import Column, String, Text
from sqlmodel import Field, SQLModel

from node.models.records import BIG, Bytes


class MirrorHead(SQLModel, table=True):
    """A head of another log as the chain has it. `checkpoint` is there for the heads up to which the node read."""

    __tablename__ = "mirror_heads"

    log: bytes = Field(sa_column=Column(Bytes(32), primary_key=True))
    seq: int = Field(sa_column=Column(BIG, primary_key=True, autoincrement=False))
    origin: str = Field(sa_column=Column(String(255), nullable=False))
    prev: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    root: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    size: int = Field(sa_column=Column(BIG, nullable=False))
    manifest: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    head_hash: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    block: int = Field(sa_column=Column(BIG, nullable=False))
    transaction: str = Field(sa_column=Column(String(66), nullable=False))
    checkpoint: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    # The blocks that manifest and affected list are the hashes of; of heads with a checkpoint only.
    manifest_block: bytes | None = Field(default=None, sa_column=Column(Bytes, nullable=True))
    affected_block: bytes | None = Field(default=None, sa_column=Column(Bytes, nullable=True))


class MirrorLeaf(SQLModel, table=True):
    """The record digest of a leaf, whether or not the record itself could be read."""

    __tablename__ = "mirror_leaves"

    log: bytes = Field(sa_column=Column(Bytes(32), primary_key=True))
    leaf_index: int = Field(sa_column=Column(BIG, primary_key=True, autoincrement=False))
    digest: bytes = Field(sa_column=Column(Bytes(32), nullable=False, index=True))
