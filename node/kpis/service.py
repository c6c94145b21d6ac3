"""The indicators of a period, from the node's own anchored records and the participants on the ledger.

Everything is read as the public reads it, so that an outsider who recomputes it from public records finds the same.
Nothing is judged here: what an outsider checks, the node checked when it took the records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.kpis import repository
from protocol.errors import LogError
from protocol.identifiers import participant_urn
from protocol.kpis.deeds import Deed, Period, read_deed
from protocol.kpis.figures import Said, compute, workshops
from protocol.kpis.published import AsOfHead, published
from protocol.records import parse_record, restrict
from protocol.roles import bits_of
from protocol.steps import read_step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from node.db import Database
    from node.events.repository import Found
    from node.log.service import Log
    from node.participants.service import Participants
    from protocol.records import Record

_BEGIN, _END = "0001-01-01", "9999-12-31"
_CERTIFIERS = bits_of(("certifier", "authority"))
# Read records that are kept, by their number: the same ones are asked for again and again.
_MOST_KEPT = 200_000


class Kpis:
    """Reads only."""

    def __init__(self, database: Database, participants: Participants, log: Log) -> None:
        self._database = database
        self._participants = participants
        self._log = log
        self._read: dict[int, Deed | None] = {}

    def published(self, start: str | None, end: str | None, province: str | None) -> dict[str, Any]:
        """The indicators of a period of days, both included; open ends mean always."""
        period = Period(start or _BEGIN, end or _END)
        head = self._head()
        with self._database.read() as connection:
            said = self._said(connection, period, head.size if head else 0)
        return published(period, compute(period, said), head, province)

    def _head(self) -> AsOfHead | None:
        try:
            head = self._log.newest()
        except LogError:
            return None
        return AsOfHead(self._log.origin, head.seq, head.size, head.root)

    def _said(self, connection: Connection, period: Period, size: int) -> Said:
        known = self._participants.snapshot.participants
        memberships = [_public(entry) for entry in repository.of_kind(connection, "FilieraMembership", size)]
        adoptions = repository.of_kind(connection, "FilieraAdoption", size)
        said = [(entry, _public(entry)) for entry in adoptions]
        groups = {each.subject["id"]: each.subject.get("controlGroup") for each in memberships}
        adopters = _with_their_groups({entry.participant for entry in adoptions}, groups)
        certifiers = {party for party, each in known.items() if each.active and each.roles & _CERTIFIERS}
        return Said(
            firsts={
                participant_urn(party): digest
                for party, digest in repository.firsts(connection, period, size).items()
            },
            deeds=self._deeds(connection, period, size, adopters, certifiers),
            represented=_represented(connection, period, size),
            memberships=[(each.digest, each.subject) for each in memberships],
            adoptions=[
                (participant_urn(entry.participant), each.digest, each.subject) for entry, each in said
            ],
            admitted={participant_urn(party) for party in known},
            certifiers={participant_urn(party) for party in certifiers},
        )

    def _deeds(
        self, connection: Connection, period: Period, size: int, adopters: set[bytes], certifiers: set[bytes]
    ) -> list[Deed]:
        """All that can be evidence for those who adopted something; more than needed does no harm."""
        own = repository.evidence_by(connection, adopters | certifiers, period, size)
        papers = repository.papers_by(connection, certifiers, size)
        deeds = self._each(own) + self._each(papers)
        told = {participant_urn(party) for party in certifiers}
        lots = {lot for deed in deeds if deed.party in told for lot in deed.about}
        deeds += self._each(repository.makers(connection, lots, size))
        deeds += self._each(repository.answering(connection, (deed.digest for deed in deeds), size))
        answered = {deed.answers for deed in deeds if deed.answers}
        deeds += self._each(repository.by_digest(connection, answered, size))
        deeds += self._each(repository.correcting(connection, (deed.digest for deed in deeds), size))
        return list({deed.digest: deed for deed in deeds}.values())

    def _each(self, entries: Iterable[Found]) -> list[Deed]:
        return [deed for entry in entries if (deed := self._deed(entry)) is not None]

    def _deed(self, entry: Found) -> Deed | None:
        if entry.number not in self._read:
            if len(self._read) >= _MOST_KEPT:
                self._read.clear()
            self._read[entry.number] = read_deed(
                _public(entry), participant_urn(entry.participant), entry.leaf_index or 0
            )
        return self._read[entry.number]


def _represented(connection: Connection, period: Period, size: int) -> dict[str, bytes]:
    digests = repository.others_accounts(connection, size)
    return workshops(
        period, [read_step(_public(each)) for each in repository.by_digest(connection, digests, size)]
    )


def _public(entry: Found) -> Record:
    """The record as everybody sees it."""
    record = parse_record(entry.token)
    return parse_record(restrict(record, "public"))


def _with_their_groups(parties: set[bytes], groups: dict[str, Any]) -> set[bytes]:
    """The participants and all of their control groups."""
    named = {group for party in parties if (group := groups.get(participant_urn(party)))}
    members = {urn for urn, group in groups.items() if group in named}
    return parties | {bytes.fromhex(urn.rpartition(":")[2]) for urn in members}
