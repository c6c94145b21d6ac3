"""A maker's desk for tests: a folder with a key, the command as a user runs it, and the words it said."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from client import cli, texts
from client.journal import Journal
from client.keystore import KeyFile, new_key, save_key
from client.profile import Profile, new_participant_id, save_profile
from client.signing import Maker
from protocol.keys import PrivateKey

# The day on which the clock of the test node stands still.
DAY = "2026-03-02"


@dataclass
class Said:
    """What a command printed, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err


@dataclass
class Desk:
    """A folder with a key in it; `filiera(...)` runs a command there."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def filiera(self, *arguments: object) -> Said:
        self.capsys.readouterr()
        spoken = os.environ.get("FILIERA_LANG")
        status = cli.run([str(argument) for argument in arguments])
        os.environ.pop("FILIERA_LANG", None)
        if spoken is not None:
            os.environ["FILIERA_LANG"] = spoken
        said = self.capsys.readouterr()
        texts.use("it")
        assert "Traceback" not in said.err
        return Said(status, said.out, said.err)

    @property
    def maker(self) -> Maker:
        return maker_at(self.folder)

    def write(self, name: str, value: Any) -> Path:
        path = self.folder / name
        data = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
        path.write_bytes(data)
        return path


def furnish(folder: Path, key: PrivateKey | None = None, participant: str | None = None) -> Maker:
    """Put a key and its participant into a folder."""
    file = save_key(folder / "maker.jwk", key or new_key())
    save_profile(file, Profile(participant or new_participant_id(), "Filatura"))
    return maker_at(folder)


def maker_at(folder: Path) -> Maker:
    from client.commands.options import open_maker  # noqa: PLC0415

    return open_maker(folder / "maker.jwk")


def second_key(folder: Path, first: Maker) -> Maker:
    """Another key of the same company, on another machine: its own journal."""
    return furnish(folder, new_key(), first.participant)


def journal_of(folder: Path) -> Journal:
    return Journal.open(KeyFile(folder / "maker.jwk").journal)


def declared(lot: str, quantity: str = "120") -> dict[str, Any]:
    """A raw lot."""
    return {
        "type": "ObjectEvent",
        "eventTime": f"{DAY}T07:15:00Z",
        "eventTimeZoneOffset": "+01:00",
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "filiera:act": "lot-declared",
        "quantityList": [{"epcClass": lot, "quantity": quantity, "uom": "KGM"}],
        "filiera:material": [{"fibre": "wool", "share": "1"}],
        "filiera:stage": "fibre",
        "filiera:origin": {"country": "IT"},
    }


def spun(source: str, made: str, quantity: str = "50", out: str = "46") -> dict[str, Any]:
    """Part of a lot becomes another."""
    return {
        "type": "TransformationEvent",
        "eventTime": f"{DAY}T08:15:00Z",
        "eventTimeZoneOffset": "+01:00",
        "bizStep": "commissioning",
        "disposition": "active",
        "filiera:act": "process",
        "filiera:processType": "spinning",
        "inputQuantityList": [{"epcClass": source, "quantity": quantity, "uom": "KGM"}],
        "outputQuantityList": [{"epcClass": made, "quantity": out, "uom": "KGM"}],
    }
