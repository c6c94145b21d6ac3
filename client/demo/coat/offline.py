"""The same story told without a node: keys, identifiers and salts from a seed, journals in memory.

For tests and benchmarks only. Keys made from a seed that anybody can read protect nothing. With Ed25519, whose
signatures are deterministic, the same seed gives the same bytes; ES256 signatures are random.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from client.demo.coat.masterdata import hidden_in
from client.demo.coat.references import References
from client.demo.coat.sample import load
from client.demo.coat.telling import Telling
from client.journal import Journal, Signed
from client.signing import Maker
from protocol.issue import issue_record
from protocol.keys import private_key_from_secret
from protocol.records import parse_record

if TYPE_CHECKING:
    from protocol.keys import Alg, PrivateKey

Sink = Callable[[str, Signed], None]
"""Takes every signed record, with the company that signed it, in the order of signing."""


def seeded(seed: str, label: str) -> bytes:
    """Return 32 bytes that depend on seed and label only."""
    return hashlib.sha256(f"filiera-sample/{seed}/{label}".encode()).digest()


class MemoryJournal(Journal):
    """A journal that is gone with the program. It keeps what the next record builds on, and no tokens."""

    @contextmanager
    def changing(self) -> Iterator[Journal]:
        """Hold the journal; nobody else has it."""
        yield self

    def refresh(self) -> None:
        """Nobody else writes to it."""

    def append_signed(self, record: Signed) -> None:
        """Keep a record's number, digest and account."""
        super().append_signed(replace(record, token=""))

    def _append(self, value: dict[str, Any]) -> None:
        self._take(value)


@dataclass(frozen=True)
class SeededMaker(Maker):
    """Signs as any maker does, with ids and salts that depend on the seed and the record's number only."""

    seed: str = ""

    def _issue(self, claims: dict[str, Any], holder: str, hidden: Collection[str] | None) -> Signed:
        subject = claims["credentialSubject"]
        label = f"{self.participant}/{subject['filiera:recordSeq']}"
        if "eventID" not in subject:
            claims = {**claims, "id": _uuid(seeded(self.seed, f"record/{label}"))}
        token = issue_record(claims, self.key, _salts(self.seed, label), hidden)
        digest = parse_record(token).digest.hex()
        account = tuple(subject.get("filiera:account", ()))
        record = Signed(claims["id"], digest, subject["filiera:recordSeq"], holder, account, token)
        self.journal.append_signed(record)
        return record


@dataclass
class Collector:
    """The writer of an offline telling: signs with seeded makers and hands every record to `sink`."""

    seed: str
    sink: Sink
    hidden: Collection[str] = ()
    hidden_master_data: Collection[str] = ()
    makers: dict[str, SeededMaker] = field(default_factory=dict)

    def event(self, company: str, body: Mapping[str, Any], event_id: str) -> Signed:
        """Sign an event."""
        signed = self.makers[company].sign_event(body, self.hidden, event_id)
        self.sink(company, signed)
        return signed

    def master_data(self, company: str, body: Mapping[str, Any]) -> Signed:
        """Sign master data."""
        hidden = hidden_in(body, self.hidden_master_data) if self.hidden_master_data else ()
        signed = self.makers[company].sign_master_data(body, hidden)
        self.sink(company, signed)
        return signed


def seeded_key(seed: str, company: str, alg: Alg) -> PrivateKey:
    """Return a company's worthless key."""
    return private_key_from_secret(alg, seeded(seed, f"key/{company}"))


def seeded_participant(seed: str, company: str) -> str:
    """Return a company's participant id."""
    return seeded(seed, f"participant/{company}").hex()


def telling(
    seed: str, garments: int, sink: Sink, alg: Alg | None = "EdDSA", *, hidden: bool = False
) -> Telling:
    """Return the story of `garments` garments; telling it gives every record to `sink`.

    `alg` None leaves every company the algorithm that the sample gives it; `hidden` hides what the sample hides.
    """
    sample = load()
    collector = Collector(seed, sink)
    if hidden:
        collector.hidden, collector.hidden_master_data = sample.hidden, sample.hidden_master_data
    participants = {}
    for entry in sample.companies:
        company = entry["id"]
        participants[company] = seeded_participant(seed, company)
        key = seeded_key(seed, company, alg or entry["alg"])
        collector.makers[company] = SeededMaker(
            key, participants[company], MemoryJournal(Path(company)), seed
        )
    references = References(sample, lambda label: seeded(seed, f"reference/{label}")[:16], participants)
    return Telling(sample, references, collector, garments)


def _salts(seed: str, label: str) -> Iterator[bytes]:
    number = 0
    while True:
        yield seeded(seed, f"salt/{label}/{number}")[:16]
        number += 1


def _uuid(random: bytes) -> str:
    return uuid.UUID(bytes=random[:16], version=4).urn
