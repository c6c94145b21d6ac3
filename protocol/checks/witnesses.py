"""Do enough witnesses agree: cosignatures of the newest checkpoint, and the snapshot that stands in for the chain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from protocol import cosignature
from protocol.checks.authority import CHAIN
from protocol.checks.log import CHECKPOINT
from protocol.checks.snapshot_view import questions_of, view_of
from protocol.checks.view import AsOf
from protocol.errors import FilieraError, LogError
from protocol.keys import PublicKey
from protocol.snapshot import answers, origin_of, parse_snapshot
from protocol.verdict import Finding, finding, from_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from protocol.bundle_model import Bundle
    from protocol.checks.credentials import Sound
    from protocol.checks.view import ChainView, Trust
    from protocol.records import Record
    from protocol.snapshot import Snapshot

# What a state of the past cannot decide: the passport may have been revised since.
_LATER = {"PASSPORT_OTHER_ON_CHAIN": "PASSPORT_NOT_YET_WITNESSED"}


def check_cosignatures(bundle: Bundle, trust: Trust) -> Iterator[Finding]:
    """The newest checkpoint of each log is cosigned by as many witnesses as the trust file wants, which may be none."""
    if not trust.witness_quorum:
        return
    for head in bundle.newest():
        if not head.checkpoint:
            continue  # said elsewhere
        place = f"{head.origin}#{head.seq}"
        try:
            found = cosignature.cosigners(head.checkpoint, trust.witnesses, cosignature.CHECKPOINT)
        except FilieraError as error:
            yield from_error(CHECKPOINT, error, place)
            continue
        if len(found) < trust.witness_quorum:
            yield finding(CHECKPOINT, "WITNESS_QUORUM", place, found=len(found), wanted=trust.witness_quorum)


def read_snapshot(
    bundle: Bundle, records: Iterable[Sound], memberships: Iterable[Record], trust: Trust
) -> tuple[ChainView | None, AsOf | None, list[Finding]]:
    """The chain as enough witnesses saw it, as of when, and what is to be said of it.

    No view without a snapshot in the bundle, without witnesses in the trust file, or with a quorum missing.
    """
    evidence = bundle.snapshot
    if evidence is None or not trust.witness_quorum:
        return None, None, []
    try:
        snapshot = _signed(evidence.note, trust)
        found = cosignature.cosigners(evidence.note, trust.witnesses, cosignature.SNAPSHOT)
        if len(found) < trust.witness_quorum:
            missing = finding(CHAIN, "WITNESS_QUORUM", found=len(found), wanted=trust.witness_quorum)
            return None, None, [missing]
        sound, members = list(records), list(memberships)
        questions = questions_of(bundle, sound, members)
        facts, still_open = answers(snapshot, evidence.entries, questions)
        if still_open:
            return None, None, [_left_out(question) for question in still_open]
        view = view_of(snapshot, facts, bundle, sound, members)
    except FilieraError as error:
        return None, None, [from_error(CHAIN, error, "/snapshot")]
    time = cosignature.quorum_time(found.values(), trust.witness_quorum)
    as_of = AsOf(snapshot.block, time, tuple(sorted(found)))
    wrong = [
        finding(CHAIN, "CONTRACT_OTHER", pinned.address, name=name)
        for name, pinned in sorted(trust.contracts.items())
        if snapshot.contracts[name].address != pinned.address
    ]
    notice = finding(CHAIN, "CHAIN_AS_OF", block=as_of.block, time=as_of.instant, count=len(found))
    return view, as_of, [*wrong, notice]


def as_of_the_past(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of a view of the past: what may have come since is not held against the evidence."""
    return [
        replace(finding(found.check, _LATER[found.code], found.place), values=found.values)
        if found.code in _LATER
        else found
        for found in findings
    ]


def _signed(note: str, trust: Trust) -> Snapshot:
    origin = origin_of(note)
    key = trust.log_keys.get(origin)
    if key is None:
        raise LogError("LOG_NOT_TRUSTED", origin=origin)
    return parse_snapshot(note, origin, PublicKey("EdDSA", key))


def _left_out(question: tuple[str | int, ...]) -> Finding:
    return finding(CHAIN, "SNAPSHOT_FACT_MISSING", kind=question[0], name=str(question[-1]))
