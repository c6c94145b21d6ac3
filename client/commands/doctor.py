"""`filiera doctor`: what works on this machine and what does not, each with what to do."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.commands.options import HOME, KEY, NODE, default_key, open_node
from client.keystore import KeyFile
from client.localised import Command
from client.texts import language, say
from protocol.codes import text
from protocol.errors import FilieraError

if TYPE_CHECKING:
    from client.node_client import NodeClient
    from protocol.keys import PublicKey

_LEAST_FREE = 500 * 1024 * 1024
Line = tuple[bool, str]


@click.command("doctor", cls=Command, help="doctor.help")
@KEY
@HOME
@NODE
def doctor(key_path: Path | None, node: str) -> int:
    """Print a line for each thing looked at; exit 2 if something needs care."""
    worst = 0
    for good, line in _look(KeyFile(key_path or default_key()), node):
        click.secho(f"{'✓' if good else '✗'} {line}", fg=None if good else "red")
        worst = worst if good else 2
    return worst


def _look(file: KeyFile, node: str) -> Iterator[Line]:
    yield from _machine(file.path.parent)
    yield from _key(file)
    yield from _node(file, node)


def _machine(folder: Path) -> Iterator[Line]:
    version = sys.version_info
    yield version >= (3, 11), say("doctor.python", version=f"{version.major}.{version.minor}.{version.micro}")
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    yield free > _LEAST_FREE, say("doctor.disk", free=free // 2**20)


def _key(file: KeyFile) -> Iterator[Line]:
    if not file.path.exists():
        yield False, say("doctor.no-key", file=file.path)
        return
    yield file.is_private, say("doctor.key" if file.is_private else "doctor.key-open", file=file.path)
    try:
        from client.journal import Journal  # noqa: PLC0415
        from client.profile import load_profile  # noqa: PLC0415

        yield True, say("doctor.participant", participant=load_profile(file).participant[:12])
        journal = Journal.open(file.journal)
    except FilieraError as error:
        yield False, _said(error)
        return
    waiting = len(journal.outgoing)
    yield (
        not waiting,
        say("doctor.waiting" if waiting else "doctor.journal", count=waiting or len(journal.signed)),
    )


def _node(file: KeyFile, url: str) -> Iterator[Line]:
    try:
        client = open_node(url)
        deployment = client.deployment()
        yield True, say("doctor.node", node=url)
        yield from _chain(client, deployment)
        yield from _admitted(client, file)
    except FilieraError as error:
        yield False, _said(error)


def _chain(client: NodeClient, deployment: Mapping[str, Any]) -> Iterator[Line]:
    chain = deployment.get("chainId")
    yield chain is not None, say("doctor.chain" if chain is not None else "doctor.no-chain", chain=chain)
    yield client.is_ready(), say("doctor.ready" if client.is_ready() else "doctor.not-ready", node=client.url)
    heads = client.heads()
    yield bool(heads), say("doctor.heads" if heads else "doctor.no-heads", count=len(heads))


def _admitted(client: NodeClient, file: KeyFile) -> Iterator[Line]:
    """Whether the ledger knows the key; the key need not be opened where it has a passphrase."""
    public = _public(file)
    if public is None:
        return
    wanted = public.key_id.hex()
    for entry in client.participants():
        for key in entry.get("keys", ()):
            if isinstance(key, dict) and key.get("keyHash") == wanted:
                good = bool(entry.get("active")) and key.get("toBlock") is None
                roles = ", ".join(map(str, entry.get("roles", ())))
                yield good, say("doctor.admitted" if good else "doctor.closed", roles=roles)
                return
    yield False, say("doctor.not-admitted")


def _public(file: KeyFile) -> PublicKey | None:
    from client.keystore import load_key  # noqa: PLC0415

    try:
        return load_key(file.path).public if file.path.exists() else None
    except FilieraError:
        return None


def _said(error: FilieraError) -> str:
    sentence, remedy = text(error.code, language(), **error.values)
    return f"{sentence} → {remedy}"
