"""Numbers of rows in table `records`: they rise with time, so that the index grows at its end.

Made here, not by the database, so that rows go in as one list. The random part keeps several processes on one database
apart; should two meet all the same, the primary key refuses and the group is written again.
"""

from __future__ import annotations

import secrets
import threading
import time


class Numbers:
    """Gives each number once; safe for several threads."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def __call__(self) -> int:
        """The next number."""
        number = (time.time_ns() // 1_000_000 << 20) | secrets.randbits(12) << 8
        with self._lock:
            self._last = max(number, self._last + 1)
            return self._last
