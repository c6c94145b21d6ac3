"""POST /passports, /passports/batches, /passports/serials[/void]; GET /passports/{id}[/bundle], /passports/serials."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from node.capture.routes import SINGLE, read_body
from node.custody.routes import MEDIA_TYPE
from node.deps import Asking, NodeState
from node.participants.schemas import ActResult
from node.passports.schemas import (
    BatchRegistered,
    BatchRequest,
    Order,
    SerialsOfOrder,
    SerialsRequest,
    SerialsReserved,
    SerialsVoided,
)
from node.passports.service import Shown
from protocol import base64url
from protocol.errors import FormatError
from protocol.limits import MAX_TOKEN_BYTES

router = APIRouter(tags=["passports"])
Name = Annotated[str, Path(max_length=512)]
At = Annotated[datetime | None, Query(description="as of this time (ISO 8601)")]


@router.post("/passports", status_code=201)
async def post_passport(request: Request, node: NodeState) -> Response:
    """Take a signed passport: 201, or 200 for the same again."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in SINGLE:
        raise FormatError("MEDIA_TYPE_UNKNOWN", "Content-Type", given=media_type or "–")
    body = await read_body(request, MAX_TOKEN_BYTES + 2)
    stored, answer = await node.passports.take(body)
    return Response(answer, 201 if stored.created else 200, media_type="application/json")


@router.post("/passports/batches", status_code=201)
async def post_batch(request: BatchRequest, node: NodeState) -> BatchRegistered:
    """Register many item passports under one root: the node pays, the brand's signature decides."""
    manifest = base64url.decode(request.manifest)
    batch, mined = await run_in_threadpool(node.passports.batches.register, manifest, request.act)
    shown = None if mined is None else ActResult.model_validate(mined)
    return BatchRegistered(root=batch.root.hex(), count=len(batch.items), mined=shown)


@router.post("/passports/serials", status_code=201)
def post_serials(request: SerialsRequest, node: NodeState, caller: Asking) -> SerialsReserved:
    """Reserve serials for an order, all or none."""
    reserved = node.passports.serials.reserve(caller, request.order, request.identifiers)
    return SerialsReserved(order=request.order, reserved=reserved)


@router.get("/passports/serials")
def get_serials(order: Annotated[Order, Query()], node: NodeState, caller: Asking) -> SerialsOfOrder:
    """What the caller has reserved for an order."""
    found = node.passports.serials.of_order(caller, order)
    return SerialsOfOrder(
        order=order, identifiers=list(found.valid), unused=list(found.unused), voided=list(found.voided)
    )


@router.post("/passports/serials/void")
def post_voided(request: SerialsRequest, node: NodeState, caller: Asking) -> SerialsVoided:
    """Void serials of an order that no garment has, all or none, for good."""
    voided = node.passports.serials.void(caller, request.order, request.identifiers)
    return SerialsVoided(order=request.order, voided=voided)


@router.get("/passports/{name:path}/bundle", response_class=Response)
def get_bundle(name: Name, node: NodeState, caller: Asking) -> Response:
    """The one file that proves the garment."""
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": 'attachment; filename="passport.filiera"',
    }
    return Response(node.passports.bundle(name, caller), media_type=MEDIA_TYPE, headers=headers)


@router.get("/passports/{name:path}")
def get_passport(name: Name, node: NodeState, caller: Asking, at: At = None) -> dict[str, Any]:
    """One version of a passport, by identifier or passport id, as of a time."""
    moment = None if at is None else int(at.replace(tzinfo=at.tzinfo or UTC).timestamp() * 1000)
    return passport_json(node.passports.show(name, caller, moment))


def passport_json(shown: Shown) -> dict[str, Any]:
    """The JSON form: the record as signed, what it says, and the ledger's word."""
    return {
        "id": shown.subject["id"],
        "state": shown.state,
        "version": shown.subject["version"],
        "versions": list(shown.versions),
        "digest": shown.record.digest.hex(),
        "onChain": {"status": shown.on_chain.status, "version": shown.on_chain.version},
        **({"batch": shown.on_chain.batch.to_json()} if shown.on_chain.batch else {}),
        "passport": shown.subject,
        "token": shown.token,
    }
