"""What the pages say is there: commands, files, codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from client.cli import filiera
from protocol.codes import all_codes

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "protocol" / "README.md"])
# Commands that a page announces for later would be a lie.
COMMAND = re.compile(r"^(?:\s*)filiera ((?:[a-z][a-z-]* ?){1,2})", re.MULTILINE)
_UPPER = re.compile(r"`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist(page: Path) -> None:
    blocks = re.findall(r"```\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    for words in {found.strip() for block in blocks for found in COMMAND.findall(block)}:
        names = words.split()
        if names[0] in {"verify", "demo", "doctor", "key", "event"} or len(names) > 1:
            arguments = [names[0]] if names[0] in {"verify", "demo", "doctor"} else names
            result = CliRunner().invoke(filiera, [*arguments, "--help"], catch_exceptions=False)
            assert result.exit_code == 0, words


def test_codes_of_the_verification_page_are_codes() -> None:
    named = set(_UPPER.findall((ROOT / "docs" / "verification.md").read_text("utf-8")))
    assert len(named) > 20
    assert named - all_codes().keys() == set()


def test_the_architecture_names_files_that_are_there() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    for name in set(
        re.findall(r"`((?:client|node|anchoring|verifier|protocol|contracts)/[\w/]+\.(?:py|sol))`", page)
    ):
        assert (ROOT / name).exists(), name
