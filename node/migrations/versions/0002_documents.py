"""Papers, their blocks and their wrapped keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# 64-bit numbers everywhere; SQLite numbers rows by itself only in a column declared INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("cid", sa.LargeBinary(length=36), nullable=False),
        sa.Column("owner", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.Column("stored_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("cid", "owner"),
    )
    op.create_table(
        "document_blocks",
        sa.Column("block", sa.LargeBinary(length=36), nullable=False),
        sa.Column("document", sa.LargeBinary(length=36), nullable=False),
        sa.PrimaryKeyConstraint("block", "document"),
    )
    op.create_table(
        "document_keys",
        sa.Column("document", sa.LargeBinary(length=36), nullable=False),
        sa.Column("owner", sa.LargeBinary(length=32), nullable=False),
        sa.Column("wrapped", sa.Text(), nullable=True),
        sa.Column("changed_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("document", "owner"),
    )
    op.create_index("ix_document_blocks_document", "document_blocks", ["document"], unique=False)


def downgrade() -> None:
    for table in ("document_keys", "document_blocks", "documents"):
        op.drop_table(table)
