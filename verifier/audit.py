"""The audit: all the records that somebody may read, looked at together for what no single product's records show.

Pure: the records, and what the chain said about their head, are given. It asks what is over the whole of a log: numbers
and account entries used twice, goods and certificates used up, papers shown twice, hours against pieces. Whether a
single garment's history holds together is `verify`'s to say, and so is who might sign.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol import custody, ledger
from protocol.audit import OVERUSE, Audit, Overuse
from protocol.checks import capacity, documents, overdrafts, overuse
from protocol.checks.credentials import read_records
from protocol.criteria.evaluate import CURRENT
from protocol.steps import EVENT_KIND, WITHHELD, read_step
from protocol.verdict import Finding, Verdict, finding, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from protocol.bundle_model import BundleRecord
    from protocol.custody import Graph
    from protocol.keys import PublicKey
    from protocol.records import Record
    from verifier.log_reading import WholeLog

# In the order in which they are asked, and shown.
CHECKS = ("log", "credential", "form", "chain", "sequence", "accounts", "evidence", "capacity")


@dataclass(frozen=True)
class AuditResult:
    """What was found. `records` were read; `amounts` and `months` did not show at the reader's tier."""

    verdict: Verdict
    records: int
    amounts: int
    months: int
    log: WholeLog | None

    @property
    def overuse(self) -> tuple[Finding, ...]:
        """The findings that goods or a certificate were used more than once."""
        return tuple(found for found in self.verdict.findings if found.code in OVERUSE)


def audit(entries: Sequence[BundleRecord], log: WholeLog | None, said: Iterable[Finding] = ()) -> AuditResult:
    """Audit records; `log` if they are those of a whole log, `said` what the chain has to say of its head."""
    sound, unsound = read_records(entries)
    records = [each.record for each in sound]
    findings = [*said, *unsound, *_shown(log, len(entries))]
    steps = [read_step(record) for record in records if record.kind == EVENT_KIND]
    subjects = {record.digest: record.subject for record in records}
    graph = custody.build_graph(steps)
    # A holder who is withheld is another in each record: his accounts cannot be put together.
    named = [step for step in steps if not step.holder.startswith(WITHHELD)]
    findings += ledger.check_sequences(records)
    findings += _gaps(records) if log else ()
    findings += [each for each in ledger.check_accounts(named) if log or each.code != "LOT_ACCOUNT_GAP"]
    effective = [step for step in graph.steps if not step.holder.startswith(WITHHELD)]
    findings += ledger.check_items(effective)
    findings += overdrafts.check_overdrawn(effective) if log else ()
    findings += _two_makers(graph)
    findings += overuse.check_certificates(graph.steps, subjects)
    findings += documents.check_documents(graph.steps, subjects)
    findings += documents.check_duplicates(graph.steps, subjects)
    months = capacity.months_of(graph.steps, subjects)
    findings += capacity.check_capacity(months)
    amounts = sum(1 for found in findings if found.code == "LOT_AMOUNT_WITHHELD") + len(steps) - len(named)
    hidden = sum(1 for month in months.values() if month.hours is None and month.minutes)
    findings += _not_seen(amounts, hidden)
    kept = [
        found for found in findings if found.code != "LOT_AMOUNT_WITHHELD"
    ]  # counted, not listed one by one
    return AuditResult(verdict(kept), len(records), amounts, hidden, log)


def statement(result: AuditResult, key: PublicKey, at: str) -> Audit:
    """What the auditor signs about a whole log, as of an instant; the result has a log."""
    log = result.log
    if log is None:
        raise ValueError("only the audit of a whole log is signed")
    codes = Counter(found.code for found in result.verdict.findings if found.severity != "notice")
    return Audit(
        key=key,
        log=log.head.log,
        origin=log.head.origin,
        seq=log.head.seq,
        size=log.head.size,
        root=log.head.root,
        at=at,
        tier=log.tier,
        catalogue=CURRENT,
        records=result.records,
        withheld={"amounts": result.amounts, "months": result.months},
        codes=dict(codes),
        overuse=tuple(Overuse(found.code, found.place, _lot(found)) for found in result.overuse),
    )


def _lot(found: Finding) -> str | None:
    lot = found.values.get("lot", found.values.get("item"))
    return None if lot is None else str(lot)


def _shown(log: WholeLog | None, given: int) -> Iterator[Finding]:
    """Every entry of the log has its record."""
    if log is None:
        yield finding("log", "AUDIT_WITHOUT_LOG", count=given)
        return
    for digest in log.missing:
        yield finding("log", "AUDIT_RECORD_NOT_SHOWN", digest.hex())


def _gaps(records: Iterable[Record]) -> Iterator[Finding]:
    """A key's numbers that no record of the log carries: signed, and not here."""
    numbers: dict[bytes, set[int]] = defaultdict(set)
    for record in records:
        number = record.subject.get("filiera:recordSeq")
        if isinstance(number, int):
            numbers[record.key.key_id].add(number)
    for key, found in sorted(numbers.items()):
        count, last = len(found), max(found)
        if count <= last:
            first = next(number for number in range(last) if number not in found)
            yield finding(
                "sequence", "SEQUENCE_INCOMPLETE", key.hex(), missing=f"{last + 1 - count} ({first} …)"
            )


def _two_makers(graph: Graph) -> Iterator[Finding]:
    for lot, makers in sorted(graph.made.items()):
        holders = {step.holder for step in makers if not step.holder.startswith(WITHHELD)}
        if len(holders) > 1:
            yield finding("accounts", "LOT_TWO_MAKERS", lot, lot=lot, makers=len(holders))


def _not_seen(amounts: int, months: int) -> Iterator[Finding]:
    if amounts:
        yield finding("accounts", "AUDIT_AMOUNTS_WITHHELD", count=amounts)
    if months:
        yield finding("capacity", "AUDIT_WORK_NOT_SHOWN", count=months)
