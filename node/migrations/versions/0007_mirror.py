"""Copies of other nodes' logs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# 64-bit numbers everywhere; SQLite numbers rows by itself only in a column declared INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OWN, _ALL = "leaf_index IS NOT NULL AND log IS NULL", "leaf_index IS NOT NULL"


def upgrade() -> None:
    op.add_column("records", sa.Column("log", sa.LargeBinary(length=32), nullable=True))
    _index_leaves(_OWN)
    op.create_table(
        "mirror_heads",
        sa.Column("log", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("prev", sa.LargeBinary(length=32), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("manifest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("block", BIG, nullable=False),
        sa.Column("transaction", sa.String(length=66), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=True),
        sa.Column("manifest_block", sa.LargeBinary(), nullable=True),
        sa.Column("affected_block", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("log", "seq"),
    )
    op.create_table(
        "mirror_leaves",
        sa.Column("log", sa.LargeBinary(length=32), nullable=False),
        sa.Column("leaf_index", BIG, autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("log", "leaf_index"),
    )
    op.create_index("ix_mirror_leaves_digest", "mirror_leaves", ["digest"], unique=False)


def downgrade() -> None:
    op.drop_table("mirror_leaves")
    op.drop_table("mirror_heads")
    op.execute("DELETE FROM lot_edges WHERE number IN (SELECT number FROM records WHERE log IS NOT NULL)")
    op.execute("DELETE FROM lot_accounts WHERE digest IN (SELECT digest FROM records WHERE log IS NOT NULL)")
    op.execute("DELETE FROM records WHERE log IS NOT NULL")
    _index_leaves(_ALL)
    op.drop_column("records", "log")


def _index_leaves(rows: str) -> None:
    op.drop_index("records_by_leaf", table_name="records")
    op.create_index(
        "records_by_leaf",
        "records",
        ["leaf_index"],
        unique=True,
        sqlite_where=sa.text(rows),
        postgresql_where=sa.text(rows),
    )
