"""The vocabularies as data: one loader, cached, for the JSON files that stand beside it.

Files are read from the installed package only. What is returned is shared and must not be changed.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """Return `vocabulary/<name>.json` (acts, processes, units, materials …).

    FileNotFoundError for another name.
    """
    text = (files("protocol") / "vocabulary" / f"{name}.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
