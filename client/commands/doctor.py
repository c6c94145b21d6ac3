"""`filiera doctor`: what works on this machine and what does not, each with what to do."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.commands.options import KEY, NODE, default_key, open_node
from client.errors import ClientError
from client.keystore import KeyFile
from client.localised import Command
from client.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEAST_FREE = 500 * 1024 * 1024


@click.command("doctor", cls=Command, help="doctor.help")
@KEY
@NODE
def doctor(key_path: Path | None, node: str) -> int:
    """Print a line for each thing looked at; exit 2 if something needs care."""
    worst = 0
    for good, line in (*_machine(), *_key(KeyFile(key_path or default_key())), *_node(node)):
        click.echo(f"{'✓' if good else '✗'} {line}")
        worst = worst if good else 2
    return worst


def _machine() -> Iterator[tuple[bool, str]]:
    version = sys.version_info
    yield version >= (3, 11), say("doctor.python", version=f"{version.major}.{version.minor}.{version.micro}")
    free = shutil.disk_usage(Path.home()).free
    yield free > _LEAST_FREE, say("doctor.disk", free=free // 2**20)


def _key(file: KeyFile) -> Iterator[tuple[bool, str]]:
    if not file.path.exists():
        yield False, say("doctor.no-key", file=file.path)
        return
    yield file.is_private, say("doctor.key" if file.is_private else "doctor.key-open", file=file.path)
    yield file.participant.exists(), say("doctor.participant", file=file.participant)


def _node(url: str) -> Iterator[tuple[bool, str]]:
    client = open_node(url)
    try:
        deployment = client.deployment()
        heads = client.heads()
    except ClientError as error:
        yield False, say("doctor.no-node", node=url, reason=error.code)
        return
    yield True, say("doctor.node", node=url, chain=deployment.get("chainId"))
    yield bool(heads), say("doctor.heads" if heads else "doctor.no-heads", count=len(heads))
