"""Figures of the criteria as the report says them: a line for people, JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.wording import write_decimal, write_share
from verifier.texts import say

if TYPE_CHECKING:
    from protocol.codes import Language
    from protocol.criteria.model import Criterion, Figure


def figure_line(figure: Figure, language: Language) -> str:
    """Value with its unit, and how much of it is proven and declared."""
    if figure.value is None:
        return say("not-enough", language)
    value = write_decimal(figure.value, language)
    if figure.unit == "share":
        value = write_share(figure.value, language)
    elif figure.unit in {"km", "kg CO2e"}:
        value = f"{value} {figure.unit}"
    proven, declared = write_share(figure.proven, language), write_share(figure.declared, language)
    shares = say("shares", language, proven=proven, declared=declared)
    return f"{value:<12} {shares}"


def criterion_json(criterion: Criterion) -> dict[str, Any]:
    """A criterion as `schemas/report.json` has it."""
    figures = [
        {
            "id": figure.id,
            "value": None if figure.value is None else f"{figure.value:f}",
            "unit": figure.unit,
            "method": figure.method,
            "proven": f"{figure.proven:f}",
            "declared": f"{figure.declared:f}",
            "coverage": f"{figure.coverage:f}",
            "inputs": list(figure.inputs),
            "missing": [{"code": code, "place": place} for code, place in figure.missing],
        }
        for figure in criterion.figures
    ]
    return {"id": criterion.id, "catalogue": criterion.catalogue, "figures": figures}
