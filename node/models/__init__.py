"""The tables. Binary columns hold 32-byte digests and identifiers; times are milliseconds since 1970, UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import SQLModel

from node.models.access import AccessRead, AuthChallenge, AuthToken
from node.models.documents import Document, DocumentBlock, DocumentKey
from node.models.log import Head, Lease, LogBlock
from node.models.mirror import MirrorHead, MirrorLeaf
from node.models.passports import PassportBatch, PassportBatchItem, PassportSerial
from node.models.records import LotAccount, LotEdge, StoredRecord

if TYPE_CHECKING:
    from sqlalchemy import Table


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a model: what the statements are written with."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


__all__ = [
    "AccessRead",
    "AuthChallenge",
    "AuthToken",
    "Document",
    "DocumentBlock",
    "DocumentKey",
    "Head",
    "Lease",
    "LogBlock",
    "LotAccount",
    "LotEdge",
    "MirrorHead",
    "MirrorLeaf",
    "PassportBatch",
    "PassportBatchItem",
    "PassportSerial",
    "SQLModel",
    "StoredRecord",
    "table_of",
]
