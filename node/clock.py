"""The node's clock, in milliseconds since 1970; the written form of an instant (README §1)."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """Now, in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def instant(milliseconds: int) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmmZ`, or without fraction where it is zero."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = milliseconds % 1000
    return f"{moment}.{fraction:03d}Z" if fraction else f"{moment}Z"
