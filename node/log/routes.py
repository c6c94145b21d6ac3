"""GET /checkpoint, /tile/…, /heads, /heads/{seq}; static where they can be, for anybody to cache."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from node.deps import NodeState

router = APIRouter(tags=["log"])
IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable"}
_BRIEF = {"Cache-Control": "public, max-age=1"}
_MAX_HEADS = 1_000


@router.get("/checkpoint", response_class=Response)
def get_checkpoint(node: NodeState) -> Response:
    """The last anchored head as a C2SP signed note, with its witnesses' cosignatures as soon as they are here."""
    return Response(node.witnesses.checkpoint(), media_type="text/plain; charset=utf-8", headers=_BRIEF)


@router.get("/tile/{path:path}", response_class=Response)
def get_tile(path: str, node: NodeState) -> Response:
    """A tile of hashes or entries (C2SP tlog-tiles).

    Tiles never change: a partial one keeps its width's content.
    """
    content, _ = node.log.tile(path)
    return Response(content, media_type="application/octet-stream", headers=IMMUTABLE)


@router.get("/heads")
def get_heads(
    node: NodeState,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=_MAX_HEADS)] = 100,
) -> list[dict[str, Any]]:
    """Anchored heads, oldest first, beyond `after`."""
    return [node.log.head_json(head) for head in node.log.heads(after, limit)]


@router.get("/heads/{seq}")
def get_head(seq: Annotated[int, Path(ge=1, le=2**53)], node: NodeState) -> dict[str, Any]:
    """One anchored head with its chain coordinates."""
    return node.log.head_json(node.log.head(seq))


@router.get("/heads/{seq}/manifest", response_class=Response)
def get_manifest(seq: Annotated[int, Path(ge=1, le=2**53)], node: NodeState) -> Response:
    """The head's manifest (README §8), whose SHA-256 is on the chain."""
    return Response(node.log.blocks(seq)[0], media_type="application/octet-stream", headers=IMMUTABLE)


@router.get("/heads/{seq}/affected", response_class=Response)
def get_affected(seq: Annotated[int, Path(ge=1, le=2**53)], node: NodeState) -> Response:
    """The affected list that the manifest names."""
    return Response(node.log.blocks(seq)[1], media_type="application/octet-stream", headers=IMMUTABLE)
