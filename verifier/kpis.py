"""The coordinator's indicators, counted again by somebody who believes neither the coordinator nor the node.

Pure: public records with their places in logs, and the registries' state, are given. A record counts if it is sound,
is in the tree that the chain holds, and its key was its participant's in the block of the head that took it; a
membership counts if a coordinator signed it. Whatever does not count is said.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from protocol import merkle
from protocol.checks.authority import author_of
from protocol.checks.credentials import read_memberships, read_records
from protocol.criterion_life import COORDINATED
from protocol.hashing import leaf_hash
from protocol.identifiers import participant_urn
from protocol.kpis.deeds import EVENT, MASTER, read_deed
from protocol.kpis.figures import Said, compute, first_events, workshops
from protocol.kpis.published import AsOfHead, published
from protocol.records import parse_record, restrict
from protocol.steps import read_step
from protocol.verdict import Finding, Verdict, finding, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from protocol.bundle_model import BundleHead, BundleRecord
    from protocol.kpis.deeds import Period
    from protocol.kpis.figures import Figures
    from protocol.records import Record
    from verifier.registries import Registry

# In the order in which they are asked, and shown.
CHECKS = ("log", "credential", "form", "inclusion", "chain", "authority", "kpis")
_MEMBERSHIP, _ADOPTION = "FilieraMembership", "FilieraAdoption"
_COUNTED = frozenset({EVENT, MASTER, _MEMBERSHIP, _ADOPTION})


@dataclass(frozen=True)
class Recount:
    """The indicators as counted here, and what there is to say of what they rest on."""

    figures: Figures
    document: dict[str, Any]
    records: int
    verdict: Verdict


@dataclass(frozen=True)
class _Placed:
    """A record as everybody sees it, whose it is, and the order in which it counts."""

    record: Record
    party: bytes
    index: int


def recount(
    period: Period,
    entries: Sequence[BundleRecord],
    heads: Sequence[BundleHead],
    registry: Registry | None,
    *,
    memberships: Iterable[str] = (),
    insiders: Iterable[str] = (),
    province: str | None = None,
    said: Iterable[Finding] = (),
) -> Recount:
    """Count; `memberships` are such as stand in no log here, `said` what was found before.

    `insiders` are memberships as their reader has them, with the control group that the public does not see: they say
    who is one company, and nothing about who is a member, so that the count is one of the same records.
    """
    findings = list(said)
    sound, unsound = read_records(entries)
    findings += unsound
    findings += _whole(heads, [(each.entry, each.record) for each in sound])
    findings += _newest(heads, registry) if registry else ()
    signers = _Signers(registry)
    counted: list[_Placed] = []
    for place, each in enumerate(each for each in sound if each.record.kind in _COUNTED):
        record = parse_record(restrict(each.record, "public"))
        author, wrong = signers.author(record, each.entry)
        findings += [wrong] if wrong else []
        if author is not None:
            counted.append(_Placed(record, author, place))
    named, unnamed = _memberships(memberships, registry)
    findings += unnamed
    figures = compute(period, _in_full(_said(period, named, counted, registry), insiders))
    head = heads[0] if len(heads) == 1 else None
    as_of = AsOfHead(head.origin, head.seq, head.size, head.root) if head else None
    document = published(period, figures, as_of, province)
    return Recount(figures, document, len(sound), verdict(findings))


def _in_full(said: Said, insiders: Iterable[str]) -> Said:
    """What is said, with what an insider sees of the same signed memberships."""
    full = {record.digest: record.subject for record in map(parse_record, insiders)}
    return replace(
        said, memberships=[(digest, full.get(digest, shown)) for digest, shown in said.memberships]
    )


def compare(mine: Mapping[str, Any], theirs: Any) -> Iterator[Finding]:
    """What a node publishes, against what was counted here."""
    head = theirs.get("head") if isinstance(theirs, dict) else None
    own = mine["head"]
    if isinstance(head, dict) and own is not None and head.get("seq") != own["seq"]:
        yield finding("kpis", "KPI_NODE_OTHER_HEAD", theirs=head.get("seq"), seq=own["seq"])
        return
    if different := sorted(_differences("", mine, theirs)):
        yield finding("kpis", "KPI_NODE_DIFFERS", "/kpis", what=", ".join(different[:8]))


def _differences(place: str, mine: Any, theirs: Any) -> Iterator[str]:
    if isinstance(mine, dict) and isinstance(theirs, dict) and mine.keys() == theirs.keys():
        for name in mine:
            yield from _differences(f"{place}/{name}", mine[name], theirs[name])
    elif mine != theirs:
        yield place or "/"


def _said(
    period: Period, named: Sequence[Record], counted: Sequence[_Placed], registry: Registry | None
) -> Said:
    deeds = [
        deed
        for each in counted
        if each.record.kind != _MEMBERSHIP
        if (deed := read_deed(each.record, participant_urn(each.party), each.index)) is not None
    ]
    logged = [each.record for each in counted if each.record.kind == _MEMBERSHIP]
    on_behalf = [
        read_step(each.record)
        for each in counted
        if each.record.kind == EVENT and "filiera:onBehalfOf" in each.record.subject
    ]
    return Said(
        firsts=first_events(period, deeds),
        deeds=deeds,
        represented=workshops(period, on_behalf),
        memberships=[(record.digest, record.subject) for record in [*named, *logged]],
        adoptions=[
            (participant_urn(each.party), each.record.digest, each.record.subject)
            for each in counted
            if each.record.kind == _ADOPTION
        ],
        admitted=None if registry is None else {participant_urn(party) for party in registry.participants()},
        certifiers=frozenset()
        if registry is None
        else {participant_urn(party) for party in registry.certifiers()},
    )


def _whole(heads: Sequence[BundleHead], read: Sequence[tuple[BundleRecord, Record]]) -> Iterator[Finding]:
    """Every leaf of each log's newest head is here, and they give its root."""
    for head in heads:
        leaves = {
            entry.index: record.digest
            for entry, record in read
            if entry.log == head.log and entry.index is not None and entry.index < head.size
        }
        if len(leaves) < head.size:
            yield finding(
                "log",
                "KPI_RECORDS_PARTIAL",
                head.origin,
                origin=head.origin,
                shown=len(leaves),
                size=head.size,
            )
        elif merkle.root([leaf_hash(leaves[index]) for index in range(head.size)]) != head.root:
            yield finding("log", "AUDIT_ENTRIES_MISMATCH", head.origin, shown=len(leaves), seq=head.seq)


