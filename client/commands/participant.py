"""`filiera participant invite | admit | suspend | list`: who belongs, by acts that the coordinator signs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.chain_acts import ROLES
from client.commands.options import KEY, NODE, open_key, open_node
from client.errors import ClientError
from client.localised import Group, option
from client.texts import say

if TYPE_CHECKING:
    from client.node_client import NodeClient

_ASSURANCE = ["none", "email", "document", "register", "qualified-signature", "eidas"]
_ALSO = option("--also", help="participant.also", multiple=True, type=click.Path(path_type=Path))


@click.group("participant", cls=Group, help="participant.help")
def participant() -> None:
    """Participants; the help is in the locale files."""


@participant.command("invite", help="participant.invite.help")
@NODE
@option("--name", help="key.name", required=True)
def invite(node: str, name: str) -> None:
    """Print what a company has to type; it holds no secret, so it may travel by any way."""
    deployment = open_node(node).deployment()
    origin = str(deployment.get("log", {}).get("origin", "–"))
    click.echo(say("participant.invitation", name=name, node=node, origin=origin))


@participant.command("admit", help="participant.admit.help")
@click.argument("request", type=click.Path(path_type=Path, dir_okay=False))
@KEY
@_ALSO
@NODE
@option(
    "--role", "roles", help="participant.role", multiple=True, required=True, type=click.Choice(list(ROLES))
)
@option(
    "--assurance",
    help="participant.assurance",
    type=click.Choice(_ASSURANCE),
    default="document",
    show_default=True,
)
def admit(
    request: Path,
    key_path: Path | None,
    also: tuple[Path, ...],
    node: str,
    roles: tuple[str, ...],
    assurance: str,
) -> None:
    """Sign membership and act, have the node send them."""
    from client.chain_acts import admit_args, sign_act  # noqa: PLC0415
    from client.enrolment import membership_record, parse_request  # noqa: PLC0415
    from client.files import read  # noqa: PLC0415
    from protocol.records import parse_record  # noqa: PLC0415

    asked = parse_request(read(request))
    client = open_node(node)
    _ensure_same_registry(client, asked.registry.address)
    signers = [open_key(path).key for path in (key_path, *also)]
    today = datetime.now(UTC).date().isoformat()
    record = membership_record(asked, roles, assurance, today, signers[0])
    args = admit_args(asked.participant, _bits(roles), parse_record(record).digest.hex(), asked.keys)
    done = client.relay(sign_act(asked.registry, "admit", args, client.nonce("participants"), signers))
    client.submit(record)
    click.echo(say("participant.admitted", name=asked.name, roles=", ".join(roles)))
    click.echo(json.dumps(done, indent=2))


@participant.command("suspend", help="participant.suspend.help")
@click.argument("participant_id")
@KEY
@_ALSO
@NODE
@option("--lift", help="participant.lift", is_flag=True)
def suspend(
    participant_id: str, key_path: Path | None, also: tuple[Path, ...], node: str, lift: bool
) -> None:
    """Suspend a participant, or lift it; what it signed before stays what it was."""
    from client.chain_acts import Registry, change_args, sign_act  # noqa: PLC0415
    from client.profile import ensure_participant_id  # noqa: PLC0415

    client = open_node(node)
    known = {str(entry.get("id")): entry for entry in client.participants()}
    entry = known.get(ensure_participant_id(participant_id))
    if entry is None:
        raise ClientError("PARTICIPANT_UNKNOWN", "PARTICIPANT_ID", participant=participant_id)
    registry = Registry.of(client.deployment())
    args = change_args(participant_id, _bits(entry.get("roles", ())), active=lift)
    signers = [open_key(path).key for path in (key_path, *also)]
    done = client.relay(sign_act(registry, "change", args, client.nonce("participants"), signers))
    click.echo(
        say("participant.lifted" if lift else "participant.suspended", participant=participant_id[:12])
    )
    click.echo(json.dumps(done, indent=2))


@participant.command("list", help="participant.list.help")
@NODE
def list_(node: str) -> None:
    """Print everybody whom the ledger admits."""
    for entry in open_node(node).participants():
        state = say("participant.active") if entry.get("active") else say("participant.inactive")
        click.echo(f"{entry.get('id')}  {state:<9}  {', '.join(entry.get('roles', ()))}")


def _bits(roles: Any) -> int:
    return sum(ROLES[str(role)] for role in roles)


def _ensure_same_registry(client: NodeClient, address: str) -> None:
    from client.chain_acts import Registry  # noqa: PLC0415

    if Registry.of(client.deployment()).address != address:
        raise ClientError("REQUEST_OTHER_REGISTRY", "REQUEST", address=address)
