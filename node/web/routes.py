"""GET /web/{name}: the page's script and words. GET /inspect: the inspector's desk, verify.html with a camera."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from node.deps import NodeState
from node.web.assets import DESK, Asset
from protocol.errors import FormatError

router = APIRouter(tags=["pages"])
Name = Annotated[str, Path(max_length=100, pattern=r"^[\w.-]+$")]
_CODING = re.compile(r"(?:^|,)\s*(\w+)\s*(?=,|$|;\s*q\s*=\s*(?:1|0\.0*[1-9]))", re.IGNORECASE)
_SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}

# WebAssembly (the code reader) and the camera are for the desk alone. Its inspector chooses whom to ask: http: https:.
_DESK_ONLY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; style-src 'self'; "
        "img-src 'self' data:; connect-src 'self' http: https:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}


@router.get("/web/{name}", response_class=Response)
def get_asset(name: Name, request: Request, node: NodeState) -> Response:
    """A file that the pages load; 304 if the browser has it."""
    answer = _answer(node.assets.get(name), name, request)
    if name.endswith(".js"):
        answer.headers["Content-Security-Policy"] = node.pinned.worker_policy()
    return answer


@router.get("/inspect", response_class=Response)
def get_desk(request: Request, node: NodeState) -> Response:
    """The inspector's desk, with a camera; the single file without one is /web/verify.html."""
    answer = _answer(node.assets.get(DESK), DESK, request)
    answer.headers.update(_DESK_ONLY)
    return answer


def _answer(asset: Asset | None, name: str, request: Request) -> Response:
    if asset is None:
        raise FormatError("PAGE_NOT_BUILT", name)
    headers = {**_SAFE, "Cache-Control": asset.cache, "ETag": asset.tag, "Vary": "Accept-Encoding"}
    if asset.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    accepted = _accepted(request.headers.get("accept-encoding", ""))
    for coding, packed in asset.packed.items():
        if coding in accepted:
            return Response(packed, 200, {**headers, "Content-Encoding": coding}, asset.media_type)
    return Response(asset.data, 200, headers, asset.media_type)


def _accepted(header: str) -> set[str]:
    """Codings that the browser names without refusing them by a weight of zero (RFC 9110 §12.5.3)."""
    return {found[1].lower() for found in _CODING.finditer(header)}
