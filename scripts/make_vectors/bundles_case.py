"""What a vector is before it is written: a story, the evidence that it leaves behind, and what a verifier must say.

`codes` and `figures` are written by hand beside each story, never taken from a verifier's answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from protocol.bundle import serialise
from protocol.checks.view_form import view_to_json
from scripts.make_vectors.bundles_world import World, trust

# What every verdict says: one product's records never show that its lots were not used elsewhere too.
ALWAYS = frozenset({"OTHER_PRODUCTS_NOT_CHECKED"})
# README §13: word → exit status.
EXIT = {
    "verified": 0, "refused": 1, "revoked": 1, "not proven": 2, "pending": 2, "unreachable": 2, "expired": 2,
}  # fmt: skip
BAD_INPUT = 3

Told = Callable[[World], str]
"""Plays a story in a world and returns the target."""


@dataclass(frozen=True)
class Story:
    """`told` plays it; `tier` is the reader's (None: everything that was disclosed)."""

    name: str
    told: Told
    verdict: str
    codes: frozenset[str]
    figures: dict[str, str | None] = field(default_factory=dict)
    tier: Any = None

    @property
    def text(self) -> str:
        """What happens, in one paragraph."""
        return " ".join((self.told.__doc__ or "").split())

    def play(self) -> Evidence:
        """Let it happen."""
        world = World()
        target = self.told(world)
        found = world.bundle(target, self.tier)
        return Evidence(serialise(found), view_to_json(world.view(found)), trust())


@dataclass(frozen=True)
class Evidence:
    """The file's bytes, what the chain said (None: it was not asked), and the trust file's value (None: none given)."""

    bundle: bytes
    view: dict[str, Any] | None
    trust: dict[str, Any] | None


class Stories:
    """Collects stories as they are defined."""

    def __init__(self) -> None:
        self.all: dict[str, Story] = {}

    def __call__(
        self,
        name: str,
        verdict: str = "verified",
        codes: str = "",
        figures: dict[str, str | None] | None = None,
        tier: str | None = None,
    ) -> Callable[[Told], Told]:
        """Register the story that follows; `codes` are those beside `ALWAYS`, in one text."""

        def register(told: Told) -> Told:
            if name in self.all:
                raise ValueError(name)
            said = ALWAYS | set(codes.split())
            self.all[name] = Story(name, told, verdict, said, figures or {}, tier)
            return told

        return register


def expected(verdict: str, codes: frozenset[str]) -> dict[str, Any]:
    """What the vector demands: the verdict's word, its exit status and every code, sorted."""
    return {"verdict": verdict, "exit": EXIT[verdict], "codes": sorted(codes)}
