"""GET /kpis: public figures, nothing that names a person or a small number."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from node.deps import NodeState
from node.kpis.schemas import Kpis, kpis_of

router = APIRouter(tags=["kpis"])
Day = Annotated[str | None, Query(pattern=r"^[0-9]{4}-[01][0-9]-[0-3][0-9]$")]


@router.get("/kpis")
def get_kpis(node: NodeState, start: Day = None, end: Day = None) -> Kpis:
    """Companies involved and shared criteria adopted; without `start` or `end`, since or until ever."""
    return kpis_of(*node.kpis.figures(start, end))
