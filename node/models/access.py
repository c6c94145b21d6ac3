"""Who asked to be let in, and who did what with data that are not public."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Column, Index, String
from sqlmodel import Field, SQLModel

from node.models.records import BIG, Bytes


class AuthChallenge(SQLModel, table=True):
    """A challenge given to a key; taken away when it is answered, so that it serves once."""

    __tablename__ = "auth_challenges"

    challenge: str = Field(sa_column=Column(String(64), primary_key=True))
    key_id: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    expires_at: int = Field(sa_column=Column(BIG, nullable=False, index=True))


class AuthToken(SQLModel, table=True):
    """A token that was given out. Only its digest is kept: whoever reads the table cannot use it."""

    __tablename__ = "auth_tokens"

    digest: bytes = Field(sa_column=Column(Bytes(32), primary_key=True))
    key_id: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    participant: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    expires_at: int = Field(sa_column=Column(BIG, nullable=False, index=True))


class AccessRead(SQLModel, table=True):
    """A read above the public tier, or a grant: who, on whose data, which, at which tier, when."""

    __tablename__ = "access_reads"
    __table_args__: ClassVar = (Index("access_reads_by_owner", "owner", "number"),)

    number: int | None = Field(default=None, sa_column=Column(BIG, primary_key=True, autoincrement=True))
    participant: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    tier: str = Field(sa_column=Column(String(16), nullable=False))
    target: str = Field(sa_column=Column(String(256), nullable=False))
    read_at: int = Field(sa_column=Column(BIG, nullable=False))
    # Whose data; None for rows of a time when that was not kept, which nobody is shown.
    owner: bytes | None = Field(default=None, sa_column=Column(Bytes(32), nullable=True))
    # read | grant
    act: str = Field(default="read", sa_column=Column(String(8), nullable=False, server_default="read"))
