"""What the report says beside: the same evidence under a newer catalogue, figure by figure where it differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verifier.figures import criterion_json, figure_line
from verifier.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from protocol.checks.catalogues import Beside
    from protocol.codes import Language
    from protocol.criteria.model import Figure
    from verifier.verify import Result


def beside_lines(result: Result, language: Language) -> Iterator[str]:
    """For each newer version: who signed it, what would be otherwise, and how much stays as it is."""
    before = {
        (criterion.id, figure.id): figure for criterion in result.criteria for figure in criterion.figures
    }
    for each in result.beside:
        yield ""
        signer = say("beside.signed" if each.record else "beside.shipped", language, record=each.record[:12])
        yield say(
            "beside", language, version=each.version, former=result.criteria[0].catalogue, signer=signer
        )
        same = 0
        for criterion, figure in _figures(each):
            if _alike(figure, before.get((criterion, figure.id))):
                same += 1
                continue
            name = say(f"figure.{figure.id}", language)
            yield f"  {_names(each, language)[criterion]} · {name:<46} {figure_line(figure, language)}"
        yield say("beside.same", language, count=same)
        for criterion in each.unknown:
            yield say("beside.unknown", language, criterion=_names(each, language)[criterion])


def beside_json(each: Beside) -> dict[str, Any]:
    """The same for programs; `record` is the coordinator's, left out for a version that only the software ships."""
    return {
        "catalogue": each.version,
        "digest": each.digest,
        **({"record": each.record} if each.record else {}),
        "criteria": [criterion_json(criterion) for criterion in each.criteria],
        "unknown": list(each.unknown),
    }


def _figures(each: Beside) -> Iterator[tuple[str, Figure]]:
    for criterion in each.criteria:
        for figure in criterion.figures:
            yield criterion.id, figure


def _alike(figure: Figure, before: Figure | None) -> bool:
    """Whether people read the same: value and what it rests on, wherever the evidence lies."""
    return before is not None and (
        figure.value,
        figure.unit,
        figure.proven,
        figure.declared,
        figure.coverage,
    ) == (
        before.value,
        before.unit,
        before.proven,
        before.declared,
        before.coverage,
    )


def _names(each: Beside, language: Language) -> dict[str, str]:
    return {entry["id"]: entry[language]["name"] for entry in each.content["criteria"]}
