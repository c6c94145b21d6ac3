"""Every test of the maker's side has its own folder and speaks Italian."""

from __future__ import annotations

import pytest

from client import texts
from tests.client.desk import Desk


@pytest.fixture(autouse=True)
def italian(monkeypatch):
    for name in (
        "FILIERA_KEY",
        "FILIERA_NODE",
        "FILIERA_LANG",
        "FILIERA_PASSPHRASE",
        "LANG",
        "LC_ALL",
        "LC_MESSAGES",
    ):
        # set, then deleted: what a command puts there goes away with the test
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    texts.use("it")


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.setenv("FILIERA_HOME", str(folder))
    return Desk(folder, capsys)
