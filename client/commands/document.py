"""`filiera document add | get | cid | keys | grant | erase`: papers, under addresses computed on this machine."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.commands.options import HOME, KEY, NODE, default_key, open_key, open_maker, open_node
from client.commands.sending import tell_outcome
from client.errors import NodeError
from client.localised import Group, option
from client.texts import say
from protocol.keys import PublicKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from client.node_client import NodeClient

TIERS = ("public", "legitimate", "authority")
# Closed list of the schema `event-erasure`.
REASONS = ("data-subject-request", "retention-ended", "published-by-mistake", "court-order", "other")
_STDOUT = "-"
_SHOWN_FROM = 8_388_608


@click.group("document", cls=Group, help="document.help")
def document() -> None:
    """Papers; the help is in the locale files."""


@document.command("add", help="document.add.help")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@NODE
@KEY
@option("--kind", help="document.kind", default="document", show_default=True)
@option("--public", help="document.public", is_flag=True)
@option("--tier", help="document.tier", type=click.Choice(TIERS), default=None)
@option("--media-type", help="document.media_type", default=None)
@option("--for", "readers", help="document.for", multiple=True, metavar="DID")
def add(
    file: Path,
    node: str,
    key_path: Path | None,
    kind: str,
    public: bool,
    tier: str | None,
    media_type: str | None,
    readers: tuple[str, ...],
) -> None:
    """Send a file, sealed if readers are named; print the object that an event names it by."""
    from client.documents import upload  # noqa: PLC0415 - only when it is used
    from client.sealed import upload_sealed  # noqa: PLC0415

    if readers and (public or tier):
        raise click.UsageError(say("document.for_alone"))
    with _owner(node, key_path) as client, _progress(_size(file)) as advance:
        if readers:
            found = upload_sealed(client, file, _keys(readers), kind=kind, media_type=media_type)
        else:
            found = upload(
                client, file, kind=kind, public=public, tier=tier, media_type=media_type, progress=advance
            )
    click.echo(json.dumps(found, indent=2))


@document.command("get", help="document.get.help")
@click.argument("cid")
@option("--output", "-o", help="document.output", required=True)
@NODE
@KEY
@option("--reader-key", help="document.reader_key", type=click.Path(path_type=Path), default=None)
def get(cid: str, output: str, node: str, key_path: Path | None, reader_key: Path | None) -> None:
    """Fetch a file and check it; nothing is left where it is not what its address says."""
    from client.documents import download, fetch  # noqa: PLC0415
    from client.sealed import download_sealed  # noqa: PLC0415

    if reader_key is not None:
        with _owner(node, key_path) as client:
            opened = download_sealed(client, cid, open_key(reader_key).key, Path(output))
        click.echo(json.dumps(opened, indent=2))
        return
    with _reader(node, key_path) as client:
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


@document.command("keys", help="document.keys.help")
@click.argument("cid")
@option("--output", "-o", help="document.output", type=click.Path(path_type=Path), required=True)
@NODE
@KEY
def keys(cid: str, output: Path, node: str, key_path: Path | None) -> None:
    """Save the wrapped keys of a sealed paper, as they are: a desk without a network opens it with them."""
    from client.files import write_new  # noqa: PLC0415

    with _owner(node, key_path) as client:
        wrapped = [json.loads(each) for each in client.document_keys(cid)]
    write_new(output, json.dumps({"cid": cid, "wrapped": wrapped}).encode() + b"\n", 0o644)
    click.echo(say("document.keys", count=len(wrapped), file=output), err=True)


@document.command("grant", help="document.grant.help")
@click.argument("cid")
@option("--for", "readers", help="document.for", multiple=True, required=True, metavar="DID")
@option("--reader-key", help="document.reader_key", type=click.Path(path_type=Path), required=True)
@NODE
@KEY
def grant(cid: str, readers: tuple[str, ...], reader_key: Path, node: str, key_path: Path | None) -> None:
    """Wrap a sealed paper's key anew for exactly these readers."""
    from client.sealed import grant as wrap_again  # noqa: PLC0415

    with _owner(node, key_path) as client:
        wrap_again(client, cid, open_key(reader_key).key, _keys(readers))
    click.echo(say("document.granted", count=len(readers)), err=True)


@document.command("erase", help="document.erase.help")
@click.argument("cids", nargs=-1, metavar="[CID]...")
@option("--record", "records", help="document.record", multiple=True, metavar="ID")
@option("--reason", help="document.reason", type=click.Choice(REASONS), required=True)
@NODE
@KEY
@HOME
def erase(
    cids: tuple[str, ...], records: tuple[str, ...], reason: str, node: str, key_path: Path | None
) -> int:
    """Sign an erasure and send it: the node destroys what it names as it stores it."""
    from client.erasure import sign_erasure  # noqa: PLC0415
    from client.outgoing import deliver  # noqa: PLC0415

    if not cids and not records:
        raise click.UsageError(say("document.erase.what"))
    maker = open_maker(key_path)
    sign_erasure(maker, cids, records, reason)
    outcome = deliver(maker, open_node(node))
    tell_outcome(outcome, maker.journal.path)
    if outcome.refused:
        return 1
    click.echo(say("document.erased"), err=True)
    return 0


def _keys(readers: tuple[str, ...]) -> list[PublicKey]:
    return [PublicKey.from_did(did) for did in readers]


@contextmanager
def _owner(node: str, key_path: Path | None) -> Iterator[NodeClient]:
    with open_node(node) as client:
        client.sign_in(open_key(key_path).key)
        yield client


@contextmanager
def _reader(node: str, key_path: Path | None) -> Iterator[NodeClient]:
    """Sign in where there is a key; without one, or if the node does not know the usual one, read what is public."""
    with open_node(node) as client:
        if key_path is not None:
            client.sign_in(open_key(key_path).key)
        elif default_key().exists():
            with suppress(NodeError):
                client.sign_in(open_key(None).key)
        yield client


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
