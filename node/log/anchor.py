"""The anchoring worker in a thread of this process; the database elects one leader among several."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anchoring.worker import AnchoringWorker


class Anchor:
    """Starts and stops the worker; without one (`off`, no ledger) it says so."""

    def __init__(self, worker: AnchoringWorker | None) -> None:
        self._worker = worker
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to anchor."""
        if self._worker is not None:
            self._thread = threading.Thread(
                target=self._worker.run, args=(self._stop,), name="anchoring", daemon=True
            )
            self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """End after the step at hand; what is unfinished is in the outbox."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def state(self) -> str:
        """`off`, `leading`, `following`, or the code of what is wrong."""
        if self._worker is None:
            return "off"
        status = self._worker.status
        return status.problem or ("leading" if status.leading else "following")

    def leads(self) -> bool:
        """Whether this process anchors."""
        return self._worker is not None and self._worker.status.leading
