"""`filiera participant pseudonym new | list`: another name for each customer, known to the coordinator alone."""

from __future__ import annotations

from pathlib import Path

import click

from client.commands.options import HOME, KEY, NODE, home_folder, new_passphrase, open_key, open_node
from client.errors import ClientError
from client.localised import Group, option
from client.texts import say


@click.group("pseudonym", cls=Group, help="pseudonym.help")
def pseudonym() -> None:
    """Pseudonyms; the help is in the locale files."""


@pseudonym.command("new", help="pseudonym.new.help")
@click.argument("label")
@option("--for", "customer", help="pseudonym.for", required=True, metavar="PARTICIPANT")
@option("--coordinator", help="pseudonym.coordinator", required=True, metavar="DID")
@option("--country", help="key.country", default="IT", show_default=True)
@option("--facilities", help="pseudonym.facilities", type=click.IntRange(1, 50), default=1, show_default=True)
@option("--passphrase", help="key.passphrase", is_flag=True)
@option("--out", "-o", help="key.out", type=click.Path(path_type=Path, dir_okay=False), default=None)
@KEY
@HOME
@NODE
def new(
    label: str, customer: str, coordinator: str, country: str, facilities: int, passphrase: bool, out: Path | None,
    key_path: Path | None, node: str,
) -> None:  # fmt: skip
    """Draw another identity for a customer, and ask the coordinator for its admission under seal."""
    from client import files  # noqa: PLC0415
    from client.chain_acts import Registry  # noqa: PLC0415
    from client.keystore import load_key  # noqa: PLC0415
    from client.profile import load_profile  # noqa: PLC0415
    from client.pseudonym_request import seal_request  # noqa: PLC0415
    from client.pseudonyms import new_pseudonym, pseudonym_of  # noqa: PLC0415
    from protocol.keys import PublicKey  # noqa: PLC0415

    opened, reader = open_key(key_path), PublicKey.from_did(coordinator)
    if pseudonym_of(opened.file) is not None:
        raise ClientError("PSEUDONYM_REQUEST", "--key", file=opened.file.path)
    if out is not None and out.exists():
        raise ClientError("FILE_EXISTS", str(out), file=out)
    registry = Registry.of(open_node(node).deployment())
    member, secret = load_profile(opened.file).participant, new_passphrase() if passphrase else None
    made = new_pseudonym(home_folder(), label, customer, member, facilities, secret)
    keys = (opened.key, load_key(made.file.path, secret))
    sealed = seal_request(keys, member, made.participant, registry, country.upper(), reader)
    if out is None:
        click.echo(sealed.decode().strip())
    else:
        files.write_new(out, sealed, 0o644)
    click.echo(say("pseudonym.made", label=label, facilities="\n  ".join(made.facilities)), err=True)


@pseudonym.command("list", help="pseudonym.list.help")
@HOME
def list_() -> None:
    """Print the identities that are kept here."""
    from client.pseudonyms import pseudonyms  # noqa: PLC0415

    for each in pseudonyms(home_folder()):
        click.echo(f"{each.label}  {each.participant}  → {each.customer}")
        for facility in each.facilities:
            click.echo(f"  {facility}")
