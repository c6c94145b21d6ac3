"""Errors as application/problem+json (RFC 9457), in Italian or English; the one place that knows how.

Every FilieraError is mapped by its code. What is not ours becomes a plain 500 without a word about the
inside.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from protocol import codes
from protocol.errors import FilieraError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

MEDIA_TYPE = "application/problem+json"
_logger = logging.getLogger("filiera.node")
# What the web framework itself refuses, by HTTP status.
_BY_STATUS = {
    404: "ADDRESS_UNKNOWN",
    405: "METHOD_NOT_ALLOWED",
    422: "REQUEST_INVALID",
    400: "REQUEST_INVALID",
}


def language_of(request: Request) -> codes.Language:
    """Italian unless the caller prefers English (Accept-Language, by quality, then by order)."""
    best, best_quality = "it", 0.0
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, parameters = part.strip().partition(";")
        quality = _quality(parameters)
        language = tag.strip().lower().split("-")[0]
        if language in ("it", "en") and quality > best_quality:
            best, best_quality = language, quality
    return "en" if best == "en" else "it"


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def problem(error: FilieraError, language: codes.Language) -> dict[str, Any]:
    """Return the problem document of one of our errors."""
    code = codes.lookup(error.code)
    # Values may be called anything, `name` and `language` too, so they are not passed as keywords.
    values = defaultdict(lambda: "–", error.values)
    detail, remedy = (code.texts[language][part].format_map(values) for part in ("sentence", "remedy"))
    return {
        "type": f"urn:filiera:code:{error.code}",
        "title": HTTPStatus(code.status).phrase,
        "status": code.status,
        "code": error.code,
        "field": error.place,
        "detail": detail,
        "remedy": remedy,
    }


def problem_response(error: FilieraError, request: Request) -> Response:
    """Return the answer to a request that failed with one of our errors."""
    language = language_of(request)
    body = problem(error, language)
    headers = {"Content-Language": language, "Cache-Control": "no-store", "Vary": "Accept-Language"}
    if body["status"] == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(orjson.dumps(body), body["status"], headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let every error of the application leave through here."""

    async def ours(request: Request, error: Exception) -> Response:
        if not isinstance(error, FilieraError):
            raise error
        return problem_response(error, request)

    async def framework(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 422
        return problem_response(FilieraError(_BY_STATUS.get(status, "REQUEST_INVALID")), request)

    async def invalid(request: Request, error: Exception) -> Response:
        place = ""
        if isinstance(error, RequestValidationError) and error.errors():
            place = "/" + "/".join(str(part) for part in error.errors()[0]["loc"])
        return problem_response(FilieraError("REQUEST_INVALID", place), request)

    async def unexpected(request: Request, error: Exception) -> Response:
        _logger.error("unexpected error at %s", request.url.path, exc_info=error)
        return problem_response(FilieraError("UNEXPECTED"), request)

    app.add_exception_handler(FilieraError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, framework)
    app.add_exception_handler(Exception, unexpected)