def _newest(heads: Sequence[BundleHead], registry: Registry) -> Iterator[Finding]:
    """Each head is the chain's, and its log's last."""
    for head in heads:
        known = registry.heads(head.log)
        place = f"{head.origin}#{head.seq}"
        if (head.seq, head.root.hex(), head.size) not in {each[:3] for each in known}:
            yield finding("chain", "HEAD_NOT_ON_CHAIN", place, seq=head.seq)
        elif known[-1][0] > head.seq:
            yield finding("chain", "KPI_LOG_BEHIND", place, seq=head.seq, newest=known[-1][0])


class _Signers:
    """Whose records are, by the registries where they were read."""

    def __init__(self, registry: Registry | None) -> None:
        self._registry = registry
        self._heads: dict[bytes, tuple[list[int], list[int]]] = {}
        named = (name for name in (registry.facts if registry else ()) if name[0] == "key")
        self._owners = {bytes.fromhex(str(key)): bytes.fromhex(str(party)) for _, party, key in named}

    def author(self, record: Record, entry: BundleRecord) -> tuple[bytes | None, Finding | None]:
        """The participant whose record counts as his (the coordinator's: nobody), or what is to be said instead."""
        place, registry, key = record.digest.hex(), self._registry, record.key.key_id
        if record.kind in COORDINATED:
            if registry is None or key in registry.coordinators:
                return b"", None
            return None, finding("authority", "MEMBERSHIP_NOT_BY_COORDINATOR", place)
        author = author_of(record, self._owners)
        if author is None:
            return None, finding("authority", "PARTICIPANT_NOT_NAMED", place)
        if registry is not None:
            block = self._taken_at(registry, entry)
            if block is None or not registry.may_sign(author, key, block):
                return None, finding("authority", "KEY_NOT_ON_CHAIN", place)
        return author, None

    def _taken_at(self, registry: Registry, entry: BundleRecord) -> int | None:
        """The block of the first head that includes a record."""
        log = entry.log or b""
        if log not in self._heads:
            heads = registry.heads(log)
            self._heads[log] = [each[2] for each in heads], [each[3] for each in heads]
        sizes, blocks = self._heads[log]
        at = bisect_right(sizes, entry.index or 0)
        return blocks[at] if at < len(blocks) else None


def _memberships(tokens: Iterable[str], registry: Registry | None) -> tuple[list[Record], list[Finding]]:
    records, findings = read_memberships(tokens)
    named = []
    for record in records:
        if record.kind != _MEMBERSHIP:
            continue
        if registry is None or record.key.key_id in registry.coordinators:
            named.append(parse_record(restrict(record, "public")))
        else:
            findings.append(finding("authority", "MEMBERSHIP_NOT_BY_COORDINATOR", record.digest.hex()))
    return named, findings
