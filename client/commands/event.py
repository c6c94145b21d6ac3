"""`filiera event template | sign | submit`: what was done, written, signed and sent."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.commands.options import KEY, NODE, open_maker, open_node
from client.errors import ClientError
from client.localised import Group, option
from client.texts import say

if TYPE_CHECKING:
    from client.outgoing import Outcome

# What `sign` fills in by itself: a template shows only what a person writes.
_FILLED = frozenset(
    {"eventID", "filiera:participant", "filiera:recordSeq", "filiera:previousRecord", "filiera:account"}
)


@click.group("event", cls=Group, help="event.help")
def event() -> None:
    """Events; the help is in the locale files."""


@event.command("template", help="event.template.help")
@click.argument("act")
@option("--process", help="event.process", default=None)
def template(act: str, process: str | None) -> None:
    """Print a body to fill in, with every property that the act must carry."""
    from protocol.templates import event_template  # noqa: PLC0415
    from protocol.vocabulary import vocabulary  # noqa: PLC0415

    acts, processes = vocabulary("acts")["acts"], vocabulary("processes")["processes"]
    if act not in acts:
        raise ClientError("ACT_MISSING", "ACT", given=act, known=", ".join(acts))
    if process is not None and process not in processes:
        raise ClientError("PROCESS_MISSING", "--process", given=process, known=", ".join(processes))
    today = datetime.now(UTC).date().isoformat()
    body = event_template(act, process, event_id=uuid.uuid4().urn, participant="0" * 64, day=today)
    shown = {name: value for name, value in body.items() if name not in _FILLED}
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False))


@event.command("sign", help="event.sign.help")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@KEY
@option("--out", "-o", help="event.out", type=click.Path(path_type=Path, dir_okay=False), default=None)
@option("--hide", help="event.hide", multiple=True)
@option("--show", help="event.show", multiple=True)
def sign(
    file: Path, key_path: Path | None, out: Path | None, hide: tuple[str, ...], show: tuple[str, ...]
) -> None:
    """Sign a body; number, predecessor and lot accounts come from the key's journal."""
    from client.files import write_new  # noqa: PLC0415
    from client.signing import hidden_paths  # noqa: PLC0415

    body = _body(file)
    maker = open_maker(key_path)
    hidden = hidden_paths(hide, show) if hide or show else None
    signed = maker.sign_master_data(body, None) if "version" in body else maker.sign_event(body, hidden)
    if out is None:
        click.echo(signed.token)
    else:
        write_new(out, signed.token.encode())
    click.echo(say("event.signed", id=signed.id, number=signed.seq), err=True)


@event.command("submit", help="event.submit.help")
@click.argument("tokens", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
@KEY
@NODE
@option("--wait", help="event.wait", is_flag=True)
def submit(tokens: tuple[Path, ...], key_path: Path | None, node: str, wait: bool) -> int:
    """Send signed records; without files, everything that the key signed and has no receipt for."""
    from client.files import read  # noqa: PLC0415
    from client.outgoing import send, send_outgoing  # noqa: PLC0415

    maker = open_maker(key_path)
    client = open_node(node)
    if tokens:
        given = [read(path).decode("ascii", "replace").strip() for path in tokens]
        outcome = send(maker.journal, client, given)
    else:
        outcome = send_outgoing(maker.journal, client)
    _tell(outcome)
    if wait:
        _wait(client, [sent.digest for sent in outcome.received])
    return 1 if outcome.refused else 0


def _body(file: Path) -> dict[str, Any]:
    from client.files import read  # noqa: PLC0415
    from protocol.errors import FilieraError  # noqa: PLC0415
    from protocol.strict_json import parse_json  # noqa: PLC0415

    try:
        value: Any = parse_json(read(file))
    except ClientError:
        raise
    except FilieraError as error:
        raise ClientError("EVENT_FILE_MALFORMED", str(file), file=file, reason=error.code) from error
    if not isinstance(value, dict):
        raise ClientError("EVENT_FILE_MALFORMED", str(file), file=file, reason="object")
    return value


def _tell(outcome: Outcome) -> None:
    for sent in outcome.received:
        click.echo(
            json.dumps({"id": sent.id, "digest": sent.digest, "state": "received", "receipt": sent.receipt})
        )
    for sent in outcome.refused:
        problem = sent.error.problem if sent.error else {}
        click.echo(f"{problem.get('code')} [{problem.get('field')}]: {problem.get('detail')}", err=True)
        click.echo(f"  → {problem.get('remedy')}", err=True)
    if outcome.given_up:
        click.echo(say("event.given-up", count=len(outcome.given_up)), err=True)
    click.echo(say("event.sent", received=len(outcome.received), refused=len(outcome.refused)), err=True)


def _wait(client: Any, digests: list[str]) -> None:
    import time  # noqa: PLC0415

    from client.errors import NodeError  # noqa: PLC0415

    for digest in digests:
        while True:
            try:
                proof = client.proof(digest)
            except NodeError as error:
                if error.problem_code != "PROOF_PENDING":
                    raise
                time.sleep(0.3)
                continue
            click.echo(say("event.anchored", digest=digest[:12], seq=proof["head"]["seq"]), err=True)
            break
