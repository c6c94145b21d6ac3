"""`filiera key new | show | request`: the maker's key, made here and never sent anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from client.commands.options import HOME, KEY, NODE, default_key, new_passphrase, open_key, open_node
from client.localised import Group, option
from client.texts import say

if TYPE_CHECKING:
    from protocol.keys import Alg, PublicKey

_OUT = option("--out", "-o", help="key.out", type=click.Path(path_type=Path, dir_okay=False), default=None)


@click.group("key", cls=Group, help="key.help")
def key() -> None:
    """Keys; the help is in the locale files."""


@key.command("new", help="key.new.help")
@KEY
@HOME
@option("--alg", help="key.alg", type=click.Choice(["ES256", "EdDSA"]), default="ES256", show_default=True)
@option("--name", help="key.name", default="")
@option("--participant", help="key.participant", default=None)
@option("--passphrase", help="key.passphrase", is_flag=True)
def new(key_path: Path | None, alg: str, name: str, participant: str | None, passphrase: bool) -> None:
    """Make a key file; one that is there is never overwritten."""
    from client.keystore import new_key, save_key  # noqa: PLC0415
    from client.profile import Profile, ensure_participant_id, new_participant_id, save_profile  # noqa: PLC0415

    chosen = ensure_participant_id(participant) if participant else new_participant_id()
    made = new_key(cast("Alg", alg))
    file = save_key(key_path or default_key(), made, new_passphrase() if passphrase else None)
    save_profile(file, Profile(chosen, name))
    click.echo(say("key.made", file=file.path), err=True)
    click.echo(_shown(made.public, chosen))
    click.echo(say("key.keep"), err=True)
    click.echo(say("key.next"), err=True)


@key.command("show", help="key.show.help")
@KEY
@HOME
def show(key_path: Path | None) -> None:
    """Print the public half: nothing secret."""
    from client.profile import load_profile  # noqa: PLC0415

    opened = open_key(key_path)
    click.echo(_shown(opened.key.public, load_profile(opened.file).participant))
    if not opened.file.is_private:
        click.echo(say("key.readable", file=opened.file.path), err=True)


@key.command("request", help="key.request.help")
@KEY
@HOME
@NODE
@option("--also", help="key.also", multiple=True, type=click.Path(path_type=Path))
@option("--name", help="key.name", default=None)
@option("--country", help="key.country", default="IT", show_default=True)
@option("--vat", help="key.vat", required=True)
@_OUT
def request(
    key_path: Path | None,
    node: str,
    also: tuple[Path, ...],
    name: str | None,
    country: str,
    vat: str,
    out: Path | None,
) -> None:
    """Print the request for admission that the coordinator needs; proves that the keys are held."""
    from client.chain_acts import Registry  # noqa: PLC0415
    from client.enrolment import make_request  # noqa: PLC0415
    from client.files import write_new  # noqa: PLC0415
    from client.profile import load_profile  # noqa: PLC0415
    from client.pseudonyms import ensure_own_name  # noqa: PLC0415

    opened = open_key(key_path)
    profile = load_profile(opened.file)
    if not (name or profile.name):
        raise click.UsageError(say("key.name-needed"))
    asking = [opened, *(open_key(path) for path in also)]
    for each in asking:
        ensure_own_name(each.file)
    keys = [each.key for each in asking]
    registry = Registry.of(open_node(node).deployment())
    made = make_request(
        profile.participant, keys, registry, name or profile.name, country.upper(), [("VAT", vat)]
    )
    text = json.dumps(made.to_json(), indent=2, ensure_ascii=False)
    if out is None:
        click.echo(text)
    else:
        write_new(out, text.encode() + b"\n", 0o644)
        click.echo(say("key.requested", file=out), err=True)


def _shown(public: PublicKey, participant: str) -> str:
    value = {"alg": public.alg, "did": public.did, "keyId": public.key_id.hex(), "participant": participant}
    return json.dumps(value, indent=2)
