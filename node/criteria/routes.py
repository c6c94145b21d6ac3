"""GET /criteria: the catalogue by version; GET /criteria/lives and /criteria/{criterion}: how it came to be."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from node.criteria.schemas import CriterionTold, LifeInShort
from node.deps import NodeState
from protocol.criteria.evaluate import CURRENT

router = APIRouter(tags=["criteria"])


@router.get("/criteria")
def get_criteria(
    node: NodeState,
    version: Annotated[str, Query(max_length=20, pattern=r"^[0-9]{4}-[1-9][0-9]?$")] = CURRENT,
) -> dict[str, Any]:
    """One version of the catalogue; every version is kept."""
    return node.criteria.content(version)


@router.get("/criteria/lives", response_model=list[LifeInShort])
def get_lives(node: NodeState) -> list[dict[str, Any]]:
    """Every criterion in every version: where it stands, open consultations, how many adopted it."""
    return node.criteria.overview()


@router.get("/criteria/{criterion}", response_model=CriterionTold)
def get_criterion(criterion: Annotated[str, Path(max_length=100)], node: NodeState) -> dict[str, Any]:
    """The life of a criterion: its steps, comments and adoptions, record by record."""
    return node.criteria.told(criterion)
