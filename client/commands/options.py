"""Options that several commands share: which key, which node, which passphrase, which folder."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from platformdirs import user_data_path

from client.errors import ClientError
from client.localised import option
from client.texts import say

if TYPE_CHECKING:
    from client.keystore import KeyFile
    from client.node_client import NodeClient
    from client.signing import Maker
    from protocol.keys import PrivateKey

DEFAULT_NODE = "http://127.0.0.1:8420"
HOME_VARIABLE = "FILIERA_HOME"
PASSPHRASE = "FILIERA_PASSPHRASE"  # noqa: S105 - the variable's name


def _use_home(_: click.Context, __: click.Parameter, value: Path | None) -> None:
    if value is not None:
        os.environ[HOME_VARIABLE] = str(value)


KEY = option(
    "--key",
    "key_path",
    help="option.key",
    type=click.Path(path_type=Path),
    default=None,
    envvar="FILIERA_KEY",
)
NODE = option("--node", help="option.node", default=DEFAULT_NODE, envvar="FILIERA_NODE", show_default=True)
# Kept in the environment, so that whatever is started from here works in the same folder.
HOME = option(
    "--home", help="option.home", type=click.Path(path_type=Path, file_okay=False), default=None,
    expose_value=False, is_eager=True, callback=_use_home,
)  # fmt: skip


def home_folder() -> Path:
    """The maker's folder: `--home`, FILIERA_HOME, or the system's place for a user's data."""
    home = os.environ.get(HOME_VARIABLE)
    return Path(home) if home else user_data_path("filiera")


def default_key() -> Path:
    """Where a maker's key lies if nothing else is said."""
    return home_folder() / "maker.jwk"


@dataclass(frozen=True)
class Opened:
    """A key file with its key."""

    file: KeyFile
    key: PrivateKey


def open_key(path: Path | None) -> Opened:
    """Read a key; the passphrase comes from FILIERA_PASSPHRASE or is asked for."""
    from client.keystore import KeyFile, load_key  # noqa: PLC0415 - cryptography only when a key is read

    file = KeyFile(path or default_key())
    if not file.path.exists():
        raise ClientError("KEY_ABSENT", "--key", file=file.path)
    passphrase = os.environ.get(PASSPHRASE)
    try:
        return Opened(file, load_key(file.path, passphrase))
    except ClientError as error:
        # Nobody can be asked where no person sits: a script gives FILIERA_PASSPHRASE.
        if error.code != "PASSPHRASE_NEEDED" or not sys.stdin.isatty():
            raise
    given = click.prompt(say("option.passphrase"), hide_input=True, err=True)
    return Opened(file, load_key(file.path, given))


def open_maker(path: Path | None) -> Maker:
    """The maker of a key: whom it signs for, and its journal."""
    from client.journal import Journal  # noqa: PLC0415
    from client.profile import load_profile  # noqa: PLC0415
    from client.signing import Maker  # noqa: PLC0415

    opened = open_key(path)
    return Maker(opened.key, load_profile(opened.file).participant, Journal.open(opened.file.journal))


def open_node(url: str) -> NodeClient:
    """A client for the node, closed with the command; `NODE_ADDRESS` unless it is an http(s) address."""
    from client.node_client import NodeClient  # noqa: PLC0415 - httpx only when the node is asked

    if not url.startswith(("http://", "https://")):
        raise ClientError("NODE_ADDRESS", "--node", node=url)
    client = NodeClient(url)
    command = click.get_current_context(silent=True)
    if command is not None:
        command.call_on_close(client.close)
    return client
