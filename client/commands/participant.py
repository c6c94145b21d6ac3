"""`filiera participant invite | admit | cosign | relay | suspend | list | pseudonym`: who belongs, by signed acts.

With k of n coordinators on several machines: the first one runs `admit … --out act.json`, the others `cosign act.json`,
anybody `relay act.json`. One machine with several keys uses `--also`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.commands.options import HOME, KEY, NODE, open_key, open_node
from client.commands.pseudonym import pseudonym
from client.errors import ClientError, NodeError
from client.localised import Group, option
from client.texts import say
from protocol.roles import ROLES

if TYPE_CHECKING:
    from client.chain_acts import Registry
    from client.enrolment import AdmissionRequest
    from client.node_client import NodeClient
    from protocol.keys import PrivateKey

_ASSURANCE = ["none", "email", "document", "register", "qualified-signature", "eidas"]
_ALSO = option("--also", help="participant.also", multiple=True, type=click.Path(path_type=Path))
_OUT = option(
    "--out", "-o", help="participant.out", type=click.Path(path_type=Path, dir_okay=False), default=None
)
_HOW_SURE = option(
    "--assurance",
    help="participant.assurance",
    type=click.Choice(_ASSURANCE),
    default="document",
    show_default=True,
)
_FORMAT = "filiera-act-file/1"


@click.group("participant", cls=Group, help="participant.help")
def participant() -> None:
    """Participants; the help is in the locale files."""


participant.add_command(pseudonym)


@participant.command("invite", help="participant.invite.help")
@NODE
@option("--name", help="key.name", required=True)
def invite(node: str, name: str) -> None:
    """Print what a company has to type; it holds no secret, so it may travel by any way."""
    deployment = open_node(node).deployment()
    log = deployment.get("log")
    origin = str(log.get("origin", "–")) if isinstance(log, dict) else "–"
    click.echo(say("participant.invitation", name=name, node=node, origin=origin))


@participant.command("admit", help="participant.admit.help")
@click.argument("request", type=click.Path(path_type=Path, dir_okay=False))
@KEY
@HOME
@_ALSO
@NODE
@option("--role", "roles", help="participant.role", multiple=True, type=click.Choice(list(ROLES)))
@_HOW_SURE
@option("--sole-trader", help="participant.sole-trader", is_flag=True)
@option("--control-group", "group", help="participant.control-group", default=None)
@option("--withdrawable", help="participant.withdrawable", is_flag=True)
@_OUT
def admit(
    request: Path, key_path: Path | None, also: tuple[Path, ...], node: str, roles: tuple[str, ...], assurance: str,
    sole_trader: bool, group: str | None, withdrawable: bool, out: Path | None,
) -> None:  # fmt: skip
    """Sign membership and act; have the node send them, or write them for another coordinator to cosign."""
    from client.chain_acts import admit_args, sign_act  # noqa: PLC0415
    from client.enrolment import membership_record  # noqa: PLC0415
    from client.member_lists import new_member_place  # noqa: PLC0415
    from protocol.records import parse_record  # noqa: PLC0415

    client = open_node(node)
    opened = [open_key(path) for path in (key_path, *also)]
    signers = [each.key for each in opened]
    asked, member, distinct = _asked(request, signers[0], client, roles)
    if _registry(client) != asked.registry:
        raise ClientError("REQUEST_OTHER_REGISTRY", "REQUEST", address=asked.registry.address)
    today = datetime.now(UTC).date().isoformat()
    place = new_member_place(opened[0].file, signers[0], client) if withdrawable else None
    record = membership_record(
        asked, distinct, assurance, today, signers[0],
        sole_trader=sole_trader, group=group or member, pseudonym=member is not None, status=place,
    )  # fmt: skip
    args = admit_args(asked.participant, _bits(distinct), parse_record(record).digest.hex(), asked.keys)
    act = sign_act(asked.registry, "admit", args, client.nonce("participants"), signers)
    if out is not None:
        _write(out, act, asked.registry, record, asked.name)
        return
    done = client.relay(act)
    client.submit(record)
    click.echo(say("participant.admitted", name=asked.name, roles=", ".join(distinct)), err=True)
    click.echo(json.dumps(done, indent=2))


@participant.command("cosign", help="participant.cosign.help")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@KEY
@HOME
@option("--yes", help="participant.yes", is_flag=True)
def cosign(file: Path, key_path: Path | None, yes: bool) -> None:
    """Show what an act file says and add a signature to it."""
    from client import files  # noqa: PLC0415
    from client.chain_acts import Registry, cosign_act  # noqa: PLC0415

    value = _read(file)
    act = value["act"]
    click.echo(_summary(value), err=True)
    if not yes:
        click.confirm(say("participant.confirm"), abort=True, err=True)
    registry = Registry(int(value["registry"]["chainId"]), str(value["registry"]["address"]))
    value["act"] = cosign_act(registry, act, open_key(key_path).key)
    files.replace(file, json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n", 0o644)
    click.echo(say("participant.cosigned", count=len(value["act"]["signatures"]), file=file), err=True)


@participant.command("relay", help="participant.relay.help")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@NODE
def relay(file: Path, node: str) -> None:
    """Have the node send an act file that enough coordinators signed."""
    value = _read(file)
    client = open_node(node)
    done = client.relay(value["act"])
    if value.get("record"):
        client.submit(str(value["record"]))
    click.echo(say("participant.relayed"), err=True)
    click.echo(json.dumps(done, indent=2))


@participant.command("suspend", help="participant.suspend.help")
@click.argument("participant_id")
@KEY
@HOME
@_ALSO
@NODE
@option("--lift", help="participant.lift", is_flag=True)
@_OUT
def suspend(
    participant_id: str,
    key_path: Path | None,
    also: tuple[Path, ...],
    node: str,
    lift: bool,
    out: Path | None,
) -> None:
    """Suspend a participant, or lift it; what it signed before stays what it was."""
    from client.chain_acts import change_args, sign_act  # noqa: PLC0415

    client = open_node(node)
    entry = _known(client, participant_id)
    registry = _registry(client)
    args = change_args(participant_id, _bits(entry.get("roles", ())), active=lift)
    signers = [open_key(path).key for path in (key_path, *also)]
    act = sign_act(registry, "change", args, client.nonce("participants"), signers)
    if out is not None:
        _write(out, act, registry, "", participant_id)
        return
    done = client.relay(act)
    key = "participant.lifted" if lift else "participant.suspended"
    click.echo(say(key, participant=participant_id[:12]), err=True)
    click.echo(json.dumps(done, indent=2))


@participant.command("withdraw-membership", help="participant.withdraw.help")
@click.argument("participant_id")
@KEY
@HOME
@NODE
def withdraw_membership(participant_id: str, key_path: Path | None, node: str) -> None:
    """Take back what the coordinator said of a participant; whether it may sign is said by `suspend`."""
    from client.member_lists import withdraw_membership as withdraw  # noqa: PLC0415

    client = open_node(node)
    found = withdraw(
        open_key(key_path).key, client, str(_known(client, participant_id).get("profileDigest", ""))
    )
    text = "event.withdrawn" if found.fresh else "event.withdrawn-before"
    click.echo(say(text, record=participant_id[:12], version=found.version, since=found.since))


@participant.command("list", help="participant.list.help")
@NODE
@option("--json", "as_json", help="event.json", is_flag=True)
def list_(node: str, as_json: bool) -> None:
    """Print everybody whom the ledger admits."""
    entries = open_node(node).participants()
    if as_json:
        click.echo(json.dumps(entries, indent=2))
        return
    for entry in entries:
        state = say("participant.active") if entry.get("active") else say("participant.inactive")
        click.echo(f"{entry.get('id')}  {state:<9}  {', '.join(map(str, entry.get('roles', ())))}")
    if not entries:
        click.echo(say("participant.none"), err=True)


@participant.command("members", help="participant.members.help")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@KEY
@HOME
@NODE
def members(folder: Path, key_path: Path | None, node: str) -> None:
    """Write everybody's membership as this key may read it: for the coordinator and authorities with control groups."""
    from client.files import replace  # noqa: PLC0415
    from protocol.records import verify_record  # noqa: PLC0415

    client, count = open_node(node), 0
    client.sign_in(open_key(key_path).key)
    for entry in client.participants():
        digest = str(entry.get("profileDigest", ""))
        try:
            record = verify_record(client.record(digest))
        except NodeError as error:
            if error.problem_code != "RECORD_UNKNOWN":
                raise
            continue  # admitted by a coordinator who did not publish the membership here
        if record.digest.hex() == digest:
            replace(folder / f"{digest}.jwt", record.token.encode() + b"\n")
            count += 1
    click.echo(say("participant.members", count=count, folder=folder), err=True)


