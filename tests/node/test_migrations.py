"""The database's versions and the tables in the code are the same thing."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_mock_engine

from node import migrations
from node.db import Database
from node.models import SQLModel
from tests.support.serials import assert_reserved_survive


def test_migrations_lead_to_the_tables_of_the_models(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'node.sqlite'}")
    assert migrations.current(database.engine) is None
    migrations.migrate(database.engine)
    migrations.migrate(database.engine)
    assert migrations.current(database.engine) == migrations.newest()
    with database.engine.connect() as connection:
        ours = {table for table in SQLModel.metadata.tables if not table.startswith("usual")}
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in ours}
        )
        differences = [
            entry for entry in compare_metadata(context, SQLModel.metadata)
            if not (isinstance(entry, tuple) and entry[0] == "add_table" and entry[1].name not in ours)
        ]  # fmt: skip
    assert differences == []
    database.close()


def test_migrations_keep_serials_that_were_reserved_before_any_could_be_voided(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'node.sqlite'}")
    assert_reserved_survive(database)
    database.close()


def test_migrations_tables_can_be_written_for_postgresql():
    statements: list[str] = []
    engine = create_mock_engine(
        "postgresql+psycopg://",
        lambda sql, *_, **__: statements.append(str(sql.compile(dialect=engine.dialect))),
    )
    SQLModel.metadata.create_all(engine, checkfirst=False)
    written = "\n".join(statements)
    assert "CREATE TABLE records" in written
    assert "BYTEA" in written
    assert "number BIGSERIAL NOT NULL" in written
    assert "WHERE leaf_index IS NULL" in written
