"""`filiera node documents check | sweep | migrate`: looking after the papers of a node."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.config import Settings
    from node.documents.upkeep import Upkeep

_EXIT_INCOMPLETE = 2
_HELP = {
    "check": "Rilegge tutti i documenti e ne controlla ogni blocco. / Read and check all documents.",
    "sweep": "Toglie i blocchi che non servono a nessun documento. / Remove blocks of no document.",
    "migrate": "Sposta i documenti pubblici in Kubo, byte per byte. / Move public documents to Kubo.",
}


def group(settings: Callable[[], Settings], guarded: Callable[[Callable[[], None]], None]) -> click.Group:
    """Return the commands; `settings` reads the settings, `guarded` says our errors.

    Each prints its figures as JSON; `check` ends with 2 if a paper is not whole.
    """
    documents = click.Group("documents", help="I documenti del nodo. / The node's documents.")
    for name, work in {"check": _check, "sweep": _sweep, "migrate": _migrate}.items():
        documents.add_command(_command(name, work, settings, guarded))
    return documents


def _command(
    name: str,
    work: Callable[[Upkeep], dict[str, Any]],
    settings: Callable[[], Settings],
    guarded: Callable[[Callable[[], None]], None],
) -> click.Command:
    def run() -> None:
        found: dict[str, Any] = {}
        guarded(lambda: found.update(_with_stores(settings(), work)))
        click.echo(json.dumps(found, indent=2))
        if found.get("damaged"):
            sys.exit(_EXIT_INCOMPLETE)

    return click.Command(name, callback=run, help=_HELP[name])


def _check(upkeep: Upkeep) -> dict[str, Any]:
    health = upkeep.check()
    return {"good": health.good, "damaged": health.damaged}


def _sweep(upkeep: Upkeep) -> dict[str, Any]:
    return {"removed": upkeep.sweep(time.time())}


def _migrate(upkeep: Upkeep) -> dict[str, Any]:
    return {"moved": upkeep.migrate()}


def _with_stores(settings: Settings, work: Callable[[Upkeep], dict[str, Any]]) -> dict[str, Any]:
    from node.content.assemble import open_content  # noqa: PLC0415 - `--help` is quick
    from node.db import Database  # noqa: PLC0415
    from node.documents.upkeep import Upkeep  # noqa: PLC0415

    database, content = Database(settings.database), open_content(settings)
    try:
        return work(Upkeep(database, content))
    finally:
        content.close()
        database.close()
