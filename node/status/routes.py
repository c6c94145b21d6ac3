"""GET /status/{id}."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from node.deps import NodeState

router = APIRouter(tags=["status"])
# Long enough for a crowd at one label, short enough that a withdrawal is seen the same minute.
_BRIEF = "public, max-age=30"


@router.get("/status/{name}", response_class=Response)
def get_status_list(
    name: Annotated[str, Path(pattern=r"^[a-z2-7]{26}$", max_length=26)], node: NodeState
) -> Response:
    """The current version of a status list as its issuer signed it; the whole list, so that nobody learns what for."""
    found = node.status.current(name)
    headers = {
        "Cache-Control": _BRIEF,
        "ETag": f'"{found.digest.hex()}"',
        "Filiera-Digest": found.digest.hex(),
        "Filiera-State": found.state,
    }
    return Response(found.token, media_type=found.media_type, headers=headers)
