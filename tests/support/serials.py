"""A database from before serials could be voided, brought up to date; for both kinds of database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from node import migrations
from node.passports.serials import state_of

if TYPE_CHECKING:
    from node.db import Database

BEFORE = "0003"
ITEM = "https://id.gs1.org/01/09527700002628/21/aaaaaaaaaaaaaaaa"
INSERT = text(
    "INSERT INTO passport_serials (identifier, issuer, for_order, reserved_at) VALUES (:id, :issuer, :order, 1)"
)


def assert_reserved_survive(database: Database) -> None:
    """A serial reserved at version 0003 is, at the newest, reserved and not voided."""
    migrations.migrate(database.engine, BEFORE)
    with database.write() as connection:
        connection.execute(
            INSERT, {"id": ITEM, "issuer": bytes(32), "order": "urn:filiera:order:" + "a" * 26}
        )
    migrations.migrate(database.engine)
    assert migrations.current(database.engine) == migrations.newest()
    with database.read() as connection:
        assert state_of(connection, ITEM) == "reserved"
