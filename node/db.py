"""Connections to the database: SQLite in WAL mode with full synchronisation, or PostgreSQL; one code path.

Durability is the promise behind every receipt, so `synchronous` stays FULL; group commit makes it cheap.
Every SQLite write begins with BEGIN IMMEDIATE, so that what a transaction has read cannot change before it
writes.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from collections.abc import Iterator

# Milliseconds that a writer waits for another process before it gives up.
BUSY_TIMEOUT_MS = 15_000
_WRITES = "filiera_writes"


class Database:
    """One engine; `read()` and `write()` give connections inside a transaction."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self._writes = self.engine.execution_options(**{_WRITES: True})
        # SQLite's reads are of one state by themselves.
        postgresql = self.engine.dialect.name == "postgresql"
        self._reads = (
            self.engine.execution_options(isolation_level="REPEATABLE READ") if postgresql else self.engine
        )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; what it sees is one state of the database."""
        with self._reads.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection for writing; committed durably when the block ends, rolled back if it raises."""
        with self._writes.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_engine(url: str) -> Engine:
    """Make an engine for a database URL; makes the folder of a SQLite file."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, isolation_level="READ COMMITTED")
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(
        parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    )
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, the driver would say it too late
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "secure_delete=ON",  # what is erased is gone from the disk too
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
