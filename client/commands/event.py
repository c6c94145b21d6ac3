"""`filiera event template | sign | submit | withdraw | balance`: what was done, signed and sent, and what is left."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.commands.options import AS, HOME, KEY, NODE, default_key, open_maker, open_node
from client.commands.sending import tell_outcome
from client.errors import ClientError, NodeError
from client.localised import Group, option
from client.texts import say

if TYPE_CHECKING:
    from client.node_client import NodeClient

_MASTER_DATA = frozenset({"Party", "Facility", "Product", "Order", "SubcontractOrder", "Certificate"})
_WAIT_SECONDS = 120
# What would tell who is behind a pseudonym.
_NAMES = ("name", "registrations", "number")


@click.group("event", cls=Group, help="event.help")
def event() -> None:
    """Events; the help is in the locale files."""


@event.command("template", help="event.template.help")
@click.argument("act")
@option("--process", help="event.process", default=None)
@option("--facility", help="event.facility", default=None)
@AS
@HOME
def template(act: str, process: str | None, facility: str | None) -> None:
    """Print a body to fill in, with every property that the act must carry."""
    from client.drafts import fresh_template  # noqa: PLC0415
    from client.keystore import KeyFile  # noqa: PLC0415
    from client.pseudonyms import pseudonym_of  # noqa: PLC0415

    own = pseudonym_of(KeyFile(default_key()))
    facility = facility or (own.facilities[0] if own else None)
    click.echo(json.dumps(fresh_template(act, process, facility), indent=2, ensure_ascii=False))


@event.command("sign", help="event.sign.help")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@KEY
@HOME
@option("--out", "-o", help="event.out", type=click.Path(path_type=Path, dir_okay=False), default=None)
@option("--hide", help="event.hide", multiple=True, metavar="PATH")
@option("--show", help="event.show", multiple=True, metavar="PATH")
@option("--withdrawable", help="event.withdrawable", is_flag=True)
@option("--accept-link", "linked", help="event.accept-link", is_flag=True)
def sign(
    file: Path,
    key_path: Path | None,
    out: Path | None,
    hide: tuple[str, ...],
    show: tuple[str, ...],
    withdrawable: bool,
    linked: bool,
) -> None:
    """Sign a body; number, predecessor and lot accounts come from the key's journal."""
    from client.drafts import ensure_no_placeholder, with_references  # noqa: PLC0415
    from client.files import write_new  # noqa: PLC0415
    from client.imports.lots import LotBook  # noqa: PLC0415
    from client.signing import hidden_paths  # noqa: PLC0415
    from client.withdrawals import new_place  # noqa: PLC0415

    # Before anything is signed: what is in the journal cannot be taken back.
    if out is not None and out.exists():
        raise ClientError("FILE_EXISTS", str(out), file=out)
    body = _body(file)
    maker = open_maker(key_path, linked=linked)
    if body.get("type") in _MASTER_DATA:
        hide += _NAMES if maker.anonymous else ()
        hidden = hidden_paths(hide, show, "FilieraMasterData") if hide or show else None
        trial = maker.rehearsal()
        trial.sign_master_data(body, hidden, new_place(trial) if withdrawable else None)
    else:
        book = LotBook.open(maker.journal.path.with_suffix(".lots.json"))
        body = with_references(body, book)
        ensure_no_placeholder(body)
        hidden = hidden_paths(hide, show) if hide or show else None
        trial = maker.rehearsal()
        trial.sign_event(body, hidden, status=new_place(trial) if withdrawable else None)
        book.save()
    # The list that a place was drawn in comes before the record that points to it: both, or neither.
    signed = maker.keep(trial)[-1]
    if out is None:
        click.echo(signed.token)
    else:
        write_new(out, signed.token.encode() + b"\n")
    click.echo(say("event.signed", id=signed.id, number=signed.seq), err=True)


