"""`filiera passport issue | register | reserve | status | show`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from client.commands.options import KEY, NODE, open_maker, open_node
from client.errors import ClientError
from client.localised import Group, option
from client.texts import say

_SETTABLE = ("active", "suspended", "withdrawn", "end-of-life")


@click.group("passport", cls=Group, help="passport.help")
def passport() -> None:
    """Passports; the help is in the locale files."""


@passport.command("issue", help="passport.issue.help")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@KEY
@NODE
@option("--batch", help="passport.batch", is_flag=True)
@option("--dry-run", help="passport.dry-run", is_flag=True)
def issue(files: tuple[Path, ...], key_path: Path | None, node: str, batch: bool, dry_run: bool) -> None:
    """Complete, sign, send and register; with --batch all under one root and one signature."""
    from client.passports import compose, register_batch  # noqa: PLC0415
    from client.passports import issue as issue_one  # noqa: PLC0415

    maker, client = open_maker(key_path), open_node(node)
    bodies = [compose(client, _body(file)) for file in files]
    if dry_run:
        click.echo(json.dumps(bodies, indent=2, ensure_ascii=False))
        return
    issued = [issue_one(client, maker, body, register=not batch) for body in bodies]
    if batch:
        click.echo(say("passport.root", root=register_batch(client, maker, issued)), err=True)
    for each in issued:
        click.echo(
            json.dumps(
                {"id": each.identifier, "version": each.version, "record": each.record, "digest": each.digest}
            )
        )


@passport.command("register", help="passport.register.help")
@click.argument("identifiers", nargs=-1, required=True)
@KEY
@NODE
@option("--batch", help="passport.batch", is_flag=True)
def register(identifiers: tuple[str, ...], key_path: Path | None, node: str, batch: bool) -> None:
    """Register passports that the node has and the ledger has not: after a relay that failed."""
    from client.passports import Issued, register_batch, register_one  # noqa: PLC0415

    maker, client = open_maker(key_path), open_node(node)
    held = [Issued.of(client.passport(identifier)) for identifier in identifiers]
    if batch:
        click.echo(say("passport.root", root=register_batch(client, maker, held)), err=True)
        return
    for each in held:
        register_one(client, maker, each.identifier, each.digest)


@passport.command("reserve", help="passport.reserve.help")
@KEY
@NODE
@option("--order", help="passport.order", required=True)
@option("--gtin", help="passport.gtin", default=None)
@option("--count", help="passport.count", type=click.IntRange(1, 10_000), default=1, show_default=True)
def reserve(key_path: Path | None, node: str, order: str, gtin: str | None, count: int) -> None:
    """Draw random serials of a model and reserve them for an order; without --gtin list those of the order."""
    from client.passports import reserve as draw  # noqa: PLC0415

    maker, client = open_maker(key_path), open_node(node)
    if gtin is None:
        client.sign_in(maker.key)
    for identifier in client.serials(order) if gtin is None else draw(client, maker, gtin, order, count):
        click.echo(identifier)


@passport.command("status", help="passport.status.help")
@click.argument("identifier")
@KEY
@NODE
@option("--set", "wanted", help="passport.set", type=click.Choice(_SETTABLE), default=None)
@option("--evidence", help="passport.evidence", default="00" * 32)
def status(identifier: str, key_path: Path | None, node: str, wanted: str | None, evidence: str) -> None:
    """Show the ledger's word, or change it with the brand's key."""
    from client.passports import set_status  # noqa: PLC0415

    client = open_node(node)
    if wanted is not None:
        set_status(client, open_maker(key_path), identifier, wanted, evidence)
    found = client.passport(identifier)
    click.echo(
        json.dumps(
            {"id": found.get("id"), "state": found.get("state"), "onChain": found.get("onChain")}, indent=2
        )
    )


@passport.command("show", help="passport.show.help")
@click.argument("identifier")
@NODE
@option("--at", help="passport.at", default=None)
def show(identifier: str, node: str, at: str | None) -> None:
    """Print a passport as of a date."""
    click.echo(json.dumps(open_node(node).passport(identifier, at), indent=2, ensure_ascii=False))


def _body(file: Path) -> dict[str, Any]:
    from client.files import read  # noqa: PLC0415
    from protocol.strict_json import parse_json  # noqa: PLC0415

    value: Any = parse_json(read(file))
    if not isinstance(value, dict):
        raise ClientError("EVENT_FILE_MALFORMED", str(file), file=file, reason="object")
    return value
