"""What the command says, from one pair of locale files: Italian unless `--lang`, FILIERA_LANG or LANG speaks up."""

from __future__ import annotations

import json
import os
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import cast

from protocol.codes import Language

LANGUAGES: tuple[Language, ...] = ("it", "en")
_POSIX = ("LC_ALL", "LC_MESSAGES", "LANG")
_language: ContextVar[Language] = ContextVar("filiera_language", default="it")


def preferred() -> Language:
    """The language that the user's settings ask for: FILIERA_LANG, then LC_ALL, LC_MESSAGES, LANG, else Italian."""
    chosen = os.environ.get("FILIERA_LANG", "").lower()[:2]
    for known_language in LANGUAGES:
        if chosen == known_language:
            return known_language
    given = next((found for name in _POSIX if (found := os.environ.get(name))), "")
    tag = given.partition(".")[0].partition("_")[0].lower()
    # `C` and `POSIX` say nothing about a person.
    return "it" if tag in {"", "c", "posix", "it"} else "en"


def use(language: Language) -> None:
    """Speak `language` from here on in this process."""
    _language.set(language)


def language() -> Language:
    """Return the language in use."""
    return _language.get()


def say(key: str, **values: object) -> str:
    """Return the text called `key`; a missing key is a defect and raises KeyError."""
    return _texts(language())[key].format(**values)


def known(key: str) -> bool:
    """Tell whether there is a text called `key`."""
    return key in _texts(language())


@cache
def _texts(chosen: Language) -> dict[str, str]:
    file = files("client") / "locales" / f"{chosen}.json"
    return cast("dict[str, str]", json.loads(file.read_text("utf-8")))