@event.command("submit", help="event.submit.help")
@click.argument("tokens", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
@KEY
@HOME
@NODE
@option("--wait", help="event.wait", is_flag=True)
@option("--json", "as_json", help="event.json", is_flag=True)
def submit(tokens: tuple[Path, ...], key_path: Path | None, node: str, wait: bool, as_json: bool) -> int:
    """Send signed records; without files, everything that the key signed and has no receipt for."""
    from client.outgoing import deliver, send  # noqa: PLC0415

    client = open_node(node)
    # Records that another key signed need no key here to be sent.
    maker = open_maker(key_path) if not tokens or (key_path or default_key()).exists() else None
    if tokens:
        outcome = send(maker.journal if maker else None, client, [_token(path) for path in tokens])
    elif maker is not None:
        outcome = deliver(maker, client)
    tell_outcome(outcome, maker.journal.path if maker else None, as_json=as_json)
    if wait:
        _wait(client, [sent.digest for sent in outcome.received])
    return 1 if outcome.refused else 0


@event.command("withdraw", help="event.withdraw.help")
@click.argument("record")
@KEY
@HOME
@NODE
def withdraw(record: str, key_path: Path | None, node: str) -> int:
    """Withdraw a certificate, a test or an inspection that was signed as withdrawable, and send the word."""
    from client.outgoing import deliver  # noqa: PLC0415
    from client.withdrawals import withdraw as say_so  # noqa: PLC0415

    maker, client = open_maker(key_path), open_node(node)
    found = say_so(maker, client, record)
    text = "event.withdrawn" if found.fresh else "event.withdrawn-before"
    outcome = deliver(maker, client)
    tell_outcome(outcome, maker.journal.path)
    if not outcome.refused:
        click.echo(say(text, record=record, version=found.version, since=found.since))
    return 1 if outcome.refused else 0


@event.command("balance", help="event.balance.help")
@click.argument("lots", nargs=-1)
@KEY
@HOME
@NODE
@option("--ask", help="event.ask", is_flag=True)
def balance(lots: tuple[str, ...], key_path: Path | None, node: str, ask: bool) -> None:
    """Print what there is of one's lots; with `--ask` after a look at what the company's other keys wrote."""
    from client.accounts import look_up  # noqa: PLC0415
    from client.imports.lots import LotBook  # noqa: PLC0415
    from protocol.identifiers import participant_urn  # noqa: PLC0415

    maker = open_maker(key_path)
    book = LotBook.open(maker.journal.path.with_suffix(".lots.json"))
    wanted = {book.find(lot, "LOT", create=False)[0] for lot in lots}
    if ask:
        here = participant_urn(maker.participant)
        news = look_up(
            maker, open_node(node), {(lot, here) for lot in wanted} or maker.journal.balances.keys()
        )
        click.echo(say("event.news", count=news), err=True)
    codes = {lot: code for code, lot in book.codes.items()}
    for (lot, _), standing in sorted(maker.journal.balances.items()):
        if not wanted or lot in wanted:
            amount = f"{standing.entry['after']} {standing.entry['uom']}"
            click.echo(f"{amount:>18}  {lot}  {codes.get(lot, '')}".rstrip())


def _token(path: Path) -> str:
    from client.files import read  # noqa: PLC0415
    from protocol.records import parse_record  # noqa: PLC0415

    # Refused here rather than by the node: a file that is no record at all is a mistake of the command line.
    return parse_record(read(path).strip()).token


def _body(file: Path) -> dict[str, Any]:
    from client.files import read  # noqa: PLC0415
    from protocol.errors import FilieraError  # noqa: PLC0415
    from protocol.strict_json import parse_json  # noqa: PLC0415

    data = read(file)
    try:
        value: Any = parse_json(data)
    except FilieraError as error:
        raise ClientError("EVENT_FILE_MALFORMED", str(file), file=file, reason=error.code) from error
    if not isinstance(value, dict):
        raise ClientError("EVENT_FILE_MALFORMED", str(file), file=file, reason="object")
    return value


def _wait(client: NodeClient, digests: list[str]) -> None:
    until = time.monotonic() + _WAIT_SECONDS
    for digest in digests:
        while True:
            try:
                proof = client.proof(digest)
            except NodeError as error:
                if error.problem_code != "PROOF_PENDING":
                    raise
                if time.monotonic() > until:
                    raise ClientError("NOT_ANCHORED_YET", digest[:12], seconds=_WAIT_SECONDS) from error
                time.sleep(0.3)
                continue
            click.echo(say("event.anchored", digest=digest[:12], seq=proof["head"]["seq"]), err=True)
            break
