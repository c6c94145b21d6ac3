"""POST /events: one credential or many.

The body is read raw and bounded while it streams; no model stands between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from starlette.responses import Response

from node.problems import language_of, problem
from protocol.errors import FilieraError, FormatError
from protocol.limits import MAX_BATCH_LINES, MAX_BODY_BYTES, MAX_TOKEN_BYTES, Limits
from protocol.strict_json import parse_json

if TYPE_CHECKING:
    from starlette.requests import Request

    from node.capture.service import Capture
    from node.capture.writer import Outcome
    from protocol.codes import Language

SINGLE = frozenset({"application/vc+sd-jwt", "application/vc+jwt"})
MANY = "application/x-ndjson"
_LINE = Limits(max_bytes=MAX_TOKEN_BYTES + 2, max_depth=2, max_items=64, max_string=MAX_TOKEN_BYTES)
_CREATED, _REPEATED = 201, 200


async def post_events(request: Request) -> Response:
    """Capture one token (201 or, sent again, 200) or one per line (a result per line, in order)."""
    capture: Capture = request.app.state.node.capture
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type in SINGLE:
        body = await read_body(request, MAX_TOKEN_BYTES + 2)
        stored, answer = await capture.capture(body)
        return Response(answer, _CREATED if stored.created else _REPEATED, media_type="application/json")
    if media_type != MANY:
        raise FormatError("MEDIA_TYPE_UNKNOWN", "Content-Type", given=media_type or "–")
    lines = split_lines(await read_body(request, MAX_BODY_BYTES))
    answered = await capture.capture_many([_token(line) for line in lines])
    language = language_of(request)
    body = b"".join(_line(outcome, answer, language) for outcome, answer in answered)
    return Response(body, media_type=MANY)


async def read_body(request: Request, limit: int) -> bytes:
    """Read the body; refused as soon as more than `limit` bytes were announced or have arrived."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise FormatError("BODY_TOO_LARGE", limit=limit)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise FormatError("BODY_TOO_LARGE", limit=limit)
        chunks.append(chunk)
    return b"".join(chunks)


def split_lines(body: bytes) -> list[bytes]:
    """Return the lines of an NDJSON body, without the empty one behind the last newline."""
    lines = body.split(b"\n")
    if lines[-1].strip() == b"":
        lines.pop()
    if not lines:
        raise FormatError("BATCH_EMPTY")
    if len(lines) > MAX_BATCH_LINES:
        raise FormatError("BATCH_TOO_LONG", limit=MAX_BATCH_LINES)
    return lines


def _token(line: bytes) -> bytes | FilieraError:
    try:
        value = parse_json(line, _LINE)
        if not isinstance(value, str) or not value.isascii():
            return FormatError("LINE_NOT_A_TOKEN")
    except FilieraError as refusal:
        return refusal
    return value.encode("ascii")


def _line(outcome: Outcome, answer: bytes, language: Language) -> bytes:
    if isinstance(outcome, FilieraError):
        document = problem(outcome, language)
        return orjson.dumps({"status": document["status"], "problem": document}) + b"\n"
    status = _CREATED if outcome.created else _REPEATED
    return b'{"status":%d,' % status + answer[1:] + b"\n"
