"""Streams one upload from the wire into an intake: raw body or form, bounded, all or nothing."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anyio import CancelScope
from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect

from node.documents.multipart import FRAME_BYTES, FormReader
from node.documents.service import TIERS, Documents, Intake, Terms
from protocol.cid import parse_cid
from protocol.errors import DocumentError, FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from node.auth.tiers import Caller, Tier
    from node.documents.repository import Paper

# What is gathered before a thread writes it: fewer, larger steps.
_STEP_BYTES = 1_048_576
_FORM = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Stated:
    """What query and headers say."""

    tier: str | None
    name: str | None
    cid: str | None


async def receive(
    request: Request, documents: Documents, caller: Caller, stated: Stated
) -> tuple[Paper, bool]:
    """Take one paper; returns it and whether it is new. Whatever goes wrong, nothing of it stays."""
    media_type = request.headers.get("content-type", "")
    form = FormReader(media_type) if media_type.partition(";")[0].strip().lower() == _FORM else None
    announced = _announced(request)
    if announced is not None and announced > documents.limit + (FRAME_BYTES if form else 0):
        raise DocumentError("DOCUMENT_TOO_LARGE", "Content-Length", limit=documents.limit)
    _terms(media_type, stated, None)  # refuses a wrong tier or CID before a byte is read
    intake = await run_sync(documents.begin, caller)
    try:
        await _stream(request, intake, form, announced)
        terms = _terms(media_type, stated, form)
        return await run_sync(intake.complete, terms)
    finally:
        with CancelScope(shield=True):
            await run_sync(intake.discard)


async def _stream(request: Request, intake: Intake, form: FormReader | None, announced: int | None) -> None:
    size, gathered = 0, bytearray()
    with _whole(announced, lambda: size):
        async for chunk in request.stream():
            size += len(chunk)
            gathered += chunk if form is None else form.feed(chunk)
            if len(gathered) >= _STEP_BYTES:
                await run_sync(intake.write, bytes(gathered))
                gathered.clear()
    if announced is not None and size != announced:
        raise DocumentError("DOCUMENT_TRUNCATED", "body", got=size, announced=announced)
    if form is not None:
        form.finish()
    await run_sync(intake.write, bytes(gathered))


@contextmanager
def _whole(announced: int | None, size: object) -> Iterator[None]:
    try:
        yield
    except ClientDisconnect as error:
        got = size() if callable(size) else 0
        raise DocumentError("DOCUMENT_TRUNCATED", "body", got=got, announced=announced or "–") from error


def _announced(request: Request) -> int | None:
    text = request.headers.get("content-length")
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:  # noqa: PLR2004 - below 2^63
        raise DocumentError("DOCUMENT_TOO_LARGE", "Content-Length", limit="–")
    return int(text)


def _terms(media_type: str, stated: Stated, form: FormReader | None) -> Terms:
    fields = form.fields if form else {}
    cid = stated.cid or fields.get("cid")
    name = stated.name or fields.get("name") or (form.file_name if form else None)
    return Terms(
        media_type=form.media_type if form else media_type,
        name=name,
        tier=_tier(stated.tier or fields.get("tier")),
        expected_cid=parse_cid(cid) if cid else None,
    )


def _tier(text: str | None) -> Tier | None:
    if not text:
        return None
    for tier in TIERS:
        if tier == text:
            return tier
    raise FormatError("REQUEST_INVALID", "tier")
