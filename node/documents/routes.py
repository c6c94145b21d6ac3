"""POST /documents, GET /documents/{cid}."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Header, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from node.capture.routes import read_body
from node.clock import instant
from node.deps import Asking, NodeState
from node.documents.receiving import Stated, receive
from node.documents.schemas import StoredDocument
from protocol.cid import format_cid, parse_cid
from protocol.errors import DocumentError
from protocol.wrapped import MAX_WRAPPED_BYTES

if TYPE_CHECKING:
    from node.documents.repository import Paper

router = APIRouter(prefix="/documents", tags=["documents"])
Cid = Annotated[str, Path(max_length=80)]
# Nothing that somebody uploaded may run in this origin, whatever a browser makes of it.
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Accept-Ranges": "bytes",
}
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_WRAPPED: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/jose+json": {"schema": {"type": "object"}}}}
}
_UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "*/*": _BYTES,
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        **{name: {"type": "string"} for name in ("tier", "cid", "name")},
                    },
                }
            },
        },
    }
}


@router.post(
    "",
    status_code=201,
    response_model=StoredDocument,
    responses={200: {"model": StoredDocument, "description": "Sent again: already here"}},
    openapi_extra=_UPLOAD,
)
async def post_document(
    request: Request,
    node: NodeState,
    caller: Asking,
    tier: Annotated[str | None, Query(description="public, legitimate or authority (default)")] = None,
    name: Annotated[str | None, Query(max_length=1024, description="a label, never a path")] = None,
    filiera_expected_cid: Annotated[str | None, Header(description="refuse anything else")] = None,
) -> Response:
    """Store one paper: the body, or the field `file` of a form. Answered when it is durable."""
    stated = Stated(tier, name, filiera_expected_cid)
    paper, is_new = await receive(request, node.documents, caller, stated)
    headers = {"Location": f"/documents/{format_cid(paper.cid)}", "Cache-Control": "no-store"}
    return Response(
        orjson.dumps(_shown(paper).model_dump(exclude_none=True)),
        201 if is_new else 200,
        headers,
        "application/json",
    )


@router.head("/{cid}", include_in_schema=False)
@router.get(
    "/{cid}", response_class=Response, responses={206: {"description": "The part asked for by Range"}}
)
def get_document(cid: Cid, request: Request, node: NodeState, caller: Asking) -> Response:
    """The bytes of a paper that the caller may read, each block checked against its address."""
    paper = node.documents.find(parse_cid(cid), caller)
    if paper.tier != "public":
        node.reads.note(caller, [paper.owner], cid)
    start, stop = _range(request.headers.get("range"), paper.size)
    partial = (start, stop) != (0, paper.size)
    public = paper.tier == "public"
    headers = {
        **_SAFE,
        "Content-Length": str(stop - start),
        "Content-Disposition": _disposition(paper),
        "Content-Type": paper.media_type,
        "Cache-Control": "public, max-age=31536000, immutable" if public else "private, no-store",
        "ETag": f'"{cid}"',
        "Filiera-Sha256": paper.sha256.hex(),
        "Vary": "Authorization, Accept-Language",
    }
    if partial:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{paper.size}"
    if request.method == "HEAD":
        return Response(status_code=200, headers=headers)
    return StreamingResponse(node.documents.read(paper, start, stop), 206 if partial else 200, headers)


@router.put("/{cid}/keys", status_code=204, response_class=Response, openapi_extra=_WRAPPED)
async def put_keys(cid: Cid, request: Request, node: NodeState, caller: Asking) -> Response:
    """Keep the wrapped key (JWE) of a sealed paper of the caller's, in the place of the former one."""
    wrapped = await read_body(request, MAX_WRAPPED_BYTES)
    await run_in_threadpool(node.documents.keyring.put, parse_cid(cid), caller, wrapped)
    return Response(status_code=204)


@router.get("/{cid}/keys")
def get_keys(cid: Cid, node: NodeState, caller: Asking) -> dict[str, list[Any]]:
    """The wrapped keys of a sealed paper, for members; whoever one is for finds its entry by trying."""
    wrapped = node.documents.keyring.get(parse_cid(cid), caller)
    return {"wrapped": wrapped}


def _range(header: str | None, size: int) -> tuple[int, int]:
    """Return [start, stop) of a single byte range (RFC 9110 §14); several or other units mean the whole."""
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header or "")
    if found is None or not any(found.groups()):
        return 0, size
    first, last = found.groups()
    if first:
        start, stop = int(first), min(size, int(last) + 1) if last else size
    else:
        start, stop = max(0, size - int(last)), size
    if start >= stop:
        raise DocumentError("DOCUMENT_RANGE", "Range", size=size)
    return start, stop


def _disposition(paper: Paper) -> str:
    """Offer the file for saving, under its label in RFC 8187 form; the address serves where there is none."""
    plain = f'attachment; filename="{format_cid(paper.cid)}"'
    return f"{plain}; filename*=UTF-8''{quote(paper.name, safe='')}" if paper.name else plain


def _shown(paper: Paper) -> StoredDocument:
    return StoredDocument(
        cid=format_cid(paper.cid),
        sha256=paper.sha256.hex(),
        mediaType=paper.media_type,
        size=paper.size,
        tier=paper.tier,
        name=paper.name,
        stored=instant(paper.stored_at),
    )
