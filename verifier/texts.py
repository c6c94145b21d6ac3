"""The verifier's own words, Italian and English, from its locale files."""

from __future__ import annotations

import json
import os
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, get_args

from protocol.codes import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: tuple[Language, ...] = get_args(Language)


def say(name: str, language: Language, **values: object) -> str:
    """The text called `name`; the name itself if there is none, so that a report is never broken by a word."""
    return _texts(language).get(name, name).format(**values)


def language_of_user() -> Language:
    """The language of the environment: English where it says so, else Italian."""
    asked = os.environ.get("FILIERA_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "it"
    return "en" if asked.lower().startswith("en") else "it"


@cache
def _texts(language: Language) -> Mapping[str, str]:
    found: dict[str, str] = json.loads(
        (files("verifier") / "locales" / f"{language}.json").read_text("utf-8")
    )
    return found
