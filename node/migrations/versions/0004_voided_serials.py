"""Reserved serials that are voided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# 64-bit numbers everywhere; SQLite numbers rows by itself only in a column declared INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("passport_serials", sa.Column("voided_at", BIG, nullable=True))


def downgrade() -> None:
    op.drop_column("passport_serials", "voided_at")
