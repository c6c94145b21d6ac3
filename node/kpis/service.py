"""The two indicators of a period, from the node's own anchored records and the participants on the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.kpis import repository
from protocol.criteria.indicators import Indicators, Period, indicators
from protocol.records import parse_record

if TYPE_CHECKING:
    from node.db import Database
    from node.participants.service import Participants

_URN = "urn:filiera:participant:"
_BEGIN, _END = "0001-01-01", "9999-12-31"


class Kpis:
    """Reads only."""

    def __init__(self, database: Database, participants: Participants) -> None:
        self._database = database
        self._participants = participants

    def figures(self, start: str | None, end: str | None) -> tuple[Period, Indicators]:
        """The indicators of a period of days, both included; open ends mean always."""
        period = Period(start or _BEGIN, end or _END)
        with self._database.read() as connection:
            active = repository.active(connection, period)
            holders = repository.holders(connection, period)
            members = repository.tokens(connection, "FilieraMembership")
            adoptions = repository.tokens(connection, "FilieraAdoption")
        admitted = {_URN + known.hex() for known in self._participants.snapshot.participants}
        return period, indicators(
            period,
            {_URN + participant.hex(): digest for participant, digest in active.items()},
            holders - admitted,
            admitted,
            [parse_record(token).subject for _, token in members],
            [(_URN + participant.hex(), parse_record(token).subject) for participant, token in adoptions],
        )
