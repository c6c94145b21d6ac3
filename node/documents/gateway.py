"""GET /ipfs/{cid}: a trustless gateway for public blocks (IPFS specification "Trustless Gateway").

It gives blocks and archives only, never a rendered file: whoever asks checks for himself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from node.deps import NodeState  # noqa: TC001 - read at run time
from protocol.car import car_header, car_section
from protocol.cid import parse_cid
from protocol.errors import DocumentError
from protocol.unixfs import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.documents.service import Documents

router = APIRouter(tags=["documents"])
Format = Literal["raw", "car"]
_RAW = "application/vnd.ipld.raw"
_CAR = "application/vnd.ipld.car"


@router.head("/ipfs/{cid}", include_in_schema=False)
@router.get("/ipfs/{cid}", response_class=Response)
def get_block(
    cid: Annotated[str, Path(max_length=80)],
    request: Request,
    node: NodeState,
    format: Annotated[Format | None, Query()] = None,  # noqa: A002 - the specification's name
    dag_scope: Annotated[Literal["block", "entity", "all"], Query(alias="dag-scope")] = "all",
) -> Response:
    """One block (`raw`), or a file's blocks behind each other (`car`), for anybody to check."""
    address = parse_cid(cid)
    chosen = format or _accepted(request.headers.get("accept", ""))
    block = node.documents.public_block(address)
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f'attachment; filename="{cid}.{"bin" if chosen == "raw" else "car"}"',
        "Cache-Control": "public, max-age=29030400, immutable",
        "ETag": f'"{cid}.raw"' if chosen == "raw" else f'W/"{cid}.car.{dag_scope}"',
        "X-Ipfs-Path": f"/ipfs/{cid}",
        "X-Ipfs-Roots": cid,
        "Access-Control-Allow-Origin": "*",
        "Vary": "Accept",
    }
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if chosen == "raw":
        return Response(block, media_type=_RAW, headers=headers)
    media_type = f"{_CAR}; version=1; order=dfs; dups=n"
    if request.method == "HEAD":
        return Response(headers=headers, media_type=media_type)
    sections = _archive(node.documents, address, block, whole=dag_scope != "block")
    return StreamingResponse(sections, headers=headers, media_type=media_type)


def _accepted(accept: str) -> Format:
    """Return the format that the Accept header names first; DOCUMENT_FORMAT_UNKNOWN if it names neither."""
    for part in accept.lower().split(","):
        name = part.partition(";")[0].strip()
        if name in {_RAW, _CAR}:
            return "raw" if name == _RAW else "car"
    raise DocumentError("DOCUMENT_FORMAT_UNKNOWN", "Accept")


def _archive(documents: Documents, root: bytes, block: bytes, *, whole: bool) -> Iterator[bytes]:
    yield car_header(root)
    if not whole:
        yield car_section(root, block)
        return
    sections: list[bytes] = []
    seen: set[bytes] = set()

    def keep(cid: bytes, found: bytes) -> None:
        if cid not in seen:
            seen.add(cid)
            sections.append(car_section(cid, found))

    for _ in read_file(root, documents.public_block, on_block=keep):
        yield b"".join(sections)
        sections.clear()
    yield b"".join(sections)
