"""The HTTP contract: the application's frame and the OpenAPI document, of which docs/openapi.json is a copy.

POST /events is a plain Starlette route, because the hot path can do without the framework's machinery; its
description is therefore written here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import Route

from node.auth.routes import router as auth
from node.capture.routes import post_events
from node.criteria.routes import router as criteria
from node.custody.routes import router as custody
from node.documents.gateway import router as gateway
from node.documents.routes import router as documents
from node.events.routes import router as events
from node.formats.routes import router as formats
from node.health.routes import router as health
from node.kpis.routes import router as kpis
from node.log.routes import router as log
from node.mirror.routes import router as mirror
from node.participants.routes import router as participants
from node.passports.routes import router as passports
from node.resolver.routes import router as resolver
from node.status.routes import router as status
from node.web.routes import router as pages
from node.witness.routes import router as witness

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = "0.1.0"
ROUTERS = (
    events,
    documents,
    gateway,
    custody,
    log,
    witness,
    mirror,
    participants,
    auth,
    formats,
    health,
    criteria,
    kpis,
    passports,
    resolver,
    status,
    pages,
)
_PROBLEM = "#/components/schemas/Problem"


def new_app(lifespan: Callable[..., Any] | None) -> FastAPI:
    """An application with all routes; it serves nothing until `app.state.node` is set."""
    app = FastAPI(title="Filiera node", version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.router.routes.append(Route("/events", post_events, methods=["POST"]))
    for router in ROUTERS:
        app.include_router(router)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an application."""
    if app.openapi_schema is None:
        found = get_openapi(title=app.title, version=app.version, routes=app.routes)
        found["paths"] = dict(sorted({"/events": {"post": _post_events()}, **found["paths"]}.items()))
        schemas = found.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = _problem()
        schemas["Captured"] = _captured()
        for path in found["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
                operation["responses"]["default"] = _response("Refused", "application/problem+json", _PROBLEM)
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        app.openapi_schema = found
    return app.openapi_schema


def _post_events() -> dict[str, Any]:
    token = {"schema": {"type": "string", "maxLength": 262_144}}
    captured = "#/components/schemas/Captured"
    return {
        "tags": ["events"],
        "summary": "Post Events",
        "description": post_events.__doc__,
        "operationId": "post_events",
        "requestBody": {
            "required": True,
            "content": {
                "application/vc+sd-jwt": token,
                "application/vc+jwt": token,
                "application/x-ndjson": {
                    "schema": {"type": "string", "description": "one JSON string with one token per line"}
                },
            },
        },
        "responses": {
            "201": _response("Stored durably", "application/json", captured),
            "200": {
                "description": "Sent again: the same answer; or, for NDJSON, one result per line, in order",
                "content": {
                    "application/json": {"schema": {"$ref": captured}},
                    "application/x-ndjson": {"schema": {"type": "string"}},
                },
            },
        },
    }


def _response(description: str, media_type: str, schema: str) -> dict[str, Any]:
    return {"description": description, "content": {media_type: {"schema": {"$ref": schema}}}}


def _problem() -> dict[str, Any]:
    texts = {name: {"type": "string"} for name in ("type", "title", "code", "field", "detail", "remedy")}
    names = ["type", "title", "status", "code", "field", "detail", "remedy"]
    return {
        "type": "object",
        "description": "RFC 9457 with code, field, remedy; Italian unless Accept-Language prefers English.",
        "required": names,
        "properties": {name: texts.get(name, {"type": "integer"}) for name in names},
    }


def _captured() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["id", "digest", "state", "receipt"],
        "properties": {
            "id": {"type": "string"},
            "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "state": {"const": "received"},
            "receipt": {"type": "string", "description": "JWT of typ filiera-receipt+jwt"},
        },
    }
