"""What the demonstration says, in the language of the command, from `locales/` beside this file."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, cast

from client.texts import language

if TYPE_CHECKING:
    from protocol.codes import Language


def tell(key: str, **values: object) -> str:
    """Return the text called `key`; a missing key is a defect and raises KeyError."""
    return _words(language())[key].format(**values)


def decimal(number: float, digits: int = 1) -> str:
    """Return a number for people, with the language's decimal mark."""
    text = f"{number:.{digits}f}"
    return text.replace(".", ",") if language() == "it" else text


@cache
def _words(chosen: Language) -> dict[str, str]:
    file = files("client.demo") / "locales" / f"{chosen}.json"
    return cast("dict[str, str]", json.loads(file.read_text("utf-8")))
