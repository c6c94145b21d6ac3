"""Under which names records about criteria are found again: names of table `lot_edges`, used nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.directions import ABOUT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PREFIX = "urn:filiera:criterion:"


def topic_of(criterion: str) -> str:
    """The name of a criterion, whatever the version of the catalogue."""
    return f"{PREFIX}{criterion}"


def topics(subject: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The criterion that a step, a comment or an adoption is about."""
    criterion = subject.get("criterion")
    if isinstance(criterion, str):
        yield topic_of(criterion), ABOUT
