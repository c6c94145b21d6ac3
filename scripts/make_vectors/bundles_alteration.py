"""How an alteration is written down: from a good vector, by which operations, and what it must get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from protocol.passport import batch_leaf
from protocol.records import parse_record
from scripts.make_vectors.bundles_case import ALWAYS
from scripts.make_vectors.bundles_patch import Edit

Change = Callable[[Edit], object]


@dataclass(frozen=True)
class Alteration:
    """`error` instead of a verdict: the input is not read at all, or the chain's answer is not."""

    name: str
    source: str
    why: str
    change: Change
    verdict: str = ""
    codes: frozenset[str] = frozenset()
    error: str = ""


class Alterations:
    """Collects alterations as they are written down."""

    def __init__(self) -> None:
        self.all: dict[str, Alteration] = {}

    def __call__(self, name: str, source: str, said: str, why: str, change: Change) -> None:
        """`said`: verdict and codes (beside `ALWAYS`), as `refused: A B`; or `error: CODE`."""
        if name in self.all:
            raise ValueError(name)
        word, _, codes = said.partition(": ")
        if word == "error":
            self.all[name] = Alteration(name, source, why, change, error=codes)
        else:
            self.all[name] = Alteration(name, source, why, change, word, ALWAYS | set(codes.split()))


HANDED, HEADS, LOGS, FIXED = "handed-over", "many-heads", "two-logs", "corrected"
BATCH, HIDDEN, MEMBERS = "passport-in-a-batch", "open-to-members", "related-companies"
ZEROS, OTHER, LOG = "0" * 64, "7" * 64, "/bundle/heads/1"
LEAF = batch_leaf(bytes.fromhex(OTHER), bytes.fromhex(ZEROS)).hex()


def put(path: str, value: Any) -> Change:
    """Replace what stands at a path."""
    return lambda edit: edit.put(path, value)


def drop(path: str) -> Change:
    """Remove what stands at a path."""
    return lambda edit: edit.drop(path)


def text(find: str, replace: str) -> Change:
    """Change the written file."""
    return lambda edit: edit.text(find, replace)


def several(*changes: Change) -> Change:
    """One after the other."""
    return lambda edit: [change(edit) for change in changes]


def at(edit: Edit, act: str) -> int:
    """Where the first record of an act stands."""
    return next(
        number
        for number, each in enumerate(edit.bundle["records"])
        if parse_record(each["token"]).subject.get("filiera:act") == act
    )


def on(act: str, tail: str, change: Callable[[Any], Any]) -> Change:
    """Change a member of the record of an act."""

    def alter(edit: Edit) -> None:
        number = at(edit, act)
        before = edit.bundle["records"][number][tail.partition("/")[0]]
        edit.put(f"/bundle/records/{number}/{tail}", change(before))

    return alter
