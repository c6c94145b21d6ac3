"""GET /snapshot."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from node.deps import NodeState

router = APIRouter(tags=["log"])
_BRIEF = {"Cache-Control": "public, max-age=1"}


@router.get("/snapshot", response_class=Response)
def get_snapshot(node: NodeState) -> Response:
    """The state of the chain as witnesses last confirmed it: a signed note (README §16)."""
    return Response(node.witnesses.snapshot(), media_type="text/plain; charset=utf-8", headers=_BRIEF)
