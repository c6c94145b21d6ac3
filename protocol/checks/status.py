"""Was a record withdrawn by a status list: from lists in the evidence alone, never fetched from whoever issues them.

A list speaks for the records of its own author. Its greatest version counts, and a withdrawal that stands in any
version stays. That the greatest version here is the greatest in the log shows in the affected list of the newest head,
which names every version that a later one replaced (README §8, §21): an old list in place of the one that withdraws is
evidence that was left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.checks.authority import author_of
from protocol.status_entries import KIND, MEMBERSHIP, REVOCATION, bits_of, entry_of
from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from protocol.history import History
    from protocol.records import Record
    from protocol.status_entries import Entry
    from protocol.status_list import StatusList

CREDENTIAL, EVIDENCE = "credential", "evidence"
# The words of a certificate's own `status`, so that both ways of withdrawing have the same consequences.
_WORDS = {"revocation": "withdrawn", "suspension": "suspended"}
_CODES = {"withdrawn": "EVIDENCE_REVOKED", "suspended": "EVIDENCE_SUSPENDED"}

Words = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Statuses:
    """What lists say, as (withdrawn or suspended, since which day) by record digest, and what is wrong with them."""

    words: Mapping[bytes, Words]
    findings: tuple[Finding, ...]


def read_statuses(
    records: Sequence[Record],
    told: Sequence[Record],
    authors: Mapping[bytes, bytes],
    superseded: Collection[bytes],
) -> Statuses:
    """Look up every record that points to a list; `superseded` are digests that the newest heads call affected.

    `told` is what coordinators said, which no log counts: their lists speak for memberships and for nothing else, and a
    membership that stands in a log is nobody's word (README §6).
    """
    logged = _look_up_all(
        _Reader(records, dict(authors), superseded), (each for each in records if each.kind != MEMBERSHIP)
    )
    said = _look_up_all(_Reader(told, {}, superseded), told)
    withdrawn = [
        finding(CREDENTIAL, "MEMBERSHIP_REVOKED", digest.hex(), since=since)
        for digest, words in said.words.items()
        for _, since in words
    ]
    return Statuses(logged.words, (*logged.findings, *said.findings, *withdrawn))


def _look_up_all(reader: _Reader, records: Iterable[Record]) -> Statuses:
    words: dict[bytes, Words] = {}
    findings: list[Finding] = []
    for record in records:
        entry = entry_of(record.claims)
        if entry is not None:
            words[record.digest], wrong = reader.look_up(record, entry)
            findings += wrong
    return Statuses(words, tuple(findings))


def check_statements(history: History, statuses: Statuses) -> Iterator[Finding]:
    """Statements about the goods behind the target that were withdrawn, be they cited by a step or not."""
    ours = {lot for step in history.walked.steps for lot in step.goods.names()}
    for step in history.graph.steps:
        if step.goods.observed and ours & set(step.goods.names()):
            for word, since in statuses.words.get(step.digest, ()):
                place = step.digest.hex()
                yield finding(EVIDENCE, _CODES[word], place, since=since, evidence=place)


class _Reader:
    """The lists in the evidence, each unpacked once."""

    def __init__(
        self, records: Iterable[Record], authors: dict[bytes, bytes], superseded: Collection[bytes]
    ) -> None:
        self._authors, self._superseded = authors, superseded
        self._lists: dict[str, list[Record]] = {}
        self._bits: dict[bytes, StatusList] = {}
        for record in records:
            if record.kind == KIND:
                self._lists.setdefault(record.subject["id"], []).append(record)

    def look_up(self, record: Record, entry: Entry) -> tuple[Words, list[Finding]]:
        """What the lists say of a record, and what is wrong with them; wrong ones say nothing."""
        named, place = self._lists.get(entry.list_id, ()), record.digest.hex()
        own = sorted((each for each in named if self._of_one(each, record)), key=_order)
        if not own:
            code = "STATUS_LIST_FOREIGN" if named else "STATUS_LIST_MISSING"
            return (), [finding(CREDENTIAL, code, place, list=entry.list_id)]
        newest, wrong = own[-1], list(self._standing(own))
        purpose = newest.subject["statusPurpose"]
        if purpose != entry.purpose:
            values = {"wanted": entry.purpose, "found": purpose}
            return (), [*wrong, finding(CREDENTIAL, "STATUS_PURPOSE_MISMATCH", place, **values)]
        size = self._unpacked(newest).size
        if entry.index >= size:
            values = {"index": entry.index, "size": size}
            return (), [*wrong, finding(CREDENTIAL, "STATUS_INDEX_OUTSIDE", place, **values)]
        return self._words(own if purpose == REVOCATION else [newest], entry), wrong

    def _standing(self, own: Sequence[Record]) -> Iterator[Finding]:
        newest = own[-1]
        place, version = newest.digest.hex(), newest.subject["version"]
        if newest.digest in self._superseded:
            yield finding(CREDENTIAL, "STATUS_LIST_STALE", place, version=version)
        if len({each.digest for each in own if each.subject["version"] == version}) > 1:
            yield finding(CREDENTIAL, "STATUS_LIST_FORK", place, version=version)

    def _words(self, versions: Iterable[Record], entry: Entry) -> Words:
        """The first version that says it, ascending; an earlier one may have been shorter."""
        for version in versions:
            bits = self._unpacked(version)
            if entry.index < bits.size and bits.is_set(entry.index):
                return ((_WORDS[entry.purpose], str(version.claims["validFrom"])[:10]),)
        return ()

    def _unpacked(self, version: Record) -> StatusList:
        if version.digest not in self._bits:
            self._bits[version.digest] = bits_of(version.subject)
        return self._bits[version.digest]

    def _of_one(self, version: Record, record: Record) -> bool:
        """Signed by one key, as a coordinator does, or with keys of one participant."""
        if version.issuer == record.issuer:
            return True
        author = author_of(version, self._authors)
        return author is not None and author == author_of(record, self._authors)


def _order(record: Record) -> tuple[int, bytes]:
    return record.subject["version"], record.digest
