"""Days and times as people write them, from the texts of the records and from seconds; nothing here reads a clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from verifier.texts import say

if TYPE_CHECKING:
    from protocol.codes import Language


def day_in_words(day: str, language: Language) -> str:
    """`2026-03-02` as 2 mar 2026; a text that is no day stays as it is."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{found.day} {say('paper.months', language).split()[found.month - 1]} {found.year}"


def time_in_words(seconds: int, language: Language) -> str:
    """Seconds since 1970 as day and time UTC; the bare seconds beyond the year 9999."""
    try:
        found = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return str(seconds)
    return say("paper.time", language, day=day_in_words(f"{found:%Y-%m-%d}", language), time=f"{found:%H:%M}")
