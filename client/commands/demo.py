"""`filiera demo`: a filiera on this machine, from an empty chain to refused forgeries."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from client.demo import STORIES
from client.errors import ClientError
from client.localised import Command, option


@click.command("demo", cls=Command, help="demo.help")
@option("--once", help="demo.once", is_flag=True)
@option("--story", help="demo.story", type=click.Choice(STORIES), default=None)
@option("--port", help="demo.port", type=click.IntRange(1, 65_535), default=None)
@option("--home", help="demo.home", type=click.Path(path_type=Path, file_okay=False), default=None)
@option("--two-nodes", help="demo.two-nodes", is_flag=True)
def demo(once: bool, story: str | None, port: int | None, home: Path | None, two_nodes: bool) -> None:
    """The demonstration; its help is in the locale files."""
    from client.demo.setup import ensure_free  # noqa: PLC0415 - rich and segno only when asked for
    from client.demo.show import run  # noqa: PLC0415
    from client.demo.stories import find  # noqa: PLC0415

    played = find(story)
    if port is not None:
        ensure_free(port)
    if home is not None:
        if home.exists() and any(home.iterdir()):
            raise ClientError("DEMO_HOME_TAKEN", "--home", folder=home)
        run(played, home.absolute(), port, once=once, kept=True, two_nodes=two_nodes)
        return
    with tempfile.TemporaryDirectory(prefix="filiera-demo-", ignore_cleanup_errors=True) as folder:
        run(played, Path(folder), port, once=once, kept=False, two_nodes=two_nodes)
