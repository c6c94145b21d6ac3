"""GET /health, /ready, /metrics."""

from __future__ import annotations

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from node.deps import NodeState

router = APIRouter(tags=["health"])
_NO_STORE = {"Cache-Control": "no-store"}


@router.get("/health")
def get_health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/ready", response_class=Response)
def get_ready(node: NodeState) -> Response:
    """200 if the node can do its work, 503 with the reason if not."""
    ready, parts = node.health.ready()
    return Response(orjson.dumps(parts), 200 if ready else 503, _NO_STORE, "application/json")


@router.get("/metrics", response_class=Response)
def get_metrics(node: NodeState) -> Response:
    """Figures for Prometheus."""
    return Response(node.health.metrics(), headers=_NO_STORE, media_type="text/plain; version=0.0.4")
