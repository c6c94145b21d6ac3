"""The thread: hemp and recovered cotton, two yarns, a cloth, buttons, an overshirt, from an EPCIS 2.0 document.

`events.json` is EPCIS as other programs write it, `quantities.json` what each importing company adds, because the
document has no quantities and says nothing of what a receipt answers. Each company imports the events of its own
facility, in the document's order, and signs them with its own key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from client.demo.stage import Company
from client.demo.words import tell
from client.signing import new_id
from protocol.epcis import events_of
from protocol.epcis_import import Additions, import_event
from protocol.identifiers import participant_urn
from protocol.limits import Limits
from protocol.quantities import parse_quantity
from protocol.strict_json import parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from client.demo.stage import Report, Stage
    from client.journal import Signed
    from protocol.quantities import Quantity

_FILE = Limits(max_bytes=1_048_576, max_depth=16, max_items=20_000)
_ANSWERS = "filiera:answers"
# Custody says who holds: a GLN in the document becomes the participant that the coordinator admitted.
_PARTIES = {"sourceList": "source", "destinationList": "destination"}


@dataclass
class Thread:
    """The textile story; `name`, `companies` and `play` as `client.demo.stage.Story` asks."""

    name: str = "textile"
    _signed: dict[str, Signed] = field(default_factory=dict)

    @cached_property
    def companies(self) -> Sequence[Company]:
        """Those that `companies.json` lists."""
        return tuple(
            Company(entry["id"], entry["name"], tuple(entry["roles"]), entry["alg"]) for entry in self._listed
        )

    def play(self, stage: Stage, report: Report) -> str:
        """Import, sign and send the document's events; returns the overshirt."""
        added = _sample("quantities.json")
        events = [cast("Mapping[str, Any]", event) for _, event in events_of(_sample("events.json"))]
        for event in events:
            company = self._importer(event)
            report.doing(company)
            signed = self._sign(stage, company, event, added["events"].get(event["eventID"], {}))
            self._signed[event["eventID"]] = signed
            # At once: the receipt of what is shipped here is another company's, and comes next.
            stage.send(company)
        report.note(tell("textile.imported", events=len(events), companies=len(self.companies)))
        return str(added["target"])

    @cached_property
    def _listed(self) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", _sample("companies.json")["companies"])

    def _importer(self, event: Mapping[str, Any]) -> str:
        place = event["bizLocation"]["id"]
        return next(str(entry["id"]) for entry in self._listed if entry["facility"] == place)

    def _sign(self, stage: Stage, company: str, event: Mapping[str, Any], added: Mapping[str, Any]) -> Signed:
        """Convert with what the importer adds, and sign with nothing hidden: this sample is for everybody to read."""
        maker = stage.maker(company)
        terms = {**added.get("terms", {}), **self._parties(stage, event)}
        if _ANSWERS in terms:
            shipment = self._signed[terms[_ANSWERS]]
            terms[_ANSWERS] = {"id": shipment.id, "digest": shipment.digest}
        imported = import_event(
            event,
            Additions(_quantities(added), terms),
            participant=maker.participant,
            event_id=new_id(),
            record_seq=maker.journal.next_seq,
        )
        return stage.sign(company, imported.subject, hidden=(), event_id=imported.subject["eventID"])

    def _parties(self, stage: Stage, event: Mapping[str, Any]) -> dict[str, Any]:
        known = {entry["party"]: participant_urn(stage.participant(entry["id"])) for entry in self._listed}
        return {
            name: [{"type": entry["type"], member: known[entry[member]]} for entry in event[name]]
            for name, member in _PARTIES.items()
            if name in event
        }


def story() -> Thread:
    """The story of this module."""
    return Thread()


def _quantities(added: Mapping[str, Any]) -> dict[str, Quantity]:
    given = added.get("quantities", {})
    return {lot: parse_quantity(entry["quantity"], entry["uom"]) for lot, entry in given.items()}


def _sample(name: str) -> dict[str, Any]:
    data = (files("client.demo") / "sample" / "textile" / name).read_bytes()
    return cast("dict[str, Any]", parse_json(data, _FILE))
