"""Options that several commands share: which key, which node, which passphrase."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from platformdirs import user_data_path

from client.errors import ClientError
from client.journal import Journal
from client.keystore import KeyFile, load_key
from client.localised import option
from client.node_client import NodeClient
from client.profile import load_profile
from client.signing import Maker

DEFAULT_NODE = "http://127.0.0.1:8420"
PASSPHRASE = "FILIERA_PASSPHRASE"  # noqa: S105 - the variable's name

KEY = option(
    "--key",
    "key_path",
    help="option.key",
    type=click.Path(path_type=Path),
    default=None,
    envvar="FILIERA_KEY",
)
NODE = option("--node", help="option.node", default=DEFAULT_NODE, envvar="FILIERA_NODE", show_default=True)


def default_key() -> Path:
    """Where a maker's key lies if nothing else is said."""
    home = os.environ.get("FILIERA_HOME")
    return (Path(home) if home else user_data_path("filiera")) / "maker.jwk"


@dataclass(frozen=True)
class Opened:
    """A key file with its key."""

    file: KeyFile
    key: Any


def open_key(path: Path | None) -> Opened:
    """Read a key; the passphrase comes from FILIERA_PASSPHRASE or is asked for."""
    file = KeyFile(path or default_key())
    if not file.path.exists():
        raise ClientError("KEY_ABSENT", "--key", file=file.path)
    passphrase = os.environ.get(PASSPHRASE)
    try:
        return Opened(file, load_key(file.path, passphrase))
    except ClientError as error:
        if error.code != "PASSPHRASE_NEEDED":
            raise
    return Opened(file, load_key(file.path, click.prompt("Passphrase", hide_input=True, err=True)))


def open_maker(path: Path | None) -> Maker:
    """The maker of a key: whom it signs for, and its journal."""
    opened = open_key(path)
    return Maker(opened.key, load_profile(opened.file).participant, Journal.open(opened.file.journal))


def open_node(url: str) -> NodeClient:
    """A client for the node."""
    return NodeClient(url)
