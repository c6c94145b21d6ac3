"""Whom stored records name, cite and enclose: who reads them follows from it. Whose data were read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from node.capture.mentions import mentions
from protocol.records import parse_record

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

_FIRST = 6
_PAGE = 1_000
_records = sa.table("records", sa.column("number"), sa.column("jwt"), sa.column("disclosures"))
_edges = sa.table("lot_edges", sa.column("lot"), sa.column("direction"), sa.column("number"))


def upgrade() -> None:
    op.add_column("access_reads", sa.Column("owner", sa.LargeBinary(length=32), nullable=True))
    op.add_column(
        "access_reads", sa.Column("act", sa.String(length=8), nullable=False, server_default="read")
    )
    op.create_index("access_reads_by_owner", "access_reads", ["owner", "number"])
    fill_mentions()


def fill_mentions() -> None:
    """Give the records of former days the edges that capture writes now."""
    connection, last = op.get_bind(), -1
    while True:
        wanted = sa.select(_records).where(_records.c.number > last).order_by(_records.c.number).limit(_PAGE)
        page = connection.execute(wanted).all()
        if not page:
            return
        last = page[-1].number
        rows = [
            {"lot": thing, "direction": direction, "number": row.number}
            for row in page
            for thing, direction in mentions(parse_record(row.jwt + row.disclosures).subject)
        ]
        if rows:
            connection.execute(_edges.insert(), rows)


def downgrade() -> None:
    op.execute(_edges.delete().where(_edges.c.direction >= _FIRST))
    op.drop_index("access_reads_by_owner", "access_reads")
    op.drop_column("access_reads", "act")
    op.drop_column("access_reads", "owner")
