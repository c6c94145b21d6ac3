"""The thread: hemp and recovered cotton, two yarns, a cloth, buttons, an overshirt, from an EPCIS 2.0 document.

`events.json` is EPCIS as other programs write it, `quantities.json` what the importing companies add, because the
document has no quantities and says nothing of what a receipt answers. Each company imports what happened at its own
facility and signs it with its own key, as

    filiera import epcis events.json --quantities quantities.json --facility …
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, cast

from client.demo.stage import Company
from client.demo.words import tell
from client.imports.epcis import parse_added, read_epcis
from client.imports.plan import rehearse
from protocol.limits import Limits
from protocol.records import parse_record
from protocol.strict_json import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from client.demo.stage import Report, Stage
    from client.imports.epcis import Added

_FILE = Limits(max_bytes=1_048_576, max_depth=16, max_items=20_000)


@dataclass
class Thread:
    """The textile story; `name`, `companies` and `play` as `client.demo.stage.Story` asks."""

    name: str = "textile"

    @cached_property
    def companies(self) -> Sequence[Company]:
        """Those that `companies.json` lists, whoever ships before whoever receives."""
        return tuple(
            Company(entry["id"], entry["name"], tuple(entry["roles"]), entry["alg"]) for entry in self._listed
        )

    def play(self, stage: Stage, report: Report) -> str:
        """Import, sign and send the document's events, company by company; returns the overshirt."""
        with _sample("events.json") as events, _sample("quantities.json") as quantities:
            added = replace(parse_added(quantities), participants=self._participants(stage))
            for entry in self._listed:
                report.doing(entry["name"])
                _import(stage, entry["id"], entry["facility"], events, added)
            target = _read(quantities)["target"]
        report.note(tell("textile.imported", events=len(stage.sent), companies=len(self.companies)))
        return str(target)

    @cached_property
    def _listed(self) -> list[dict[str, Any]]:
        with _sample("companies.json") as path:
            return cast("list[dict[str, Any]]", _read(path)["companies"])

    def _participants(self, stage: Stage) -> dict[str, str]:
        """Custody says who holds: a GLN in the document is the participant that the coordinator admitted."""
        return {entry["party"]: stage.participant(entry["id"]) for entry in self._listed}


def _import(stage: Stage, company: str, facility: str, events: Path, added: Added) -> None:
    """Import a company's part of the document and send it, with nothing hidden: this sample is for all to read."""

    def digest_of(record_id: str) -> str:
        """What another company shipped is asked from the node, as it is not in one's own journal."""
        return parse_record(stage.record(record_id)).digest.hex()

    maker = stage.maker(company)
    entries = read_epcis(events, added, maker.participant, digest_of, facility)
    plan = rehearse(maker, entries, hidden=())
    for wrong in plan.wrong:
        raise wrong.faults[0]
    plan.sign(maker)
    stage.send(company)


def story() -> Thread:
    """The story of this module."""
    return Thread()


@contextmanager
def _sample(name: str) -> Iterator[Path]:
    """Give a file of the sample as a path, wherever the package was installed."""
    with as_file(files("client.demo") / "sample" / "textile" / name) as path:
        yield path


def _read(path: Path) -> dict[str, Any]:
    return cast("dict[str, Any]", parse_json(path.read_bytes(), _FILE))
