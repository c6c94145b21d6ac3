"""GET /peers."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel

from node.deps import NodeState

router = APIRouter(tags=["log"])


class PeerShown(BaseModel):
    """How far the log of another node is copied; `seenAt` in milliseconds since 1970, 0 for never."""

    url: str
    origin: str
    seq: int
    size: int
    seenAt: int  # noqa: N815 - the interface's own name
    problem: str
    refused: int
    forked: int


@router.get("/peers")
def get_peers(node: NodeState, response: Response) -> list[PeerShown]:
    """The nodes whose logs this one copies: as of which head, and what hinders."""
    response.headers["Cache-Control"] = "no-store"
    return [
        PeerShown(
            url=state.url,
            origin=state.origin,
            seq=state.seq,
            size=state.size,
            seenAt=state.seen_at,
            problem=state.problem,
            refused=state.refused,
            forked=state.forked,
        )
        for state in node.mirror.states
    ]
