"""GET /schemas/{name}@{sha256}, /contexts/{name}@{sha256}: what is pinned by digest is served by it.

Other bytes than those named are never served; nothing here is needed for signing or verifying.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from node.log.routes import IMMUTABLE
from protocol.errors import FormatError

router = APIRouter(tags=["formats"])
_FOLDERS = {
    "schemas": (".json", "application/schema+json"),
    "contexts": (".jsonld", "application/ld+json"),
}
Name = Annotated[str, Path(max_length=80, pattern=r"^[0-9A-Za-z.-]+$")]
Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


@cache
def published(folder: str) -> dict[str, tuple[str, bytes]]:
    """Name → (SHA-256 in hex, bytes) of the package's data files of one folder."""
    suffix, _ = _FOLDERS[folder]
    found = {}
    for entry in (files("protocol") / folder).iterdir():
        if entry.name.endswith(suffix) and entry.name != "index.json":
            data = entry.read_bytes()
            found[entry.name.removesuffix(suffix)] = (hashlib.sha256(data).hexdigest(), data)
    return found


def _serve(folder: str, name: str, sha256: str) -> Response:
    known = published(folder).get(name)
    if known is None or known[0] != sha256:
        raise FormatError("FORMAT_UNKNOWN", f"/{folder}", name=name, sha256=sha256)
    return Response(known[1], media_type=_FOLDERS[folder][1], headers=IMMUTABLE)


@router.get("/schemas/{name}@{sha256}", response_class=Response)
def get_schema(name: Name, sha256: Sha256) -> Response:
    """One JSON Schema."""
    return _serve("schemas", name, sha256)


@router.get("/contexts/{name}@{sha256}", response_class=Response)
def get_context(name: Name, sha256: Sha256) -> Response:
    """One JSON-LD context."""
    return _serve("contexts", name, sha256)


@router.get("/schemas")
def get_schemas() -> dict[str, Any]:
    """Names and addresses of all schemas."""
    return {name: f"/schemas/{name}@{digest}" for name, (digest, _) in sorted(published("schemas").items())}


@router.get("/contexts")
def get_contexts() -> dict[str, Any]:
    """Names and addresses of all contexts."""
    return {name: f"/contexts/{name}@{digest}" for name, (digest, _) in sorted(published("contexts").items())}
