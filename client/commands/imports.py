"""`filiera import epcis | xlsx | csv | template`: what a company already has, signed; all of a file or nothing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.commands.options import HOME, KEY, NODE, open_maker, open_node
from client.commands.sending import tell_outcome
from client.errors import ClientError
from client.localised import Group, option
from client.texts import language, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from client.imports.plan import Entry, Plan
    from client.signing import Maker
    from protocol.errors import FilieraError

_FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
_DRY = option("--dry-run", help="import.dry-run", is_flag=True)
_HIDE = option("--hide", help="event.hide", multiple=True, metavar="PATH")
_SHOW = option("--show", help="event.show", multiple=True, metavar="PATH")
_SEND = option("--send", help="import.send", is_flag=True)
_MAPPING = option(
    "--mapping", help="import.mapping", type=click.Path(path_type=Path, dir_okay=False), default=None
)
_ACT = option("--act", help="import.act", default=None)
_ZONE = option("--zone", help="import.zone", default="Europe/Rome", show_default=True)


@click.group("import", cls=Group, help="import.help")
def import_() -> None:
    """Imports; the help is in the locale files."""


@import_.command("epcis", help="import.epcis.help")
@_FILE
@KEY
@HOME
@NODE
@_DRY
@option(
    "--quantities", help="import.quantities", type=click.Path(path_type=Path, dir_okay=False), default=None
)
@option("--facility", help="import.facility", default=None)
@_HIDE
@_SHOW
@_SEND
def epcis(
    file: Path, key_path: Path | None, node: str, dry_run: bool, quantities: Path | None, facility: str | None,
    hide: tuple[str, ...], show: tuple[str, ...], send: bool,
) -> int:  # fmt: skip
    """Import an EPCIS 2.0 document with what the importing company adds."""
    from client.imports.epcis import Added, parse_added, read_epcis  # noqa: PLC0415

    maker = open_maker(key_path)
    added = parse_added(quantities) if quantities else Added()
    entries = read_epcis(file, added, maker.participant, _digest_finder(maker, node), facility)
    return _go(maker, entries, node, hide, show, dry_run=dry_run, send=send)


def _sheet(kind: str) -> Any:
    def command(
        file: Path, key_path: Path | None, node: str, dry_run: bool, mapping: Path | None, act: str | None, zone: str,
        hide: tuple[str, ...], show: tuple[str, ...], send: bool,
    ) -> int:  # fmt: skip
        from client import files  # noqa: PLC0415
        from client.imports.columns import SheetMapping, act_named, parse_mapping  # noqa: PLC0415
        from client.imports.lots import LotBook  # noqa: PLC0415
        from client.imports.rows import Context  # noqa: PLC0415
        from client.imports.sheets import read_sheets  # noqa: PLC0415

        maker = open_maker(key_path)
        book = LotBook.open(maker.journal.path.with_suffix(".lots.json"))
        own = parse_mapping(files.read(mapping)) if mapping else SheetMapping()
        chosen = act_named(act, "--act") if act else None
        context = Context(maker.participant, own, book, _digest_finder(maker, node), zone)
        entries = read_sheets(file, kind, context, chosen)
        return _go(maker, entries, node, hide, show, dry_run=dry_run, send=send, before=book.save)

    for decorate in (_SEND, _SHOW, _HIDE, _ZONE, _ACT, _MAPPING, _DRY, NODE, HOME, KEY, _FILE):
        command = decorate(command)
    return import_.command(kind, help=f"import.{kind}.help")(command)


xlsx = _sheet("xlsx")
csv = _sheet("csv")


@import_.command("template", help="import.template.help")
@option("--out", "-o", help="import.out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@option("--act", "acts", help="import.template-act", multiple=True)
def template(out: Path, acts: tuple[str, ...]) -> None:
    """Write a workbook to fill in, one sheet an act, with lists to choose from."""
    from client.files import write_new  # noqa: PLC0415
    from client.imports.columns import act_named, layout  # noqa: PLC0415
    from client.imports.template import workbook  # noqa: PLC0415

    if out.suffix.lower() != ".xlsx":
        raise ClientError("SHEET_NAME", "--out", file=out)
    chosen = [act_named(act, "--act") for act in acts]
    chosen = chosen or [act for act, entry in layout()["acts"].items() if "act" not in entry]
    write_new(out, workbook(chosen, language()), 0o644)
    click.echo(say("import.written", file=out))


def _go(
    maker: Maker, entries: Sequence[Entry], node: str, hide: tuple[str, ...], show: tuple[str, ...], *,
    dry_run: bool, send: bool, before: Callable[[], None] | None = None,
) -> int:  # fmt: skip
    from client.imports.plan import rehearse  # noqa: PLC0415
    from client.outgoing import deliver  # noqa: PLC0415
    from client.signing import hidden_paths  # noqa: PLC0415

    plan = rehearse(maker, entries, hidden_paths(hide, show) if hide or show else None)
    _tell(plan, everything=dry_run)
    if dry_run:
        return 3 if plan.wrong else 0
    if before is not None and not plan.wrong:
        before()
    signed = plan.sign(maker)
    click.echo(say("import.signed-sending" if send else "import.signed", count=len(signed)))
    if not send:
        return 0
    outcome = deliver(maker, open_node(node))
    tell_outcome(outcome, maker.journal.path)
    return 1 if outcome.refused else 0


def _tell(plan: Plan, *, everything: bool) -> None:
    for entry in plan.entries:
        if entry.faults:
            for fault in entry.faults:
                _tell_fault(entry, fault)
        elif everything:
            key = "import.row-known" if entry.state == "known" else "import.row"
            click.echo(say(key, row=entry.label, act=_act(entry.act), what=entry.what))
            for notice in entry.notices:
                click.echo(
                    say("import.row-notice", code=notice.code, place=notice.place, sentence=_said(notice)[0])
                )
    counts = {"good": len(plan.new), "bad": len(plan.wrong)}
    click.echo(say("import.would-sign", known=len(plan.entries) - sum(counts.values()), **counts))


def _tell_fault(entry: Entry, fault: FilieraError) -> None:
    sentence, remedy = _said(fault)
    place = fault.place or "–"
    click.secho(
        say("import.row-wrong", row=entry.label, code=fault.code, place=place, sentence=sentence),
        err=True,
        fg="red",
    )
    click.echo(say("import.row-remedy", remedy=remedy), err=True)


def _said(fault: FilieraError) -> tuple[str, str]:
    from protocol.codes import text  # noqa: PLC0415

    try:
        return text(fault.code, language(), **{"place": fault.place, **fault.values})
    except KeyError:
        return str(fault), "–"


def _act(act: str) -> str:
    from protocol.vocabulary import vocabulary  # noqa: PLC0415

    entry = vocabulary("acts")["acts"].get(act)
    return str(entry[language()]) if entry else act


def _digest_finder(maker: Maker, node: str) -> Callable[[str], str | None]:
    """Find the digest of a record by its id: in the own journal, else by the bytes that the node has under that id."""

    def digest_of(record_id: str) -> str | None:
        from protocol.errors import FilieraError  # noqa: PLC0415
        from protocol.records import verify_record  # noqa: PLC0415

        own = maker.journal.signed.get(record_id)
        if own is not None:
            return own.digest
        with suppress(FilieraError):
            record = verify_record(open_node(node).record(record_id))
            return record.digest.hex() if record.id == record_id else None
        return None

    return digest_of


__all__ = ["csv", "epcis", "import_", "template", "xlsx"]
