"""Batches of passports, and reserved serials."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# 64-bit numbers everywhere; SQLite numbers rows by itself only in a column declared INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "passport_batches",
        sa.Column("issuer", sa.LargeBinary(length=32), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("manifest", sa.LargeBinary(length=1_048_576), nullable=False),
        sa.Column("stored_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "root"),
    )
    op.create_table(
        "passport_batch_items",
        sa.Column("issuer", sa.LargeBinary(length=32), nullable=False),
        sa.Column("passport", sa.LargeBinary(length=32), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "passport", "root"),
    )
    op.create_table(
        "passport_serials",
        sa.Column("identifier", sa.String(length=256), nullable=False),
        sa.Column("issuer", sa.LargeBinary(length=32), nullable=False),
        sa.Column("for_order", sa.String(length=64), nullable=False),
        sa.Column("reserved_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("identifier"),
    )
    op.create_index("ix_passport_serials_for_order", "passport_serials", ["for_order"], unique=False)


def downgrade() -> None:
    for table in ("passport_serials", "passport_batch_items", "passport_batches"):
        op.drop_table(table)
