"""From a catalogue and the evidence to the five criteria: the one entry point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.criteria import chemicals, circularity, footprint, short_chain, social
from protocol.criteria.model import Criterion
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from protocol.criteria.evidence import Evidence
    from protocol.criteria.model import Figure

CURRENT = "2026-2"
# Every version that was ever published, and so every version that a passport may name.
VERSIONS = frozenset({CURRENT})
_METHODS: dict[str, Callable[[Evidence, Mapping[str, Any]], tuple[Figure, ...]]] = {
    "short-chain": short_chain.figures,
    "circularity": circularity.figures,
    "footprint": footprint.figures,
    "chemicals": chemicals.figures,
    "social": social.figures,
}


def catalogue(version: str = CURRENT) -> Mapping[str, Any]:
    """A version of the catalogue, as it was published; every version is kept."""
    found: Mapping[str, Any] = vocabulary(f"catalogue-{version}")
    return found


def evaluate(evidence: Evidence, version: str = CURRENT) -> tuple[Criterion, ...]:
    """Compute every criterion of a catalogue version; same evidence, same figures, whatever its order."""
    return evaluate_with(evidence, catalogue(version))


def evaluate_with(evidence: Evidence, rules: Mapping[str, Any]) -> tuple[Criterion, ...]:
    """The same by a catalogue that is given, as far as there are methods (`methods`) for its criteria."""
    return tuple(
        Criterion(entry["id"], rules["version"], _METHODS[entry["id"]](evidence, rules))
        for entry in rules["criteria"]
        if entry["id"] in _METHODS
    )


def methods() -> frozenset[str]:
    """The criteria that can be computed."""
    return frozenset(_METHODS)
