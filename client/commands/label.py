"""`filiera label sheet | files | table`: from reserved serials to what is sewn in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.commands.options import KEY, NODE, open_maker, open_node
from client.localised import Group, option
from client.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from client.labels.marks import Mark

_SHEETS = ("a4-24", "a4-21", "a4-12", "roll-50x25", "roll-40x60", "roll-60x30")


@click.group("label", cls=Group, help="label.help")
def label() -> None:
    """Labels; the help is in the locale files."""


@label.command("sheet", help="label.sheet.help")
@click.argument("identifiers", nargs=-1)
@KEY
@NODE
@option("--order", help="label.order", default=None)
@option("--base", help="label.base", default="")
@option("--size", help="label.size", type=click.Choice(_SHEETS), default="a4-24", show_default=True)
@option("--name", help="label.name", default="")
@option("--care", help="label.care", multiple=True)
@option("-o", "--out", help="label.out", type=click.Path(path_type=Path, dir_okay=False), required=True)
def sheet(
    identifiers: tuple[str, ...], key_path: Path | None, node: str, order: str | None, base: str, size: str,
    name: str, care: tuple[str, ...], out: Path,
) -> None:  # fmt: skip
    """Write a PDF; names come as arguments, from an order, or one a line from standard input."""
    from client.labels.sheets import SHEETS, write_sheets  # noqa: PLC0415

    marks = _marks(identifiers, key_path, node, order, base)
    count = write_sheets(out, marks, SHEETS[size], name=name, care=care, told=_told)
    click.echo(say("label.written", count=count, place=out))


@label.command("files", help="label.files.help")
@click.argument("identifiers", nargs=-1)
@KEY
@NODE
@option("--order", help="label.order", default=None)
@option("--base", help="label.base", default="")
@option(
    "--format",
    "kind",
    help="label.format",
    type=click.Choice(("svg", "png", "csv")),
    default="svg",
    show_default=True,
)
@option("-o", "--out", help="label.folder", type=click.Path(path_type=Path), required=True)
def write(
    identifiers: tuple[str, ...], key_path: Path | None, node: str, order: str | None, base: str, kind: str, out: Path
) -> None:  # fmt: skip
    """Write a file for each code, or one table."""
    from client.labels.bulk import write_files, write_table  # noqa: PLC0415

    marks = _marks(identifiers, key_path, node, order, base)
    count = write_table(out, marks) if kind == "csv" else write_files(out, marks, kind, _told)
    click.echo(say("label.written", count=count, place=out))


def _marks(
    identifiers: tuple[str, ...], key_path: Path | None, node: str, order: str | None, base: str
) -> Iterator[Mark]:
    from client.labels.marks import mark_of  # noqa: PLC0415

    names: tuple[str, ...] | list[str] = identifiers
    if order is not None:
        client = open_node(node)
        client.sign_in(open_maker(key_path).key)
        names = client.serials(order)
    elif not identifiers:
        names = [line.strip() for line in sys.stdin if line.strip()]
    return (mark_of(name, base) for name in names)


def _told(count: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{count}", nl=False, err=True)
