"""Whether the node lives, is ready, and how it does. Pending is not an error; a broken promise is.

Ready means: it can store, it knows who is admitted, and nothing that it promised is overdue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from anchoring.agreement import AgreementWatch
    from node.capture.writer import GroupWriter
    from node.log.anchor import Anchor
    from node.log.repository import LogRepository
    from node.participants.service import Participants


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted: records without a head, the age of the promise that ends first, heads and sizes."""

    waiting: int
    overdue: bool
    head_seq: int
    log_size: int


class Health:
    """Looks at the other parts; `clock` gives milliseconds since 1970."""

    def __init__(
        self,
        log: LogRepository,
        participants: Participants,
        writer: GroupWriter,
        anchor: Anchor,
        endpoints: AgreementWatch,
        clock: Callable[[], int],
        *,
        demo: bool,
    ) -> None:
        self._log = log
        self._participants = participants
        self._writer = writer
        self._anchor = anchor
        self.endpoints = endpoints
        self._clock = clock
        self._demo = demo

    def ready(self) -> tuple[bool, dict[str, Any]]:
        """Whether requests can be served now, and each part's state."""
        try:
            figures: Figures | None = self._figures()
        except SQLAlchemyError:
            figures = None
        problem = self._participants.problem
        parts = {
            "database": "ok" if figures else "unreachable",
            "participants": problem.code if problem else "ok",
            "anchoring": self._anchor.state(),
            "endpoints": self.endpoints.state,
            "promises": "overdue" if figures and figures.overdue else "kept",
        }
        ready = figures is not None and problem is None and not figures.overdue
        return ready, {"ready": ready, "demo": self._demo, **parts}

    def metrics(self) -> str:
        """Figures in the Prometheus text format."""
        figures = self._figures()
        snapshot = self._participants.snapshot
        values = {
            "filiera_records_stored_total": (
                "counter",
                "records stored by this process",
                self._writer.records,
            ),
            "filiera_commits_total": ("counter", "groups committed by this process", self._writer.groups),
            "filiera_requests_waiting": ("gauge", "requests that wait for a commit", self._writer.waiting),
            "filiera_records_unanchored": ("gauge", "records that no head has taken", figures.waiting),
            "filiera_promise_overdue": ("gauge", "1 if a receipt's promise was broken", int(figures.overdue)),
            "filiera_head_seq": ("gauge", "number of the last anchored head", figures.head_seq),
            "filiera_log_size": ("gauge", "records in the last anchored head", figures.log_size),
            "filiera_participants": ("gauge", "admitted participants", len(snapshot.participants)),
            "filiera_chain_block": ("gauge", "block as of which participants are known", snapshot.block),
            "filiera_chain_endpoints_agree": (
                "gauge",
                "1 if the chain's endpoints all answer and show the same heads",
                int(self.endpoints.well),
            ),
            "filiera_anchoring_leads": ("gauge", "1 if this process leads", int(self._anchor.leads())),
        }
        return "".join(
            f"# HELP {name} {words}\n# TYPE {name} {kind}\n{name} {value}\n"
            for name, (kind, words, value) in values.items()
        )

    def _figures(self) -> Figures:
        waiting, promised = self._log.figures()
        head = self._log.newest()
        return Figures(
            waiting=waiting,
            overdue=promised is not None and promised < self._clock(),
            head_seq=head.seq if head else 0,
            log_size=head.size if head else 0,
        )
