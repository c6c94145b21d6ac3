"""What an erasure names, as edges; alone in a module, because checking processes need nothing of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.directions import ABOUT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACT, MEMBER = "erasure", "filiera:erasure"


def erased_things(subject: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Records by their digest in hex, papers by their CID."""
    named = subject.get(MEMBER)
    if isinstance(named, dict):
        yield from ((record["digest"], ABOUT) for record in named.get("records", ()))
        yield from ((paper["cid"], ABOUT) for paper in named.get("documents", ()))
