"""`filiera criterion propose | consult | comment | agree | publish | retire | adopt | withdraw | show`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.commands.options import HOME, KEY, NODE, open_key, open_maker, open_node
from client.commands.sending import tell_outcome
from client.errors import ClientError
from client.localised import Group, option
from client.texts import known, say

if TYPE_CHECKING:
    from client.node_client import NodeClient, Sent
    from client.signing import Maker

_FILE = click.Path(path_type=Path, dir_okay=False)
_VERSION = option("--catalogue", "version", help="criterion.catalogue", required=True, metavar="YYYY-N")
_NOTE = option("--note", help="criterion.note", default=None)


@click.group("criterion", cls=Group, help="criterion.help")
def criterion() -> None:
    """Shared criteria; the help is in the locale files."""


@criterion.command("show", help="criterion.show.help")
@click.argument("name", required=False)
@NODE
@option("--json", "as_json", help="event.json", is_flag=True)
def show(name: str | None, node: str, as_json: bool) -> None:
    """Print where the criteria stand; with a name, its life in every version."""
    client = open_node(node)
    told: Any = client.criteria() if name is None else client.criterion(name)
    if as_json:
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for each in told if name is None else told["versions"]:
        _tell_life(name or each["criterion"], each, whole=name is not None)


@criterion.command("propose", help="criterion.propose.help")
@click.argument("name")
@click.argument("texts", type=_FILE)
@KEY
@HOME
@NODE
@_VERSION
@_NOTE
def propose(name: str, texts: Path, key_path: Path | None, node: str, version: str, note: str | None) -> None:
    """Propose a criterion: TEXTS is a JSON file with name, question and rule in `it` and `en`."""
    _step(key_path, node, "CriterionProposal", name, version, note, **_object(texts))


@criterion.command("consult", help="criterion.consult.help")
@click.argument("name")
@KEY
@HOME
@NODE
@_VERSION
@option("--from", "start", help="criterion.from", default=None, metavar="YYYY-MM-DD")
@option("--until", "end", help="criterion.until", required=True, metavar="YYYY-MM-DD")
@_NOTE
def consult(
    name: str, key_path: Path | None, node: str, version: str, start: str | None, end: str, note: str | None
) -> None:
    """Open the consultation for some days."""
    from client.criteria import today  # noqa: PLC0415

    window = {"from": start or today(), "until": end}
    _step(key_path, node, "CriterionConsultation", name, version, note, **window)


@criterion.command("comment", help="criterion.comment.help")
@click.argument("name")
@KEY
@HOME
@NODE
@_VERSION
@option(
    "--position", help="criterion.position", required=True, type=click.Choice(["support", "amend", "object"])
)
@option("--text", help="criterion.text", required=True)
def comment(name: str, key_path: Path | None, node: str, version: str, position: str, text: str) -> int:
    """Say one's word in an open consultation."""
    from client.criteria import comment as sign  # noqa: PLC0415

    maker, client = open_maker(key_path), open_node(node)
    sign(maker, _life(client, name, version), position, text)
    return _deliver(maker, client)


@criterion.command("agree", help="criterion.agree.help")
@click.argument("name")
@KEY
@HOME
@NODE
@_VERSION
@option("--decision", help="criterion.decision", default=None)
@option("--answers", help="criterion.answers", type=_FILE, default=None)
@option("--draft", help="criterion.draft", type=_FILE, default=None)
@_NOTE
def agree(
    name: str, key_path: Path | None, node: str, version: str, decision: str | None, answers: Path | None,
    draft: Path | None, note: str | None,
) -> None:  # fmt: skip
    """Say what was agreed, with an answer to every comment; with --draft write a file of answers to fill in."""
    from client.criteria import answers as answered  # noqa: PLC0415
    from client.criteria import undecided  # noqa: PLC0415
    from client.files import write_new  # noqa: PLC0415

    told = _life(open_node(node), name, version)
    if draft is not None:
        body = json.dumps(undecided(told["comments"]), indent=2, ensure_ascii=False).encode() + b"\n"
        write_new(draft, body)
        click.echo(say("criterion.drafted", count=len(told["comments"]), file=draft), err=True)
        return
    if decision is None:
        raise click.MissingParameter(param_hint="--decision", param_type="option")
    more = {"decision": decision, "comments": answered(told, _object(answers) if answers else {})}
    _step(key_path, node, "CriterionAgreement", name, version, note, **more)


@criterion.command("publish", help="criterion.publish.help")
@click.argument("name")
@click.argument("catalogue", type=_FILE)
@KEY
@HOME
@NODE
@_NOTE
def publish(name: str, catalogue: Path, key_path: Path | None, node: str, note: str | None) -> None:
    """Publish a criterion as CATALOGUE has it; the catalogue goes first, if the node does not have that version."""
    from client.criteria import publish_catalogue  # noqa: PLC0415
    from protocol.catalogue import digest_of  # noqa: PLC0415

    content = _object(catalogue)
    version, digest = str(content.get("version", "")), digest_of(content)
    if publish_catalogue(open_node(node), open_key(key_path).key, content):
        click.echo(say("criterion.catalogued", version=version, digest=digest), err=True)
    _step(key_path, node, "CriterionPublication", name, version, note, catalogueDigest=digest)


