"""GET /lots/{lot}/custody."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from node.deps import Asking, NodeState

router = APIRouter(tags=["custody"])
MEDIA_TYPE = "application/vnd.filiera.bundle+json"


@router.get("/lots/{lot:path}/custody", response_class=Response)
def get_custody(
    lot: Annotated[str, Path(max_length=256)],
    node: NodeState,
    caller: Asking,
    direction: Annotated[Literal["back"], Query()] = "back",  # noqa: ARG001 - the only way so far
) -> Response:
    """Everything behind a lot or item, as one bundle (README §12)."""
    bundle = node.custody.bundle(lot, caller)
    headers = {
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization",
        "Content-Disposition": 'attachment; filename="custody.filiera"',
    }
    return Response(bundle, media_type=MEDIA_TYPE, headers=headers)
