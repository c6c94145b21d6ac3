"""Click commands whose help is a key of the locale files, looked up when it is shown, after `--lang` was read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import click

from client.texts import known, say

F = TypeVar("F", bound=Callable[..., Any])


class _Help:
    """Stores a key, shows its text."""

    _key: str | None = None

    @property
    def help(self) -> str | None:
        """The text behind the key, in the language in use."""
        return say(self._key) if self._key and known(self._key) else self._key

    @help.setter
    def help(self, value: str | None) -> None:
        self._key = value


class _Page:
    """The words around the help, which click has in English only."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line that shows how the command is called."""
        pieces = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        pieces = pieces.replace("[OPTIONS]", say("help.options-word")).replace(
            "COMMAND [ARGS]", say("help.command-word")
        )
        formatter.write_usage(ctx.command_path, pieces, prefix=f"{say('help.usage')}: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write options, and for a group its commands."""
        options = [entry for entry in self.get_params(ctx) if isinstance(entry, click.Option)]  # type: ignore[attr-defined]
        rows = [row for entry in options if (row := entry.get_help_record(ctx))]
        with formatter.section(say("help.options")):
            formatter.write_dl(rows)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option `--help`, explained in the language in use."""
        found: click.Option | None = super().get_help_option(ctx)  # type: ignore[misc]
        if found is not None:
            found.help = say("help.help")
        return found


class Option(_Help, click.Option):
    """An option with a help key."""


class Command(_Page, _Help, click.Command):
    """A command with a help key."""


class Group(_Page, _Help, click.Group):
    """A group with a help key, and commands of our kind."""

    command_class: ClassVar[type[click.Command]] = Command  # type: ignore[misc]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with the first sentence of each."""
        names = self.list_commands(ctx)
        commands = [(name, command) for name in names if (command := self.get_command(ctx, name)) is not None]
        rows = [(name, command.get_short_help_str(100)) for name, command in commands if not command.hidden]
        with formatter.section(say("help.commands")):
            formatter.write_dl(rows)


def option(*names: str, help: str, **settings: Any) -> Callable[[F], F]:  # noqa: A002 - click's own word
    """Return `click.option` with a help key; settings are click's."""
    return click.option(*names, cls=Option, help=help, **settings)
