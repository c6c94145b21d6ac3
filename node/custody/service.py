"""The bundle of everything behind a lot or item, as far as the caller may read.

From the target back: every record that names a lot on the way belongs to the evidence (it makes, uses,
ships, tests or counts it), but only what a lot was made of is followed further. Corrections of what was
found, and records that found ones name by digest, come along. Which of it holds is not judged here; that is
the verifier's work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.criteria.repository import catalogues
from node.custody import repository
from node.passports.batches import places_of
from node.status.repository import newest_logged
from node.witness.attaching import WitnessedSource
from protocol.bundle import BundleChain, BundleKey, build_bundle, serialise
from protocol.catalogue import number_of
from protocol.errors import ChainError, CustodyError
from protocol.hashing import passport_id
from protocol.history import read_history
from protocol.identifiers import parse_reference, participant_urn
from protocol.passport import KIND as PASSPORT
from protocol.records import parse_record, restrict
from protocol.roles import bits_of
from protocol.status_entries import entry_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from anchoring.deployment import Deployment
    from node.auth.reads import Reads
    from node.auth.tiers import Caller, Tier
    from node.custody.readers import Readers
    from node.db import Database
    from node.events.repository import Found
    from node.participants.service import Participants
    from node.witness.service import Witnesses
    from protocol.bundle_model import LogSource
    from protocol.history import History
    from protocol.passport_batch import BatchPlace
    from protocol.records import Record

    _Entries = list[tuple[Found, Record]]

MEMBERSHIP = "FilieraMembership"
_OPEN = 2**64 - 1
_CERTIFIERS = bits_of(("certifier", "authority"))


class Custody:
    """Gathers bundles; at most `max_records` records each."""

    def __init__(
        self,
        database: Database,
        source: LogSource,
        log_id: bytes,
        participants: Participants,
        deployment: Deployment | None,
        max_records: int,
        readers: Readers,
        reads: Reads,
        witnesses: Witnesses | None = None,
    ) -> None:
        self._database = database
        self._source = source
        self._log_id = log_id
        self._participants = participants
        self._chain = _chain(deployment) if deployment else None
        self._max_records = max_records
        self._readers = readers
        self._reads = reads
        self._witnesses = witnesses

    def bundle(self, target: str, caller: Caller) -> bytes:
        """Return the bundle's bytes.

        LOT_UNKNOWN if nothing names the target, CUSTODY_TOO_LARGE beyond the limit.
        """
        parse_reference(target)
        if self._chain is None:
            raise ChainError("NO_LEDGER")
        with self._database.read() as connection:
            records, members = self._gathered(connection, target)
            members += _catalogues(connection, records)
            shown, named, owners = self._shown(connection, caller, records, members)
            passports = [entry for entry, record in records if record.kind == PASSPORT]
            batches = [place for entry in passports for place in _places(connection, entry)]
        self._reads.note(caller, owners, target)
        places = [(entry.log or self._log_id, entry.leaf_index) for entry, _ in records]
        tokens = [(record.token, *place) for record, place in zip(shown, places, strict=True)]
        witnessed = self._witnessed(places)
        bundle = build_bundle(
            target,
            tokens,
            witnessed or self._source,
            self._chain,
            keys=set(self._keys(entry for entry, _ in records)),
            memberships=[record.token for record in named],
            batches=batches,
        )
        return serialise(witnessed.attach(bundle, shown, named) if witnessed else bundle)

    def _witnessed(self, places: Iterable[tuple[bytes, int | None]]) -> WitnessedSource | None:
        """The logs as witnesses confirmed them, unless that would leave an anchored record out."""
        if self._witnesses is None or self._witnesses.current is None:
            return None
        source = WitnessedSource(self._source, self._witnesses.current, self._log_id)
        return source if all(source.covers(*place) for place in places) else None

    def history(self, target: str, caller: Caller) -> History:
        """What the stored records tell about a target, as far as the caller may read; raises what `bundle` raises."""
        parse_reference(target)
        with self._database.read() as connection:
            records, members = self._gathered(connection, target)
            shown, named, _ = self._shown(connection, caller, records, members)
        known = self._participants.snapshot.participants
        certifiers = {participant_urn(party) for party, each in known.items() if each.roles & _CERTIFIERS}
        return read_history(
            target,
            shown,
            named,
            certifiers,
        )

    def _shown(
        self, connection: Connection, caller: Caller, records: _Entries, members: _Entries
    ) -> tuple[list[Record], list[Record], set[bytes]]:
        """The records and memberships as the caller may read them, and whose of them he reads above public."""
        stored = [entry for entry, _ in records], [entry for entry, _ in members]
        tiers = self._readers.tiers(connection, caller, *stored)
        shown = [_at(tiers[entry.number], record) for entry, record in records]
        named = [_at(tiers[entry.number], record) for entry, record in members]
        read = {entry.participant for entry, _ in (*records, *members) if tiers[entry.number] != "public"}
        return shown, named, read

    def _gathered(self, connection: Connection, target: str) -> tuple[_Entries, _Entries]:
        """The records behind the target with its passports, and the memberships of their authors; with status lists."""
        stored = self._behind(connection, target) + repository.about(connection, [target], PASSPORT)
        records = _parsed(stored)
        records += self._named(connection, records)
        members = _parsed(repository.about(connection, _participants_of(records), MEMBERSHIP))
        # Whoever judges must not have to ask the issuer of a list: that would tell him what is looked at.
        lists = _status_lists(connection, records)
        return records + lists, members + _status_lists(connection, members)

    def _behind(self, connection: Connection, target: str) -> list[Found]:
        seen: set[str] = set()
        numbers: set[int] = set()
        frontier = {target}
        while frontier:
            seen |= frontier
            naming, makers = repository.naming(connection, frontier)
            numbers |= naming
            self._ensure_bounded(numbers)
            frontier = repository.consumed_by(connection, makers) - seen
        if not numbers:
            raise CustodyError("LOT_UNKNOWN", "/lot", lot=target[:120])
        found = {entry.number: entry for entry in repository.by_number(connection, numbers)}
        fresh = {entry.digest for entry in found.values()}
        while fresh:
            corrections = repository.correcting(connection, fresh)
            fresh = {digest for number, digest in corrections.items() if number not in found}
            for entry in repository.by_number(connection, corrections.keys() - found.keys()):
                found[entry.number] = entry
            self._ensure_bounded(found)
        return list(found.values())

    def _named(
        self, connection: Connection, records: list[tuple[Found, Record]]
    ) -> list[tuple[Found, Record]]:
        """Master data, orders, certificates, records answered: what is named by digest, step by step."""
        known = {entry.digest for entry, _ in records}
        added: list[tuple[Found, Record]] = []
        fresh = records
        while wanted := {digest for _, record in fresh for digest in _digests(record.subject)} - known:
            fresh = _parsed(repository.by_digest(connection, wanted))
            known |= wanted
            added += fresh
            self._ensure_bounded(known)
        return added

    def _keys(self, records: Iterable[Found]) -> Iterator[BundleKey]:
        snapshot = self._participants.snapshot
        for entry in records:
            for key in snapshot.by_key.get(entry.key_id, ()):
                if key.participant == entry.participant:
                    until = None if key.to_block == _OPEN else key.to_block
                    yield BundleKey(
                        key.participant, key.key_id, key.from_block, until, key.disputed_from or None
                    )

    def _ensure_bounded(self, found: Any) -> None:
        if len(found) > self._max_records:
            raise CustodyError("CUSTODY_TOO_LARGE", "/lot", limit=self._max_records)


def _at(tier: Tier, record: Record) -> Record:
    """The record as it reads at a tier."""
    token = restrict(record, tier)
    return record if token == record.token else parse_record(token)


def _catalogues(connection: Connection, records: _Entries) -> _Entries:
    """What the coordinator published of catalogues: the newest, and those that passports of the file name.

    Only what is anchored: the file says beside what would be under a newer version (README §20).
    """
    arrived = [each.found for each in catalogues(connection) if each.found.leaf_index is not None]
    known = {(record := parse_record(entry.token)).subject["version"]: (entry, record) for entry in arrived}
    if not known:
        return []
    named = {record.subject["catalogueVersion"] for _, record in records if record.kind == PASSPORT}
    wanted = {max(known, key=number_of), *(named & known.keys())}
    return [known[version] for version in sorted(wanted)]


def _parsed(stored: Iterable[Found]) -> _Entries:
    return [(entry, parse_record(entry.token)) for entry in stored]


def _status_lists(connection: Connection, records: _Entries) -> _Entries:
    """The lists that records point to, as far as their own authors published them here."""
    wanted = {
        (status.list_id, entry.participant)
        for entry, record in records
        if (status := entry_of(record.claims)) is not None
    }
    found = newest_logged(connection, {name for name, _ in wanted}) if wanted else {}
    return _parsed(entry for name, entry in found.items() if (name, entry.participant) in wanted)


def _places(connection: Connection, passport: Found) -> list[BatchPlace]:
    """The batches in which this very version of the passport was registered."""
    name = passport_id(parse_record(passport.token).subject["id"])
    found = places_of(connection, passport.participant, name)
    return [place for place in found if place.digest == passport.digest]


def _participants_of(records: Iterable[tuple[Found, Record]]) -> set[str]:
    return {f"urn:filiera:participant:{entry.participant.hex()}" for entry, _ in records}


def _digests(value: Any) -> Iterator[bytes]:
    """Every digest in an object of the form `{id, digest}` (README §6)."""
    waiting = [value]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, dict):
            digest = entry.get("digest")
            if isinstance(digest, str) and len(digest) == 64 and "id" in entry:  # noqa: PLR2004 - 32 bytes in hex
                yield bytes.fromhex(digest)
            waiting.extend(entry.values())
        elif isinstance(entry, list):
            waiting.extend(entry)


def _chain(deployment: Deployment) -> BundleChain:
    return BundleChain(
        deployment.chain_id,
        deployment.genesis,
        deployment.participants.address,
        deployment.anchors.address,
        deployment.passports.address,
    )
