"""`filiera document add | get | cid`: papers, under addresses that are computed on this machine."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.localised import Group, option
from client.texts import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from client.node_client import NodeClient

TIERS = ("public", "legitimate", "authority")
_STDOUT = "-"
_SHOWN_FROM = 8_388_608


@click.group("document", cls=Group, help="document.help")
def document() -> None:
    """Papers; the help is in the locale files."""


@document.command("add", help="document.add.help")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@option(
    "--node", help="document.node", envvar="FILIERA_NODE", default="http://127.0.0.1:8420", show_default=True
)
@option("--key", help="document.key", envvar="FILIERA_KEY", required=True, type=click.Path(path_type=Path))
@option("--kind", help="document.kind", default="document", show_default=True)
@option("--public", help="document.public", is_flag=True)
@option("--tier", help="document.tier", type=click.Choice(TIERS), default=None)
@option("--media-type", help="document.media_type", default=None)
def add(
    file: Path, node: str, key: Path, kind: str, public: bool, tier: str | None, media_type: str | None
) -> None:
    """Send a file; print the object that an event names it by."""
    from client.documents import upload  # noqa: PLC0415 - httpx only when it is used

    with _signed_in(node, key) as client, _progress(_size(file)) as advance:
        found = upload(
            client, file, kind=kind, public=public, tier=tier, media_type=media_type, progress=advance
        )
    click.echo(json.dumps(found, indent=2))


@document.command("get", help="document.get.help")
@click.argument("cid")
@option("--output", "-o", help="document.output", required=True)
@option(
    "--node", help="document.node", envvar="FILIERA_NODE", default="http://127.0.0.1:8420", show_default=True
)
@option("--key", help="document.key", envvar="FILIERA_KEY", default=None, type=click.Path(path_type=Path))
def get(cid: str, output: str, node: str, key: Path | None) -> None:
    """Fetch a file and check it; nothing is left where it is not what its address says."""
    from client.documents import download, fetch  # noqa: PLC0415

    with _signed_in(node, key) as client:
        if output == _STDOUT:
            # Into the pipe go checked bytes only.
            with tempfile.TemporaryFile() as draft:
                fetch(client, cid, draft.write)
                draft.seek(0)
                shutil.copyfileobj(draft, sys.stdout.buffer)
            return
        address = download(client, cid, Path(output))
    click.echo(json.dumps({"cid": address.cid, "sha256": address.sha256, "size": address.size}, indent=2))


@document.command("cid", help="document.cid.help")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def cid(file: Path) -> None:
    """Print a file's address without sending it anywhere."""
    from client.documents import address_of  # noqa: PLC0415

    address = address_of(file)
    click.echo(json.dumps({"cid": address.cid, "sha256": address.sha256, "size": address.size}, indent=2))


@contextmanager
def _signed_in(node: str, key: Path | None) -> Iterator[NodeClient]:
    from client.keystore import load_key  # noqa: PLC0415
    from client.node_client import NodeClient  # noqa: PLC0415

    with NodeClient(node) as client:
        if key is not None:
            client.sign_in(load_key(key, _passphrase(key)))
        yield client


def _passphrase(key: Path) -> str | None:
    """Ask for the passphrase of a key file that has one; FILIERA_PASSPHRASE where nobody can be asked."""
    from client.files import read  # noqa: PLC0415
    from client.keystore import is_sealed  # noqa: PLC0415

    if not is_sealed(read(key)):
        return None
    asked: str = os.environ.get("FILIERA_PASSPHRASE") or click.prompt(
        say("document.passphrase", file=key), hide_input=True, err=True
    )
    return asked


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0  # reading it will say why


@contextmanager
def _progress(size: int) -> Iterator[Callable[[int], None]]:
    """Show how far it is, on standard error, where somebody looks and it takes a while."""
    if size < _SHOWN_FROM or not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=size, file=sys.stderr) as bar:
        yield bar.update
