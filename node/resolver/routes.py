"""GET /01/{gtin}[/10/{lot}][/21/{serial}]: HTML for people, JSON for programs, a linkset on request."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from node.deps import Asking, NodeState
from node.passports.routes import passport_json
from node.problems import language_of
from node.resolver import page
from protocol.errors import PassportError
from protocol.gs1 import GS1_STEM, build_digital_link

router = APIRouter(tags=["resolver"])
Gtin = Annotated[str, Path(min_length=8, max_length=14, pattern=r"^[0-9]+$")]
Value = Annotated[str, Path(min_length=1, max_length=60)]
LINKSET = "application/linkset+json"
# No script, no request to anybody: the page is readable as it stands.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
    "Vary": "Accept, Accept-Language",
}
_GONE = {"withdrawn"}


@router.get("/01/{gtin}", response_class=Response)
def get_model(gtin: Gtin, request: Request, node: NodeState, caller: Asking) -> Response:
    """The model's passport."""
    return _answer((("01", gtin),), request, node, caller)


@router.get("/01/{gtin}/10/{lot}", response_class=Response)
def get_batch(gtin: Gtin, lot: Value, request: Request, node: NodeState, caller: Asking) -> Response:
    """The batch's passport, else the model's."""
    return _answer((("01", gtin), ("10", lot)), request, node, caller)


@router.get("/01/{gtin}/21/{serial}", response_class=Response)
def get_item(gtin: Gtin, serial: Value, request: Request, node: NodeState, caller: Asking) -> Response:
    """The item's passport; "in production" before it is issued."""
    return _answer((("01", gtin), ("21", serial)), request, node, caller)


@router.get("/01/{gtin}/10/{lot}/21/{serial}", response_class=Response)
def get_item_of_lot(
    gtin: Gtin, lot: Value, serial: Value, request: Request, node: NodeState, caller: Asking
) -> Response:
    """The item's passport, as a label with lot and serial names it."""
    return _answer((("01", gtin), ("21", serial)), request, node, caller, lot=lot)


def _answer(
    ais: tuple[tuple[str, str], ...], request: Request, node: Any, caller: Any, lot: str | None = None
) -> Response:
    identifier = build_digital_link(GS1_STEM, ais)
    accepted = request.headers.get("accept", "")
    language = _language(request)
    try:
        shown = node.passports.show(identifier, caller)
    except PassportError as error:
        return _without(error, ais, accepted, language, lot)
    links = page.links_of(shown, str(request.base_url).rstrip("/"))
    status = 410 if shown.state in _GONE else 200
    if LINKSET in accepted:
        return JSONResponse(page.linkset(identifier, links), status, media_type=LINKSET)
    if "json" in accepted and "html" not in accepted:
        return JSONResponse(passport_json(shown), status, headers={"Vary": "Accept"})
    return Response(page.passport_page(shown, links, language), status, _HEADERS, "text/html; charset=utf-8")


def _without(
    error: PassportError, ais: tuple[tuple[str, str], ...], accepted: str, language: Any, lot: str | None
) -> Response:
    """Nothing at this level: an item in production says so, anything else leads up the tree."""
    if "html" not in accepted:
        raise error
    if error.code == "PASSPORT_IN_PRODUCTION":
        return Response(page.waiting_page(language), 404, _HEADERS, "text/html; charset=utf-8")
    if len(ais) > 1:
        gtin = ais[0][1]
        up = f"/01/{gtin}/10/{lot}" if lot and ais[-1][0] == "21" else f"/01/{gtin}"
        return RedirectResponse(up, 303)
    return Response(page.unknown_page(language), 404, _HEADERS, "text/html; charset=utf-8")


def _language(request: Request) -> Any:
    asked = request.query_params.get("lang")
    return asked if asked in {"it", "en"} else language_of(request)
