"""GET /events/{id}, GET /events/{id}/proof."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from node.deps import Asking, NodeState
from node.problems import language_of
from protocol import codes

router = APIRouter(prefix="/events", tags=["events"])
Name = Annotated[str, Path(max_length=80, pattern=r"^[0-9A-Za-z:-]+$")]


@router.get("/{name}", response_class=Response)
def get_event(name: Name, request: Request, node: NodeState, caller: Asking) -> Response:
    """The record by id or digest: its token; as application/json also its state and what it waits for."""
    shown = node.events.show(name, caller)
    headers = {
        "Filiera-State": shown.state,
        "Filiera-Digest": shown.digest.hex(),
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Accept-Language, Authorization",
    }
    if shown.waiting:
        headers["Filiera-Waiting"] = ", ".join(shown.waiting)
    if "application/json" not in request.headers.get("accept", ""):
        return Response(shown.token, media_type=shown.media_type, headers=headers)
    language = language_of(request)
    document = {
        "id": shown.record_id,
        "digest": shown.digest.hex(),
        "state": shown.state,
        "waiting": [{"code": code, "detail": codes.text(code, language)[0]} for code in shown.waiting],
        "token": shown.token,
    }
    return Response(orjson.dumps(document), media_type="application/json", headers=headers)


@router.get("/{name}/proof")
def get_proof(name: Name, node: NodeState) -> dict[str, Any]:
    """Inclusion proof and anchor of the record; PROOF_PENDING while no anchored head has it."""
    return node.events.proof(name)
