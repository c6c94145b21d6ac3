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


class Option(_Help, click.Option):
    """An option with a help key."""


class Command(_Help, click.Command):
    """A command with a help key."""


class Group(_Help, click.Group):
    """A group with a help key, and commands of our kind."""

    command_class: ClassVar[type[click.Command]] = Command  # type: ignore[misc]


def option(*names: str, help: str, **settings: Any) -> Callable[[F], F]:  # noqa: A002 - click's own word
    """Return `click.option` with a help key; settings are click's."""
    return click.option(*names, cls=Option, help=help, **settings)
