"""The first form: records, lots, log, access."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# 64-bit numbers everywhere; SQLite numbers rows by itself only in a column declared INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "records",
    "lot_edges",
    "lot_accounts",
    "log_blocks",
    "leases",
    "heads",
    "auth_tokens",
    "auth_challenges",
    "access_reads",
)


def upgrade() -> None:
    _records()
    _lots()
    _log()
    _access()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _records() -> None:
    op.create_table(
        "records",
        sa.Column("number", BIG, autoincrement=True, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("participant", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("act", sa.String(length=48), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("record_seq", BIG, nullable=True),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=True),
        sa.Column("answers", sa.LargeBinary(length=32), nullable=True),
        sa.Column("corrects", sa.LargeBinary(length=32), nullable=True),
        sa.Column("adverse", sa.Boolean(), nullable=False),
        sa.Column("jwt", sa.Text(), nullable=False),
        sa.Column("disclosures", sa.Text(), nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.Column("promised_at", BIG, nullable=False),
        sa.Column("leaf_index", BIG, nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index(
        "records_adverse",
        "records",
        ["number"],
        unique=False,
        sqlite_where=sa.text("adverse"),
        postgresql_where=sa.text("adverse"),
    )
    op.create_index("records_by_id", "records", ["record_id", "key_id"], unique=True)
    op.create_index("records_by_key", "records", ["key_id", "record_seq"], unique=True)
    op.create_index(
        "records_by_leaf",
        "records",
        ["leaf_index"],
        unique=True,
        sqlite_where=sa.text("leaf_index IS NOT NULL"),
        postgresql_where=sa.text("leaf_index IS NOT NULL"),
    )
    op.create_index(
        "records_corrections",
        "records",
        ["corrects"],
        unique=False,
        sqlite_where=sa.text("corrects IS NOT NULL"),
        postgresql_where=sa.text("corrects IS NOT NULL"),
    )
    op.create_index(
        "records_unlogged",
        "records",
        ["number"],
        unique=False,
        sqlite_where=sa.text("leaf_index IS NULL"),
        postgresql_where=sa.text("leaf_index IS NULL"),
    )


def _lots() -> None:
    op.create_table(
        "lot_accounts",
        sa.Column("lot", sa.String(length=256), nullable=False),
        sa.Column("holder", sa.String(length=256), nullable=False),
        sa.Column("lot_seq", BIG, autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=True),
        sa.Column("before", sa.String(length=24), nullable=True),
        sa.Column("after", sa.String(length=24), nullable=True),
        sa.Column("uom", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("lot", "holder", "lot_seq"),
    )
    op.create_table(
        "lot_edges",
        sa.Column("lot", sa.String(length=256), nullable=False),
        sa.Column("direction", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("lot", "direction", "number"),
    )
    op.create_index("lot_edges_by_record", "lot_edges", ["number"], unique=False)


def _log() -> None:
    op.create_table(
        "heads",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("log_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("prev", sa.LargeBinary(length=32), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("manifest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("affected", sa.LargeBinary(length=32), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempt_transaction", sa.LargeBinary(length=32), nullable=True),
        sa.Column("attempt_nonce", BIG, nullable=True),
        sa.Column("attempt_max_fee", sa.String(length=80), nullable=True),
        sa.Column("attempt_priority_fee", sa.String(length=80), nullable=True),
        sa.Column("attempt_block", BIG, nullable=True),
        sa.Column("place_block", BIG, nullable=True),
        sa.Column("place_block_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("place_transaction", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("heads_by_size", "heads", ["size"], unique=True)
    op.create_index(
        "heads_unconfirmed",
        "heads",
        ["seq"],
        unique=False,
        sqlite_where=sa.text("state <> 'confirmed'"),
        postgresql_where=sa.text("state <> 'confirmed'"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.String(length=128), nullable=False),
        sa.Column("token", BIG, nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "log_blocks",
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )


def _access() -> None:
    op.create_table(
        "access_reads",
        sa.Column("number", BIG, autoincrement=True, nullable=False),
        sa.Column("participant", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=256), nullable=False),
        sa.Column("read_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "auth_challenges",
        sa.Column("challenge", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("challenge"),
    )
    op.create_index("ix_auth_challenges_expires_at", "auth_challenges", ["expires_at"], unique=False)
    op.create_table(
        "auth_tokens",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("participant", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_auth_tokens_expires_at", "auth_tokens", ["expires_at"], unique=False)
