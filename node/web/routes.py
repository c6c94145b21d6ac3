"""GET /web/{name}: the page's script and words. GET /inspect: the inspector's desk, the same file as verify.html."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from node.deps import NodeState
from node.web.assets import DESK, Asset
from protocol.errors import FormatError

router = APIRouter(tags=["pages"])
Name = Annotated[str, Path(max_length=100, pattern=r"^[\w.-]+$")]
_SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


@router.get("/web/{name}", response_class=Response)
def get_asset(name: Name, request: Request, node: NodeState) -> Response:
    """A file that the pages load; 304 if the browser has it."""
    return _answer(node.assets.get(name), name, request)


@router.get("/inspect", response_class=Response)
def get_desk(request: Request, node: NodeState) -> Response:
    """The inspector's desk. Its policy stands in the file itself, so that it holds on a USB stick too."""
    return _answer(node.assets.get(DESK), DESK, request)


def _answer(asset: Asset | None, name: str, request: Request) -> Response:
    if asset is None:
        raise FormatError("PAGE_NOT_BUILT", name)
    headers = {**_SAFE, "Cache-Control": asset.cache, "ETag": asset.tag}
    if asset.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(asset.data, 200, headers, asset.media_type)
