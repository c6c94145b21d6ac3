"""`filiera node serve | migrate | status`.

Commands load what they use when they run: `--help` must be quick.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError

from node.config import Settings, is_loopback
from node.documents.cli import group as documents_group
from node.problems import problem
from protocol.errors import FilieraError, LogError

if TYPE_CHECKING:
    from node.db import Database
    from protocol.codes import Language

_EXIT_INCOMPLETE, _EXIT_BAD_INPUT = 2, 3
LANGUAGES: tuple[Language, ...] = ("it", "en")


@click.group(help="Il nodo: raccoglie i record firmati e tiene il registro. / The node.")
def node() -> None:
    """Commands of the node; settings come from FILIERA_* variables."""


@node.command(help="Avvia il nodo. / Run the node.")
def serve() -> None:
    """Serve until stopped. A new database is made; an older one is refused until `migrate` was run."""
    settings = _settings()
    _guarded(lambda: _serve(settings))


@node.command(help="Porta il database alla versione di questo programma. / Bring the database up to date.")
def migrate() -> None:
    """Apply the versions that the database lacks."""
    from node import migrations  # noqa: PLC0415

    settings = _settings()

    def run() -> None:
        database = _database(settings)
        before = migrations.current(database.engine)
        migrations.migrate(database.engine)
        click.echo(f"{before or '–'} → {migrations.newest()}")

    _guarded(run)


@node.command(help="Che cosa c'è nel registro, senza cambiare nulla. / What the log holds; changes nothing.")
def status() -> None:
    """Print figures of the database as JSON; exit 2 if something that was promised is overdue."""
    settings = _settings()
    found: dict[str, Any] = {}
    _guarded(lambda: found.update(_figures(settings)))
    click.echo(json.dumps(found, indent=2))
    if found["overdue"] or found["version"] != found["needed"]:
        sys.exit(_EXIT_INCOMPLETE)


def _serve(settings: Settings) -> None:
    import uvicorn  # noqa: PLC0415

    from node import migrations  # noqa: PLC0415
    from node.app import create_app  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # each question to a witness, every few seconds
    database = _database(settings)
    version = migrations.current(database.engine)
    if version is None:
        migrations.migrate(database.engine)
    elif version != migrations.newest():
        raise LogError("DATABASE_VERSION", "FILIERA_DATABASE_URL", found=version, needed=migrations.newest())
    database.close()
    if settings.demo:
        click.secho(
            "DEMO – dati di prova, solo su questa macchina / sample data, this machine only",
            bold=True,
            err=True,
        )
    elif not is_loopback(settings.host):
        click.echo(
            f"In ascolto su {settings.host}: serve un proxy TLS davanti. / Put a TLS proxy in front.",
            err=True,
        )
    app = create_app(settings)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


def _figures(settings: Settings) -> dict[str, Any]:
    from node import migrations  # noqa: PLC0415
    from node.clock import now_ms  # noqa: PLC0415
    from node.log.repository import LogRepository  # noqa: PLC0415

    database = _database(settings)
    version = migrations.current(database.engine)
    found: dict[str, Any] = {"version": version, "needed": migrations.newest(), "overdue": False}
    if version is None:
        return found
    log = LogRepository(database)
    waiting, promised = log.figures()
    head = log.newest()
    return {
        **found,
        "waiting": waiting,
        "overdue": promised is not None and promised < now_ms(),
        "head": {"seq": head.seq, "size": head.size, "root": head.root.hex()} if head else None,
    }


def _database(settings: Settings) -> Database:
    from node.db import Database  # noqa: PLC0415

    return Database(settings.database)


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        for entry in error.errors():
            name = (
                "FILIERA_" + "_".join(str(part) for part in entry["loc"]).upper()
                if entry["loc"]
                else "FILIERA_*"
            )
            click.echo(f"{name}: {entry['msg']}", err=True)
        sys.exit(_EXIT_BAD_INPUT)


def _guarded(run: Any) -> None:
    """Say our errors in two languages, without a traceback."""
    try:
        run()
    except FilieraError as error:
        for language in LANGUAGES:
            document = problem(error, language)
            click.echo(f"{error.code} {error.place}: {document['detail']} {document['remedy']}", err=True)
        sys.exit(_EXIT_BAD_INPUT)


node.add_command(documents_group(_settings, _guarded))