def _asked(
    file: Path, coordinator: PrivateKey, client: NodeClient, roles: Sequence[str]
) -> tuple[AdmissionRequest, str | None, tuple[str, ...]]:
    """The request, the member's URN if it is for a pseudonym, and the roles: a pseudonym has none that he has not."""
    from client.enrolment import parse_request  # noqa: PLC0415
    from client.files import read  # noqa: PLC0415
    from client.pseudonym_request import ensure_of_member, is_sealed_request, open_request  # noqa: PLC0415
    from protocol.identifiers import participant_urn  # noqa: PLC0415

    data, distinct = read(file), tuple(dict.fromkeys(roles))
    if not is_sealed_request(data):
        if not distinct:
            raise click.UsageError(say("participant.role-needed"))
        return parse_request(data), None, distinct
    opened = open_request(data, coordinator)
    owned = ensure_of_member(opened, client.participants())
    if missing := set(distinct) - set(owned):
        raise ClientError("PSEUDONYM_ROLES", "--role", roles=", ".join(sorted(missing)))
    click.echo(
        say("participant.pseudonym-of", participant=opened.request.participant, member=opened.member),
        err=True,
    )
    return opened.request, participant_urn(opened.member), distinct or owned


def _registry(client: NodeClient) -> Registry:
    from client.chain_acts import Registry  # noqa: PLC0415

    return Registry.of(client.deployment())


