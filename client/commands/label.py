"""`filiera label print | export | void`: from reserved serials to what is sewn in, and what is left over."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from client.commands.options import KEY, NODE, open_maker, open_node
from client.errors import ClientError
from client.localised import Group, option
from client.texts import LANGUAGES, language, say

if TYPE_CHECKING:
    from client.labels.bulk import Format
    from client.labels.symbols import Kind

# Written here so that the help needs no library for drawing; a test holds them to client/labels.
_SIZES = ("a4-24", "a4-21", "a4-12", "roll-50x25", "roll-60x30", "roll-40x60", "roll-30x80")
_CODES = ("qr", "datamatrix")
_RESOLUTIONS = ("203", "300", "600")
_SHOWN_FROM = 500
_AT_ONCE = 10_000  # as many as the node takes in one request


@click.group("label", cls=Group, help="label.help")
def label() -> None:
    """Labels; the help is in the locale files."""


def _what(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of commands that draw codes: which numbers, and what the code is like."""
    options = (
        click.argument("identifiers", nargs=-1),
        KEY,
        NODE,
        option("--order", help="label.order", default=None),
        option("--base", help="label.base", default=""),
        option("--lot", help="label.lot", default=""),
        option("--code", help="label.code", type=click.Choice(_CODES), default="qr", show_default=True),
        option("--dpi", help="label.dpi", type=click.Choice(_RESOLUTIONS), default="300", show_default=True),
    )
    for each in reversed(options):
        command = each(command)
    return command


@label.command("print", help="label.print.help")
@_what
@option("--size", help="label.size", type=click.Choice(_SIZES), default="a4-24", show_default=True)
@option("--name", help="label.name", default="")
@option("--care", help="label.care", multiple=True)
@option("--words", help="label.words", type=click.Choice((*LANGUAGES, "none")), multiple=True)
@option("-o", "--out", help="label.out", type=click.Path(path_type=Path, dir_okay=False), required=True)
def print_(
    identifiers: tuple[str, ...], key_path: Path | None, node: str, order: str | None, base: str, lot: str,
    code: Kind, dpi: str, size: str, name: str, care: tuple[str, ...], words: tuple[str, ...], out: Path,
) -> None:  # fmt: skip
    """Write a PDF."""
    from client.labels.layout import design_of  # noqa: PLC0415 - libraries for drawing, only when one draws
    from client.labels.marks import marks_of  # noqa: PLC0415
    from client.labels.sheets import SHEETS, write_sheets  # noqa: PLC0415

    spoken = tuple(each for each in LANGUAGES if each in (words or (language(),)))
    design = design_of(name, care, spoken, code, int(dpi))
    names = _names(identifiers, key_path, node, order)
    with _progress(len(names)) as told:
        count = write_sheets(out, marks_of(names, base, lot), SHEETS[size], design, told)
    click.echo(say("label.written", count=count, place=out))


@label.command("export", help="label.export.help")
@_what
@option(
    "--format", "form", help="label.format", type=click.Choice(("csv", "svg", "png")), default="svg", show_default=True
)  # fmt: skip
@option("-o", "--out", help="label.folder", type=click.Path(path_type=Path), required=True)
def export(
    identifiers: tuple[str, ...], key_path: Path | None, node: str, order: str | None, base: str, lot: str,
    code: Kind, dpi: str, form: Literal["csv"] | Format, out: Path,
) -> None:  # fmt: skip
    """Write one table, or a file for each code."""
    from client.labels.bulk import write_codes, write_table  # noqa: PLC0415 - as above
    from client.labels.marks import marks_of  # noqa: PLC0415

    names = _names(identifiers, key_path, node, order)
    marks = marks_of(names, base, lot)
    with _progress(len(names)) as told:
        count = (
            write_table(out, marks, told)
            if form == "csv"
            else write_codes(out, marks, form, code, int(dpi), told)
        )
    click.echo(say("label.written", count=count, place=out))


@label.command("void", help="label.void.help")
@click.argument("identifiers", nargs=-1)
@KEY
@NODE
@option("--order", help="label.void.order", required=True)
@option("--rest", help="label.rest", is_flag=True)
@option("--yes", help="label.yes", is_flag=True)
def void(
    identifiers: tuple[str, ...], key_path: Path | None, node: str, order: str, rest: bool, yes: bool
) -> None:
    """Void what is named, or all that is left; asks first."""
    from client.labels.marks import mark_of  # noqa: PLC0415

    client = open_node(node)
    client.sign_in(open_maker(key_path).key)
    given = client.unused_serials(order) if rest else _given(identifiers)
    names = list(dict.fromkeys(mark_of(each).identifier for each in given))
    if not names:
        raise ClientError("LABEL_NONE")
    if not yes and not _agreed(len(names)):
        raise ClientError("LABEL_UNCONFIRMED", "--yes", count=len(names))
    count = sum(client.void_serials(order, part) for part in _parts(names))
    click.echo(say("label.voided", count=count))


def _names(identifiers: tuple[str, ...], key_path: Path | None, node: str, order: str | None) -> list[str]:
    if order is None:
        return _given(identifiers)
    client = open_node(node)
    client.sign_in(open_maker(key_path).key)
    return client.serials(order)


def _given(identifiers: tuple[str, ...]) -> list[str]:
    """The arguments, else what stands on standard input; nobody is kept waiting at a terminal."""
    if identifiers or sys.stdin.isatty():
        return list(identifiers)
    return [line.strip() for line in sys.stdin if line.strip()]


def _agreed(count: int) -> bool:
    return sys.stdin.isatty() and click.confirm(say("label.sure", count=count), err=True)


def _parts(names: list[str]) -> Iterator[list[str]]:
    return (names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE))


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """Show how many are done, on standard error, where somebody looks and it takes a while."""
    if total < _SHOWN_FROM or not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=total, file=sys.stderr) as bar:
        yield lambda done: bar.update(done - bar.pos)
