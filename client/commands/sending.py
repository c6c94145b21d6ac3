"""What became of records that were sent, said to a person; what has to be signed again is kept for editing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from client.errors import ClientError
from client.texts import language, say
from protocol.codes import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from client.journal import Signed
    from client.node_client import Sent
    from client.outgoing import Outcome

# So many lines are read; the rest is counted.
_SHOWN = 20


def tell_outcome(outcome: Outcome, journal: Path | None, *, as_json: bool = False) -> None:
    """Say receipts and refusals; bodies of records that were given up go to a folder beside the journal."""
    if as_json:
        for sent in outcome.received:
            click.echo(json.dumps(_receipt(sent)))
    else:
        for sent in outcome.received[:_SHOWN]:
            click.echo(say("event.received", id=sent.id, digest=sent.digest[:12]))
        if len(outcome.received) > _SHOWN:
            click.echo(say("event.more", count=len(outcome.received) - _SHOWN))
    for sent in outcome.refused:
        _tell_refusal(sent)
    if outcome.renewed:
        click.echo(say("event.renewed", count=outcome.renewed), err=True)
    if outcome.hindrance is not None:
        sentence, remedy = text(outcome.hindrance.code, language(), **outcome.hindrance.values)
        click.echo(f"{outcome.hindrance.code}: {sentence}\n  → {remedy}", err=True)
    if outcome.given_up and journal is not None:
        folder = save_bodies(outcome.given_up, journal.with_suffix(".void"))
        click.echo(say("event.given-up", count=len(outcome.given_up), folder=folder), err=True)
    click.echo(say("event.sent", received=len(outcome.received), refused=len(outcome.refused)), err=True)


def save_bodies(records: Sequence[Signed], folder: Path) -> Path:
    """Write the bodies of given-up records as files to correct and sign again; returns the folder."""
    from client import files  # noqa: PLC0415
    from client.signing import OWN_FIELDS  # noqa: PLC0415
    from protocol.records import parse_record  # noqa: PLC0415

    for record in records:
        subject = parse_record(record.token).subject
        body = {name: value for name, value in subject.items() if name not in OWN_FIELDS}
        shown = json.dumps(body, indent=2, ensure_ascii=False).encode() + b"\n"
        files.replace(folder / f"{record.seq:05d}-{record.id.rpartition(':')[2]}.json", shown)
    return folder


def _tell_refusal(sent: Sent) -> None:
    problem: dict[str, Any] = dict(sent.error.problem) if sent.error else {}
    place = f" [{problem['field']}]" if problem.get("field") else ""
    click.secho(
        f"{problem.get('code', sent.status)}{place}: {problem.get('detail', '–')}", err=True, fg="red"
    )
    if problem.get("remedy"):
        click.echo(f"  → {problem['remedy']}", err=True)


def _receipt(sent: Sent) -> dict[str, str]:
    if not sent.id:
        raise ClientError("NODE_ANSWER_UNREADABLE", "/events", node="–")
    return {"id": sent.id, "digest": sent.digest, "state": "received", "receipt": sent.receipt}
