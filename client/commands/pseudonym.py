"""`filiera participant pseudonym new | request | list`: another name for each customer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.commands.options import (
    HOME,
    KEY,
    NODE,
    home_folder,
    new_passphrase,
    open_key,
    open_node,
)
from client.errors import ClientError
from client.localised import Group, option
from client.texts import say

if TYPE_CHECKING:
    from client.chain_acts import Registry
    from client.pseudonyms import Pseudonym
    from protocol.keys import PrivateKey, PublicKey

_COORDINATOR = option("--coordinator", help="pseudonym.coordinator", required=True, metavar="DID")
_COUNTRY = option("--country", help="key.country", default="IT", show_default=True)
_OUT = option("--out", "-o", help="key.out", type=click.Path(path_type=Path, dir_okay=False), default=None)


@click.group("pseudonym", cls=Group, help="pseudonym.help")
def pseudonym() -> None:
    """Pseudonyms; the help is in the locale files."""


@pseudonym.command("new", help="pseudonym.new.help")
@click.argument("label")
@option("--for", "customer", help="pseudonym.for", required=True, metavar="PARTICIPANT")
@_COORDINATOR
@_COUNTRY
@option("--facilities", help="pseudonym.facilities", type=click.IntRange(1, 50), default=1, show_default=True)
@option("--passphrase", help="key.passphrase", is_flag=True)
@_OUT
@KEY
@HOME
@NODE
def new(
    label: str, customer: str, coordinator: str, country: str, facilities: int, passphrase: bool, out: Path | None,
    key_path: Path | None, node: str,
) -> None:  # fmt: skip
    """Draw another identity for a customer, and ask the coordinator for its admission under seal."""
    from client.keystore import load_key  # noqa: PLC0415
    from client.profile import load_profile  # noqa: PLC0415
    from client.pseudonyms import ensure_own_name, new_pseudonym  # noqa: PLC0415

    # All that can fail comes before anything is drawn.
    opened, reader = open_key(key_path), _reader(coordinator)
    ensure_own_name(opened.file)
    _ensure_free(out)
    registry = _registry(node)
    member, secret = load_profile(opened.file).participant, new_passphrase() if passphrase else None
    made = new_pseudonym(home_folder(), label, customer, member, facilities, secret)
    _ask(opened.key, load_key(made.file.path, secret), made, registry, country, reader, out)
    click.echo(say("pseudonym.made", label=label, facilities="\n  ".join(made.facilities)), err=True)


@pseudonym.command("request", help="pseudonym.request.help")
@click.argument("label")
@_COORDINATOR
@_COUNTRY
@_OUT
@KEY
@HOME
@NODE
def request(
    label: str, coordinator: str, country: str, out: Path | None, key_path: Path | None, node: str
) -> None:
    """Ask again for an identity that is kept here."""
    from client.pseudonyms import ensure_own_name, pseudonyms  # noqa: PLC0415

    kept = next((each for each in pseudonyms(home_folder()) if each.label == label), None)
    if kept is None:
        raise ClientError("PSEUDONYM_UNKNOWN", "LABEL", label=label)
    opened, reader = open_key(key_path), _reader(coordinator)
    ensure_own_name(opened.file)
    _ensure_free(out)
    _ask(opened.key, open_key(kept.file.path).key, kept, _registry(node), country, reader, out)


@pseudonym.command("list", help="pseudonym.list.help")
@HOME
def list_() -> None:
    """Print the identities that are kept here."""
    from client.pseudonyms import pseudonyms  # noqa: PLC0415

    for each in pseudonyms(home_folder()):
        click.echo(f"{each.label}  {each.participant}  → {each.customer}")
        for facility in each.facilities:
            click.echo(f"  {facility}")


def _ask(
    own: PrivateKey, key: PrivateKey, pseudonym: Pseudonym, registry: Registry, country: str,
    reader: PublicKey, out: Path | None,
) -> None:  # fmt: skip
    from client.files import write_new  # noqa: PLC0415
    from client.pseudonym_request import seal_request  # noqa: PLC0415

    member, participant = pseudonym.member, pseudonym.participant
    sealed = seal_request((own, key), member, participant, registry, country.upper(), reader)
    if out is None:
        click.echo(sealed.decode().strip())
    else:
        write_new(out, sealed, 0o644)


def _reader(did: str) -> PublicKey:
    from protocol.keys import PublicKey  # noqa: PLC0415

    found = PublicKey.from_did(did)
    if found.alg != "ES256":
        raise ClientError("PSEUDONYM_COORDINATOR", "--coordinator")
    return found


def _ensure_free(out: Path | None) -> None:
    if out is not None and out.exists():
        raise ClientError("FILE_EXISTS", str(out), file=out)


def _registry(node: str) -> Registry:
    from client.chain_acts import Registry  # noqa: PLC0415

    return Registry.of(open_node(node).deployment())
