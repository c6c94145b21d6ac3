"""`filiera key new | show | request`: the maker's key, made here and never sent anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from client.commands.options import KEY, NODE, default_key, open_key, open_node
from client.localised import Group, option
from client.texts import say

if TYPE_CHECKING:
    from protocol.keys import Alg


@click.group("key", cls=Group, help="key.help")
def key() -> None:
    """Keys; the help is in the locale files."""


@key.command("new", help="key.new.help")
@KEY
@option("--alg", help="key.alg", type=click.Choice(["ES256", "EdDSA"]), default="ES256", show_default=True)
@option("--name", help="key.name", default="")
@option("--participant", help="key.participant", default=None)
@option("--passphrase", help="key.passphrase", is_flag=True)
def new(key_path: Path | None, alg: str, name: str, participant: str | None, passphrase: bool) -> None:
    """Make a key file; one that is there is never overwritten."""
    from client.keystore import new_key, save_key  # noqa: PLC0415
    from client.profile import Profile, ensure_participant_id, new_participant_id, save_profile  # noqa: PLC0415

    chosen = ensure_participant_id(participant) if participant else new_participant_id()
    secret = (
        click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
        if passphrase
        else None
    )
    made = new_key(cast("Alg", alg))
    file = save_key(key_path or default_key(), made, secret)
    save_profile(file, Profile(chosen, name))
    click.echo(say("key.made", file=file.path))
    click.echo(_shown(made.public.did, made.public.key_id.hex(), chosen))
    click.echo(say("key.keep"), err=True)


@key.command("show", help="key.show.help")
@KEY
def show(key_path: Path | None) -> None:
    """Print the public half: nothing secret."""
    from client.profile import load_profile  # noqa: PLC0415

    opened = open_key(key_path)
    public = opened.key.public
    click.echo(_shown(public.did, public.key_id.hex(), load_profile(opened.file).participant))
    if not opened.file.is_private:
        click.echo(say("key.readable", file=opened.file.path), err=True)


@key.command("request", help="key.request.help")
@KEY
@NODE
@option("--also", help="key.also", multiple=True, type=click.Path(path_type=Path))
@option("--name", help="key.name", required=True)
@option("--country", help="key.country", default="IT", show_default=True)
@option("--vat", help="key.vat", required=True)
def request(
    key_path: Path | None, node: str, also: tuple[Path, ...], name: str, country: str, vat: str
) -> None:
    """Print the request for admission that the coordinator needs; proves that the keys are held."""
    from client.chain_acts import Registry  # noqa: PLC0415
    from client.enrolment import make_request  # noqa: PLC0415
    from client.profile import load_profile  # noqa: PLC0415

    opened = open_key(key_path)
    keys = [opened.key, *(open_key(path).key for path in also)]
    registry = Registry.of(open_node(node).deployment())
    made = make_request(load_profile(opened.file).participant, keys, registry, name, country, [("VAT", vat)])
    click.echo(json.dumps(made.to_json(), indent=2, ensure_ascii=False))


def _shown(did: str, key_id: str, participant: str) -> str:
    return json.dumps({"did": did, "keyId": key_id, "participant": participant}, indent=2)
