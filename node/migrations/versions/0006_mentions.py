"""Whom stored records name, which records they cite, which papers they enclose: who reads them follows from it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from node.capture.mentions import mentions
from protocol.records import parse_record

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None

_FIRST = 6
_PAGE = 1_000
_records = sa.table("records", sa.column("number"), sa.column("jwt"), sa.column("disclosures"))
_edges = sa.table("lot_edges", sa.column("lot"), sa.column("direction"), sa.column("number"))


def upgrade() -> None:
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