def _known(client: NodeClient, participant_id: str) -> dict[str, Any]:
    from client.profile import ensure_participant_id  # noqa: PLC0415

    known = {str(entry.get("id")): entry for entry in client.participants()}
    entry = known.get(ensure_participant_id(participant_id))
    if entry is None:
        raise ClientError("PARTICIPANT_UNKNOWN", "PARTICIPANT_ID", participant=participant_id)
    return entry


def _bits(roles: Any) -> int:
    unknown = [str(role) for role in roles if str(role) not in ROLES]
    if unknown:
        raise ClientError("NODE_ANSWER_UNREADABLE", "/participants", node=", ".join(unknown))
    return sum(ROLES[role] for role in {str(role) for role in roles})


def _write(out: Path, act: Mapping[str, Any], registry: Registry, record: str, about: str) -> None:
    from client.files import write_new  # noqa: PLC0415

    value = {
        "format": _FORMAT,
        "about": about,
        "registry": {"chainId": registry.chain_id, "address": registry.address},
        "act": act,
        "record": record,
    }
    write_new(out, json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n", 0o644)
    click.echo(say("participant.written", file=out), err=True)


def _read(file: Path) -> dict[str, Any]:
    from client.files import read  # noqa: PLC0415
    from protocol.errors import FilieraError  # noqa: PLC0415
    from protocol.strict_json import parse_json  # noqa: PLC0415

    data = read(file)
    try:
        value: Any = parse_json(data)
        if value["format"] != _FORMAT or not isinstance(value["act"]["args"], dict):
            raise ClientError("ACT_FILE_MALFORMED", str(file), file=file)
        _ = value["act"]["signatures"], value["act"]["nonce"], value["act"]["deadline"], value["act"]["act"]
        _ = value["registry"]["chainId"], value["registry"]["address"]
    except ClientError:
        raise
    except (FilieraError, KeyError, TypeError) as error:
        raise ClientError("ACT_FILE_MALFORMED", str(file), file=file) from error
    found: dict[str, Any] = value
    return found


def _summary(value: Mapping[str, Any]) -> str:
    """What is about to be signed, from the act itself and not from what the file says about it."""
    act = value["act"]
    bits = act["args"].get("roles")
    roles = ", ".join(name for name, bit in ROLES.items() if isinstance(bit, int) and bits & bit) or "–"
    until = datetime.fromtimestamp(int(act["deadline"]), UTC).strftime("%Y-%m-%d %H:%M UTC")
    return say(
        "participant.summary", act=act["act"], participant=str(act["args"].get("id", "–")), roles=roles,
        about=value.get("about", "–"), count=len(act["signatures"]), until=until,
    )  # fmt: skip
