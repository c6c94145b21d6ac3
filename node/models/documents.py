"""Papers: who brought which, on what terms; and the blocks that each is made of."""

from __future__ import annotations

from sqlalchemy import Column, String, Text
from sqlmodel import Field, SQLModel

from node.models.records import BIG, Bytes


class Document(SQLModel, table=True):
    """One paper as one participant brought it. Two who bring the same bytes have a row each, and their own terms."""

    __tablename__ = "documents"

    cid: bytes = Field(sa_column=Column(Bytes(36), primary_key=True))
    owner: bytes = Field(sa_column=Column(Bytes(32), primary_key=True))
    sha256: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    size: int = Field(sa_column=Column(BIG, nullable=False))
    media_type: str = Field(sa_column=Column(String(100), nullable=False))
    # A label for people, never a path.
    name: str | None = Field(default=None, sa_column=Column(String(255), nullable=True))
    # public | legitimate | authority: who may read besides the owner.
    tier: str = Field(sa_column=Column(String(16), nullable=False))
    stored_at: int = Field(sa_column=Column(BIG, nullable=False))


class DocumentKey(SQLModel, table=True):
    """The wrapped content key of a sealed paper (JWE), apart from the ciphertext; `wrapped` None once destroyed."""

    __tablename__ = "document_keys"

    document: bytes = Field(sa_column=Column(Bytes(36), primary_key=True))
    owner: bytes = Field(sa_column=Column(Bytes(32), primary_key=True))
    wrapped: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    changed_at: int = Field(sa_column=Column(BIG, nullable=False))


class DocumentBlock(SQLModel, table=True):
    """A block of a paper; whether a block may be given to everybody follows from the papers that it is part of."""

    __tablename__ = "document_blocks"

    block: bytes = Field(sa_column=Column(Bytes(36), primary_key=True))
    document: bytes = Field(sa_column=Column(Bytes(36), primary_key=True, index=True))
