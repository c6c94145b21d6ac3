"""The coat on the stage of the demonstration: every company signs with its own key and sends to the node, in order."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from client.demo.coat.masterdata import hidden_in
from client.demo.coat.papers import bring
from client.demo.coat.passports import issue_passports
from client.demo.coat.references import References
from client.demo.coat.sample import Sample, load
from client.demo.coat.telling import Telling
from client.texts import language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from client.demo.coat.garments import Garment
    from client.demo.stage import Company, Report, Stage
    from client.journal import Signed

_RANDOM_BYTES = 16


@dataclass
class Coat:
    """The story; after `play`, `telling` knows every record, lot and garment by the names of the sample."""

    name: str = "coat"
    sample: Sample = field(default_factory=load)
    telling: Telling = field(init=False)

    @cached_property
    def companies(self) -> Sequence[Company]:
        """Those of companies.json that are on the platform."""
        return self.sample.admitted()

    @property
    def sold(self) -> Garment:
        """The coat that is followed to the shop, and verified."""
        return self.telling.born[0]

    def play(self, stage: Stage, report: Report) -> str:
        """Send the papers, sign and send every record of one order; returns the coat that was sold."""
        participants = {company.id: stage.participant(company.id) for company in self.companies}
        references = References(self.sample, lambda _: secrets.token_bytes(_RANDOM_BYTES), participants)
        report.doing(self.sample.papers_title[language()])
        papers = bring(stage, self.sample)
        writer = _OnStage(stage, self.sample)
        self.telling = Telling(self.sample, references, writer, self.sample.pieces)
        for chapter in self.telling.tell():
            report.doing(chapter[language()])
        writer.send()
        report.doing(self.sample.garments["passports"][language()])
        issued = issue_passports(stage, self.telling, self.sold)
        told = {
            "passports": len(issued),
            "papers": papers,
            "records": len(self.telling.told),
            "companies": len(self.companies),
            "garments": len(self.telling.born),
        }
        for line in self.sample.summary[language()]:
            report.note(line.format(**told))
        return self.sold.item


@dataclass
class _OnStage:
    """Signs on the stage; sends what a company signed before another one signs, which may answer it."""

    stage: Stage
    sample: Sample
    _signing: str = ""

    def event(self, company: str, body: Mapping[str, Any], event_id: str) -> Signed:
        """Sign an event's body as a company."""
        self._turn_to(company)
        return self.stage.sign(company, body, self.sample.hidden, event_id)

    def master_data(self, company: str, body: Mapping[str, Any]) -> Signed:
        """Sign a version of master data as a company."""
        self._turn_to(company)
        return self.stage.sign_master_data(company, body, hidden_in(body, self.sample.hidden_master_data))

    def send(self) -> None:
        """Send what the last company signed."""
        if self._signing:
            self.stage.send(self._signing)

    def _turn_to(self, company: str) -> None:
        if company != self._signing:
            self.send()
            self._signing = company
