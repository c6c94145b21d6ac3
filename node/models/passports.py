"""Batches of passports, and serials that wait for theirs."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String
from sqlmodel import Field, SQLModel

from node.models.records import BIG, Bytes


class PassportBatch(SQLModel, table=True):
    """The list behind a root that a brand has registered; without it nobody can prove an item of the batch."""

    __tablename__ = "passport_batches"

    issuer: bytes = Field(sa_column=Column(Bytes(32), primary_key=True))
    root: bytes = Field(sa_column=Column(Bytes(32), primary_key=True))
    manifest: bytes = Field(sa_column=Column(Bytes(1_048_576), nullable=False))
    stored_at: int = Field(sa_column=Column(BIG, nullable=False))


class PassportBatchItem(SQLModel, table=True):
    """In which batches of its issuer a passport is."""

    __tablename__ = "passport_batch_items"

    issuer: bytes = Field(sa_column=Column(Bytes(32), primary_key=True))
    passport: bytes = Field(sa_column=Column(Bytes(32), primary_key=True))
    root: bytes = Field(sa_column=Column(Bytes(32), primary_key=True))
    position: int = Field(sa_column=Column(Integer, nullable=False))


class PassportSerial(SQLModel, table=True):
    """An identifier that a brand has reserved for an order: on a label before its passport exists.

    `voided_at` says since when no garment will ever carry it.
    """

    __tablename__ = "passport_serials"

    identifier: str = Field(sa_column=Column(String(256), primary_key=True))
    issuer: bytes = Field(sa_column=Column(Bytes(32), nullable=False))
    for_order: str = Field(sa_column=Column(String(64), nullable=False, index=True))
    reserved_at: int = Field(sa_column=Column(BIG, nullable=False))
    voided_at: int | None = Field(default=None, sa_column=Column(BIG, nullable=True))
