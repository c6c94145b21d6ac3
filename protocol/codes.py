"""The closed list of codes and their texts, read from `vocabulary/codes/*.json`.

One file per area, one entry per code: severity, verdict word, HTTP status, and for Italian and English a sentence and a
remedy. No sentence stands anywhere else in the code.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["it", "en"]


@dataclass(frozen=True)
class Code:
    """One code: `verdict` is a word of protocol/README §13, `status` an HTTP status, texts by language."""

    name: str
    severity: str
    verdict: str
    status: int
    texts: dict[str, dict[str, str]]


@cache
def all_codes() -> dict[str, Code]:
    """Return every code by name; a name that stands in two files is a defect and raises ValueError."""
    codes: dict[str, Code] = {}
    folder = files("protocol") / "vocabulary" / "codes"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        for name, entry in json.loads(file.read_text("utf-8")).items():
            if name in codes:
                raise ValueError(f"code {name} is listed twice")
            texts = {language: entry[language] for language in ("it", "en")}
            codes[name] = Code(name, entry["severity"], entry["verdict"], entry["status"], texts)
    return codes


def lookup(name: str) -> Code:
    """Return the code called `name`; KeyError if the closed list has no such code."""
    return all_codes()[name]


def text(name: str, language: Language, /, **values: object) -> tuple[str, str]:
    """Return (sentence, remedy) of a code in `language`, with `values` filled in where the sentence asks."""
    entry = lookup(name).texts[language]
    shown = _Values(values)
    return entry["sentence"].format_map(shown), entry["remedy"].format_map(shown)


class _Values(dict[str, object]):
    """Values for a sentence; a missing one reads as a dash, a message must never fail to be said."""

    def __missing__(self, key: str) -> str:
        return "–"
