"""`filiera`: collects its subcommands from the entry points `filiera.commands` of all installed packages.

A command's module is imported only when that command is used or asked for help: `filiera verify` must not wait for the
node's libraries. Errors are one sentence and what to do next; a traceback is shown only with FILIERA_DEBUG=1.

Exit status: 0 done · 1 refused · 2 incomplete (not reachable, not yet) · 3 bad input.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import cast

import click

from client import texts
from client.errors import ClientError
from client.localised import Group, Option
from client.texts import known, say
from protocol.codes import Language, lookup, text
from protocol.errors import FilieraError, FormatError

GROUP = "filiera.commands"
REFUSED, INCOMPLETE, BAD_INPUT, INTERRUPTED = 1, 2, 3, 130
_NOT_YET = frozenset({"pending", "unreachable", "expired", "not proven"})


class Commands(Group):
    """The root: knows the names of all subcommands, imports one when it is called."""

    @cached_property
    def _points(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=GROUP)}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, sorted."""
        return sorted(self._points)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a subcommand; ClientError `COMMAND_BROKEN` says why one cannot be used."""
        point = self._points.get(cmd_name)
        if point is None:
            return None
        try:
            found = point.load()
        except Exception as error:
            # Whatever a package of somebody else raises while it is imported: say which one and go no further.
            reason = f"{type(error).__name__}: {error}"
            raise ClientError("COMMAND_BROKEN", point.value, command=cmd_name, reason=reason) from error
        if not isinstance(found, click.Command):
            raise ClientError(
                "COMMAND_BROKEN", point.value, command=cmd_name, reason=f"{type(found).__name__}"
            )
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the locale files, without importing any."""
        rows = [
            (name, say(f"command.{name}") if known(f"command.{name}") else "")
            for name in self.list_commands(ctx)
        ]
        with formatter.section(say("help.commands")):
            formatter.write_dl(rows)


def _choose_language(context: click.Context, _: click.Parameter, value: str) -> str:
    texts.use(cast("Language", value))
    context.ensure_object(dict)["lang"] = value
    # Commands of other packages and programs that we start speak the same language.
    os.environ["FILIERA_LANG"] = value
    return value


@click.group(cls=Commands, help="help.filiera", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang",
    cls=Option,
    help="help.lang",
    type=click.Choice(texts.LANGUAGES),
    default=texts.preferred,
    is_eager=True,
    expose_value=False,
    callback=_choose_language,
)
@click.version_option(package_name="filiera", message="%(version)s")
def filiera() -> None:
    """The root command; its help is in the locale files."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status; nothing but SystemExit leaves."""
    try:
        result = filiera.main(args=arguments, prog_name="filiera", standalone_mode=False)
    except FilieraError as error:
        _reraise_for_debugging(error)
        return complain(error)
    except click.ClickException as error:
        return _complain_usage(error)
    except (click.Abort, KeyboardInterrupt):
        click.echo(say("interrupted"), err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone away; nothing more can be said.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for the interpreter's exit
        return 0
    except Exception as error:  # noqa: BLE001 - the last door: a traceback helps no maker
        _reraise_for_debugging(error)
        return complain(ClientError("CLIENT_DEFECT", reason=f"{type(error).__name__}: {error}"))
    return result if type(result) is int else 0


def complain(error: FilieraError) -> int:
    """Say what is wrong and what to do next on standard error; return the exit status."""
    try:
        code = lookup(error.code)
        sentence, remedy = text(error.code, texts.language(), **{"place": error.place, **error.values})
    except KeyError:
        click.echo(str(error), err=True)
        return REFUSED
    place = f" [{error.place}]" if error.place else ""
    click.secho(f"{error.code}{place}: {sentence}", err=True, fg="red")
    click.echo(f"  → {remedy}", err=True)
    if isinstance(error, FormatError) or code.status == 400:
        return BAD_INPUT
    return INCOMPLETE if code.verdict in _NOT_YET else REFUSED


def _complain_usage(error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return 0
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "filiera"
    click.secho(_usage_sentence(error), err=True, fg="red")
    click.echo(f"  → {say('usage', command=command)}", err=True)
    return BAD_INPUT


def _usage_sentence(error: click.ClickException) -> str:
    """What is wrong with the command line, in the language in use; click has English only."""
    if isinstance(error, click.NoSuchOption):
        near = ", ".join(error.possibilities or ())
        return say("usage.no-option", given=error.option_name) + (f" ({near}?)" if near else "")
    if isinstance(error, click.MissingParameter):
        return say("usage.missing", name=_name_of(error))
    if isinstance(error, click.BadParameter):
        kind = error.param.type if error.param else None
        if isinstance(kind, click.Choice):
            return say("usage.choice", name=_name_of(error), known=", ".join(map(str, kind.choices)))
        return say("usage.value", name=_name_of(error), reason=error.message)
    if isinstance(error, click.UsageError) and error.message.startswith("No such command"):
        return say("usage.no-command", given=error.message.split("'")[1] if "'" in error.message else "–")
    if isinstance(error, click.UsageError) and "unexpected extra argument" in error.message:
        return say("usage.extra", given=error.message.partition("(")[2].partition(")")[0])
    return error.format_message()


def _name_of(error: click.BadParameter) -> str:
    if error.param is None:
        return error.param_hint if isinstance(error.param_hint, str) else "–"
    return error.param.opts[0] if error.param.param_type_name == "option" else error.param.human_readable_name


def _reraise_for_debugging(error: BaseException) -> None:
    if os.environ.get("FILIERA_DEBUG") == "1":
        raise error


def main() -> None:
    """Entry point of the program `filiera`."""
    sys.exit(run())


if __name__ == "__main__":
    main()
