"""Options that several commands share: which key, which node, which passphrase, which folder."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource
from platformdirs import user_data_path

from client.errors import ClientError
from client.localised import option
from client.texts import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.keystore import KeyFile
    from client.node_client import NodeClient
    from client.signing import Maker
    from protocol.keys import PrivateKey

DEFAULT_NODE = "http://127.0.0.1:8420"
HOME_VARIABLE = "FILIERA_HOME"
_LABEL = "filiera.as"
PASSPHRASE = "FILIERA_PASSPHRASE"  # noqa: S105 - the variable's name


_Command = TypeVar("_Command", bound="Callable[..., Any]")


def _use_home(_: click.Context, __: click.Parameter, value: Path | None) -> None:
    if value is not None:
        os.environ[HOME_VARIABLE] = str(value)


def _use_label(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.meta[_LABEL] = value


def _one_of_both(context: click.Context, parameter: click.Parameter, value: Path | None) -> Path | None:
    """`--as` names a key as `--key` does; it wins over the environment, and beside `--key` one of them is a mistake."""
    if _LABEL not in context.meta or value is None:
        return value
    if context.get_parameter_source(str(parameter.name)) is ParameterSource.COMMANDLINE:
        raise click.UsageError(say("option.as-and-key"))
    return None


_KEY = option(
    "--key",
    "key_path",
    help="option.key",
    type=click.Path(path_type=Path),
    default=None,
    envvar="FILIERA_KEY",
    callback=_one_of_both,
)
AS = option(
    "--as", "identity", help="option.as", default=None, metavar="LABEL",
    expose_value=False, is_eager=True, callback=_use_label,
)  # fmt: skip


def KEY(command: _Command) -> _Command:  # noqa: N802 - a decorator like the options beside it
    """Which key: by its file, or by the label of a pseudonym."""
    return _KEY(AS(command))


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


def main_key() -> Path:
    """Where the key lies with which a maker signs in its own name."""
    return home_folder() / "maker.jwk"


def default_key() -> Path:
    """Where the key lies if no file is named: the maker's own, or that of `--as`; `PSEUDONYM_UNKNOWN`."""
    context = click.get_current_context(silent=True)
    label = context.meta.get(_LABEL) if context else None
    if label is None:
        return main_key()
    from client.keystore import KeyFile  # noqa: PLC0415
    from client.pseudonyms import key_path, pseudonym_of  # noqa: PLC0415

    path = key_path(home_folder(), label)
    # A key whose making was cut short has no file that says for whom it is, and would not be kept apart.
    if pseudonym_of(KeyFile(path)) is None:
        raise ClientError("PSEUDONYM_UNKNOWN", "--as", label=label)
    return path


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


def open_maker(path: Path | None, *, linked: bool = False) -> Maker:
    """The maker of a key: whom it signs for, its journal, and what keeps it apart from the company's pseudonyms.

    `linked`: the user says that goods of two identities may show that they are one.
    """
    from client.journal import Journal  # noqa: PLC0415
    from client.linkage import Linkage  # noqa: PLC0415
    from client.profile import load_profile  # noqa: PLC0415
    from client.pseudonyms import pseudonym_of  # noqa: PLC0415
    from client.signing import Maker  # noqa: PLC0415

    opened = open_key(path)
    participant, journal = load_profile(opened.file).participant, Journal.open(opened.file.journal)
    linkage = Linkage.of(home_folder(), main_key(), opened.file)
    guard = partial(linkage.check, linked=linked) if linkage else None
    return Maker(
        opened.key, participant, journal, guard=guard, anonymous=pseudonym_of(opened.file) is not None
    )


def new_passphrase() -> str:
    """A passphrase for a new key: FILIERA_PASSPHRASE, or asked for twice."""
    return os.environ.get(PASSPHRASE) or str(
        click.prompt(
            say("option.passphrase"), hide_input=True, confirmation_prompt=say("option.repeat"), err=True
        )
    )


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
