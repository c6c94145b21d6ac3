"""When an anchored head counts as confirmed: `depth:N` or `finalized`. Pure.

`depth:N` wants N blocks on top of the head's own. With n signers of proof of authority, N ≥ n/2 + 1 means
that a majority has built on it. `finalized` trusts the chain's own word, where it gives one. `depth:0` is for
chains that mine only on demand: there, waiting for a further block could last for ever.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.errors import ChainError

if TYPE_CHECKING:
    from anchoring.ports import Block, ChainPlace

_MAX_DEPTH = 999_999


@dataclass(frozen=True, slots=True)
class ConfirmationRule:
    """`depth` further blocks, or the chain's own finality if `depth` is None."""

    depth: int | None

    @classmethod
    def parse(cls, text: str) -> ConfirmationRule:
        """Read `depth:N` or `finalized`; ChainError CONFIRMATION_MALFORMED otherwise."""
        if text == "finalized":
            return cls(None)
        match = re.fullmatch(r"depth:(0|[1-9][0-9]{0,5})", text, re.ASCII)
        if match is None:
            raise ChainError("CONFIRMATION_MALFORMED", got=text[:40])
        return cls(int(match[1]))

    @property
    def wants_finality(self) -> bool:
        """Whether the chain has to be asked for its finalized block."""
        return self.depth is None

    def holds(self, place: ChainPlace, latest: Block, finalized: Block | None) -> bool:
        """Whether a head at `place` is confirmed."""
        if self.depth is None:
            return finalized is not None and place.block <= finalized.number
        return latest.number - place.block >= self.depth
