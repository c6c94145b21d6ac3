"""How far back the goods are traced: the share of mass that begins raw, and where the rest stops."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from protocol.custody import RAW_STAGES

if TYPE_CHECKING:
    from protocol.history import History
    from protocol.steps import Step

_PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class Stop:
    """An origin above raw: "traced back to cloth, bought by …"; `share` of the target's mass."""

    lot: str
    stage: str | None
    holder: str
    share: Decimal


@dataclass(frozen=True)
class Traced:
    """Shares of the mass that could be weighed, 0 to 1: begun raw, and with a known origin; `stops` largest first.

    `unweighed` lots went in and have no known mass: buttons by the piece, amounts that are withheld.
    """

    raw: Decimal
    known: Decimal
    stops: tuple[Stop, ...]
    unweighed: int


def trace(history: History) -> Traced:
    """Weigh the origins behind the target."""
    shares = history.evidence.shares.steps
    origins = [step for step in history.evidence.origins() if step.digest in shares]
    raw = sum((shares[step.digest] for step in origins if _is_raw(step)), Decimal(0))
    rest = [step for step in origins if not _is_raw(step)]
    stops = [
        Stop(", ".join(step.goods.names("produced")), step.stage, step.holder, _rounded(shares[step.digest]))
        for step in sorted(rest, key=lambda step: (-shares[step.digest], step.digest))
    ]
    known = sum((shares[step.digest] for step in origins), Decimal(0))
    return Traced(_rounded(raw), _rounded(known), tuple(stops), len(history.evidence.shares.unweighed))


def _is_raw(step: Step) -> bool:
    """Opening stock has no past, whatever it is made of."""
    return step.act == "lot-declared" and step.stage in RAW_STAGES


def _rounded(share: Decimal) -> Decimal:
    return share.quantize(_PLACES)
