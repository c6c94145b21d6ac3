"""GET /01/{gtin}[/10/{lot}][/21/{serial}]: HTML for people, JSON for programs, a linkset or the evidence on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from node.custody.routes import MEDIA_TYPE as BUNDLE
from node.deps import Asking, NodeState
from node.passports.routes import passport_json
from node.problems import language_of
from node.resolver import page
from node.web.pinned import Pinned
from protocol.errors import PassportError
from protocol.gs1 import GS1_STEM, build_digital_link

if TYPE_CHECKING:
    from node.passports.service import Shown

router = APIRouter(tags=["resolver"])
Gtin = Annotated[str, Path(min_length=8, max_length=14, pattern=r"^[0-9]+$")]
Value = Annotated[str, Path(min_length=1, max_length=60)]
LINKSET = "application/linkset+json"
# No request to anybody but this node; the page is readable as it stands.
_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
    "Vary": "Accept, Accept-Language, Authorization",
}
# What is read with a token is not for the next caller.
_PLAIN = {
    "Cache-Control": "private, no-cache",
    "Vary": "Accept, Authorization",
    "X-Content-Type-Options": "nosniff",
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
    if BUNDLE in accepted and "bundle" in links:
        # Also of what was recalled: that is when evidence is wanted.
        return Response(node.passports.bundle(identifier, caller), 200, _PLAIN, BUNDLE)
    if LINKSET in accepted:
        return JSONResponse(page.linkset(identifier, links), status, _PLAIN, LINKSET)
    if "json" in accepted and "html" not in accepted:
        return JSONResponse(passport_json(shown), status, _PLAIN)
    other = _other_lot(shown, ais[0][1], lot)
    pinned = node.pinned if node.assets.built else Pinned()
    return _html(page.passport_page(shown, links, language, pinned, other), status, pinned)


def _html(drawn: str, status: int, pinned: Pinned) -> Response:
    headers = {**_HEADERS, "Content-Security-Policy": pinned.policy(page.style())}
    return Response(drawn, status, headers, "text/html; charset=utf-8")


def _other_lot(shown: Shown, gtin: str, lot: str | None) -> str:
    """The lot on the label, if the passport knows another one: a sign of a copied serial."""
    own = str(shown.facts.get("lot", ""))
    if lot is None or not own.startswith(GS1_STEM):
        return ""
    return lot if build_digital_link(GS1_STEM, (("01", gtin), ("10", lot))) != own.partition("#")[0] else ""


def _without(
    error: PassportError, ais: tuple[tuple[str, str], ...], accepted: str, language: Any, lot: str | None
) -> Response:
    """Nothing at this level: in production and voided say so, anything else leads up the tree."""
    if "html" not in accepted:
        raise error
    if error.code == "PASSPORT_IN_PRODUCTION":
        return _html(page.waiting_page(language), 404, Pinned())
    if error.code == "LABEL_VOIDED":
        return _html(page.voided_page(language), 410, Pinned())
    if len(ais) > 1:
        gtin = ais[0][1]
        up = f"/01/{gtin}/10/{lot}" if lot and ais[-1][0] == "21" else f"/01/{gtin}"
        return RedirectResponse(up, 303)
    return _html(page.unknown_page(language), 404, Pinned())


def _language(request: Request) -> Any:
    asked = request.query_params.get("lang")
    return asked if asked in {"it", "en"} else language_of(request)
