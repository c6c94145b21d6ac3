"""GET /kpis: public figures, nothing that names a person or tells a small number of a place."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from node.deps import NodeState
from node.kpis.schemas import Kpis

router = APIRouter(tags=["kpis"])
Day = Annotated[str | None, Query(pattern=r"^[0-9]{4}-[01][0-9]-[0-3][0-9]$")]
Province = Annotated[str | None, Query(pattern=r"^[A-Z]{2}$")]


@router.get("/kpis", response_model=Kpis)
def get_kpis(
    node: NodeState, start: Day = None, end: Day = None, province: Province = None
) -> dict[str, Any]:
    """Companies involved and shared criteria adopted, evidenced and proven.

    Without `start` or `end`, since or until ever. With `province`, by place only the area that it belongs to.
    """
    return node.kpis.published(start, end, province)
