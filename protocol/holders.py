"""Whose account a record continues, where the holder is not named.

A workshop that is notified on behalf of is withheld from the public by default. Its records stay tied all the same: an
account's entry names the record before it (README §5), and an item is one piece that only its holder can give away. So
records of one unnamed holder are recognised as such, and who he is stays unsaid. Nothing is believed by this: a record
that claims another's account is found by the checks of that account.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from protocol.steps import WITHHELD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from protocol.steps import Step


def tie_holders(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps by digest, unnamed holders of one account under one name.

    It is the name that another record of the account shows, else a name made of the least digest.
    """
    known = {step.digest: step for step in steps}
    if not any(_unnamed(step) for step in known.values()):
        return tuple(known[digest] for digest in sorted(known))
    root = {digest: digest for digest in known}
    for one, other in _ties(known):
        root[_find(root, max(one, other))] = _find(root, min(one, other))
    names: dict[bytes, set[str]] = defaultdict(set)
    for digest, step in known.items():
        if not _unnamed(step):
            names[_find(root, digest)].add(step.holder)
    return tuple(
        replace(known[digest], holder=_name(_find(root, digest), names))
        if _unnamed(known[digest])
        else known[digest]
        for digest in sorted(known)
    )


def _ties(known: dict[bytes, Step]) -> Iterator[tuple[bytes, bytes]]:
    """Pairs of records of one holder, at least one of them unnamed."""
    pieces: dict[str, list[Step]] = defaultdict(list)
    for step in known.values():
        for entry in step.entries:
            before = known.get(entry.previous) if entry.previous else None
            if before is not None and (_unnamed(step) or _unnamed(before)):
                yield step.digest, before.digest
        for move in step.goods.all if _unnamed(step) else ():
            if move.is_item and move.effect != "observed":
                pieces[move.lot].append(step)
    for piece in pieces.values():
        yield from ((piece[0].digest, step.digest) for step in piece[1:])


def _unnamed(step: Step) -> bool:
    return step.holder.startswith(WITHHELD)


def _name(tied: bytes, names: dict[bytes, set[str]]) -> str:
    return min(names[tied]) if names[tied] else f"{WITHHELD}:{tied.hex()}"


def _find(root: dict[bytes, bytes], digest: bytes) -> bytes:
    while root[digest] != digest:
        root[digest] = root[root[digest]]
        digest = root[digest]
    return digest
