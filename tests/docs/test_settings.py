"""docs/settings.md lists every setting with its default, and none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from node.config import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
# Depends on the machine: the page says how.
MACHINE = {"FILIERA_VERIFIERS"}


def listed() -> dict[str, str]:
    rows = re.findall(r"^\| `(FILIERA_[A-Z_]+)` \|([^|]*)\|", PAGE.read_text("utf-8"), re.MULTILINE)
    return {name: default.strip(" `") for name, default in rows}


def test_every_setting_is_listed_once_and_no_other() -> None:
    assert sorted(listed()) == sorted(f"FILIERA_{name.upper()}" for name in Settings.model_fields)


def test_defaults_are_those_of_the_code() -> None:
    for name, field in Settings.model_fields.items():
        variable = f"FILIERA_{name.upper()}"
        if variable not in MACHINE:
            assert listed()[variable] == ("" if field.default is None else str(field.default)), variable
