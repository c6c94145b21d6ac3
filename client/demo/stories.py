"""The stories by their names; a story is a module `client.demo.<name>` with a function `story() -> Story`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from client.demo import STORIES
from client.errors import ClientError

if TYPE_CHECKING:
    from client.demo.stage import Story

_MODULES = {"coat": "client.demo.coat", "textile": "client.demo.thread"}


def find(name: str | None) -> Story:
    """Return the story called `name`, the first that there is if None; `DEMO_STORY_ABSENT` if there is no such one."""
    for candidate in (name,) if name else STORIES:
        if find_spec(_MODULES[candidate]) is not None:
            return cast("Story", import_module(_MODULES[candidate]).story())
    raise ClientError("DEMO_STORY_ABSENT", "--story", story=name or STORIES[0], known=", ".join(STORIES))
