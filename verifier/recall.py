"""The recall list from what could be read: sound records only, and what is said of those that are not here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.checks.credentials import read_records
from protocol.recall import Recall
from protocol.recall import recall as spread
from protocol.steps import EVENT_KIND, read_step
from protocol.verdict import Finding, Verdict, finding, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from protocol.bundle_model import BundleHead, BundleRecord
    from protocol.kpis.deeds import Period


@dataclass(frozen=True)
class RecallResult:
    """What is touched, over how many records, and what there is to say of them."""

    recall: Recall
    records: int
    verdict: Verdict


def list_affected(
    name: str,
    entries: Sequence[BundleRecord],
    heads: Iterable[BundleHead],
    period: Period | None = None,
    said: Iterable[Finding] = (),
) -> RecallResult:
    """List what `name` touched; `said` is what was found while reading. FormatError RECALL_UNKNOWN."""
    sound, unsound = read_records(entries)
    records = [each.record for each in sound]
    found = spread(
        name,
        [read_step(record) for record in records if record.kind == EVENT_KIND],
        {record.digest: record.subject for record in records},
        period,
    )
    return RecallResult(found, len(sound), verdict([*said, *unsound, *_partial(heads, entries)]))


def _partial(heads: Iterable[BundleHead], entries: Sequence[BundleRecord]) -> Iterator[Finding]:
    """What the logs have beyond what is here may be touched too."""
    for head in heads:
        shown = len({entry.index for entry in entries if entry.log == head.log and entry.index is not None})
        if shown < head.size:
            yield finding(
                "log", "RECALL_PARTIAL", head.origin, origin=head.origin, shown=shown, size=head.size
            )