@criterion.command("retire", help="criterion.retire.help")
@click.argument("name")
@KEY
@HOME
@NODE
@_VERSION
@option("--reason", help="criterion.reason", required=True)
@option("--replaced-by", help="criterion.replaced-by", default=None, metavar="YYYY-N")
@_NOTE
def retire(
    name: str, key_path: Path | None, node: str, version: str, reason: str, replaced_by: str | None,
    note: str | None,
) -> None:  # fmt: skip
    """End a criterion in a version: it is adopted no more."""
    more = {"reason": reason, **({"replacedBy": replaced_by} if replaced_by else {})}
    _step(key_path, node, "CriterionRetirement", name, version, note, **more)


@criterion.command("adopt", help="criterion.adopt.help")
@click.argument("name")
@KEY
@HOME
@NODE
@_VERSION
@option("--scope", help="criterion.scope", required=True)
@option("--from", "start", help="criterion.adopt.from", default=None, metavar="YYYY-MM-DD")
def adopt(name: str, key_path: Path | None, node: str, version: str, scope: str, start: str | None) -> int:
    """Adopt a published criterion for one's company."""
    from client.criteria import adopt as sign  # noqa: PLC0415
    from client.criteria import today  # noqa: PLC0415

    maker, client = open_maker(key_path), open_node(node)
    sign(maker, client, name, version, scope, start or today())
    return _deliver(maker, client)


@criterion.command("withdraw", help="criterion.withdraw.help")
@click.argument("name")
@KEY
@HOME
@NODE
@_VERSION
@option("--on", "day", help="criterion.on", default=None, metavar="YYYY-MM-DD")
def withdraw(name: str, key_path: Path | None, node: str, version: str, day: str | None) -> int:
    """End one's adoption, from today or a later day."""
    from client.criteria import today  # noqa: PLC0415
    from client.criteria import withdraw as sign  # noqa: PLC0415

    maker, client = open_maker(key_path), open_node(node)
    sign(maker, _life(client, name, version), day or today())
    return _deliver(maker, client)


def _step(
    key_path: Path | None, node: str, kind: str, name: str, version: str, note: str | None, **more: Any
) -> None:
    """Sign as the coordinator and send."""
    from client.criteria import step  # noqa: PLC0415

    noted = {"note": note} if note else {}
    sent: Sent = step(open_node(node), open_key(key_path).key, kind, name, version, **more, **noted)
    click.echo(say("event.received", id=sent.id, digest=sent.digest[:12]))


def _deliver(maker: Maker, client: NodeClient) -> int:
    """Send what the key has signed."""
    from client.outgoing import deliver  # noqa: PLC0415

    outcome = deliver(maker, client)
    tell_outcome(outcome, maker.journal.path)
    return 1 if outcome.refused else 0


def _life(client: NodeClient, name: str, version: str) -> dict[str, Any]:
    from client.criteria import life  # noqa: PLC0415

    told = life(client, name, version)
    if told is None:
        raise ClientError("CRITERION_UNKNOWN", "NAME", criterion=f"{name} {version}")
    return told


def _tell_life(name: str, told: dict[str, Any], *, whole: bool) -> None:
    stage = say(f"criterion.stage.{told['stage']}")
    line = f"{told['catalogueVersion']:<8} {name:<16} {stage:<18}"
    window = told["consultation"]
    if window is not None:
        line += " " + say("criterion.window", start=window["from"], end=window["until"])
    click.echo(f"{line} {say('criterion.adopters', count=told['adopters'])}")
    if not whole:
        return
    for each in told["steps"]:
        _tell_entry(each, say(f"criterion.step.{each['subject']['type']}"))
    for each in told["comments"]:
        _tell_entry(
            each, f"{say('criterion.position.' + each['subject']['position'])}: {each['subject']['text']}"
        )
    for each in told["adoptions"]:
        subject = each["subject"]
        key = "criterion.withdrew" if "withdrawn" in subject else "criterion.adopted"
        _tell_entry(
            each, say(key, scope=subject["scope"], start=subject["from"], end=subject.get("withdrawn", ""))
        )


def _tell_entry(entry: dict[str, Any], what: str) -> None:
    who = say("criterion.coordinator") if entry["by"] is None else entry["by"].rpartition(":")[2][:12] + "…"
    state = (
        say(f"criterion.state.{entry['state']}")
        if known(f"criterion.state.{entry['state']}")
        else entry["state"]
    )
    click.echo(f"  {entry['received']}  {who:<14} {what}  [{entry['digest'][:12]}, {state}]")


def _object(file: Path) -> dict[str, Any]:
    from client.files import read  # noqa: PLC0415
    from protocol.errors import FilieraError  # noqa: PLC0415
    from protocol.strict_json import parse_object  # noqa: PLC0415

    try:
        return parse_object(read(file))
    except FilieraError as error:
        raise ClientError("EVENT_FILE_MALFORMED", str(file), file=file, reason=error.code) from error
