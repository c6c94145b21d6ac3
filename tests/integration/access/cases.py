"""For each route of the table, requests that reach for everything it could show."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from node import contract
from protocol.cid import RAW, format_cid
from tests.integration.access.rules import Thing
from tests.integration.access.world import (
    PDF,
    PDF_TYPE,
    PLAYERS,
    RESERVED,
    SUPPLIER_A,
    World,
    marked,
)
from tests.support.makers import lot
from tests.support.orders import order_id
from tests.support.passports import BATCH, GTIN, ITEM, MODEL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

    from tests.integration.access.markers import Marker

BUNDLE = "application/vnd.filiera.bundle+json"
JSON = "application/json"


@dataclass(frozen=True)
class Case:
    """One request. `status` and `code` are what whoever is not turned away gets; status 0: whatever anybody gets.

    `carries` are the markers in the full answer, `needs` the one without which it looks as if there were nothing.
    """

    route: str
    path: str
    status: int = 200
    code: str = ""
    accept: str = "*/*"
    content_type: str = ""
    query: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    json: Any = None
    carries: frozenset[Marker] = frozenset()
    needs: Marker | None = None

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.route.partition(" ")[0]


def routes(app: FastAPI | None = None) -> set[str]:
    """Method and path of every route of the application (the node's own by default), from its own list."""
    return set(_walk((app or contract.new_app(None)).routes))


def _walk(found: Any) -> Iterator[str]:
    for route in found:
        if hasattr(route, "original_router"):
            assert route.include_context.prefix == ""
            yield from _walk(route.original_router.routes)
        else:
            # What has no methods (a mount, a socket) is none of the routes that these tests know how to ask.
            assert getattr(route, "methods", None), route
            yield from (f"{method} {route.path}" for method in route.methods)


@cache
def _by_thing(markers: tuple[Marker, ...]) -> dict[Thing, frozenset[Marker]]:
    found: dict[Thing, set[Marker]] = defaultdict(set)
    for marker in markers:
        found[marker.thing].add(marker)
    return {thing: frozenset(each) for thing, each in found.items()}


def cases(world: World) -> Iterator[Case]:
    """Every request of the matrix."""
    yield from _records(world)
    yield from _papers(world)
    yield from _passports(world)
    yield from _chain(world)
    yield from _log(world)
    yield from _plain()


def _of(world: World, *things: Thing) -> frozenset[Marker]:
    return frozenset().union(*(_by_thing(world.markers)[thing] for thing in things))


def _records(world: World) -> Iterator[Case]:
    things = {"order": Thing.ORDER, "wool": Thing.WOOL, "shipment": Thing.SHIPMENT, "sewing": Thing.SEWING, "adoption": Thing.ADOPTION,
              "silk": Thing.SILK, "silk shipment": Thing.SILK, "member supplier A": Thing.MEMBER_A, "member supplier B": Thing.MEMBER_B}  # fmt: skip
    for name, record in world.records.items():
        carried = _of(world, things[name]) if name in things else frozenset()
        if name.startswith("silk"):
            carried = frozenset(each for each in carried if ("DDT" in each.value) == (name != "silk"))
        for called, accept in ((record.id, "*/*"), (record.digest.hex(), JSON)):
            yield Case("GET /events/{name}", f"/events/{called}", accept=accept, carries=carried)
        yield Case("GET /events/{name}/proof", f"/events/{record.digest.hex()}/proof", 0)
    yield Case("GET /events/{name}", "/events/" + "0" * 64, 404, "RECORD_UNKNOWN")
    public = world.node.client.get(f"/events/{world.records['wool'].id}")
    kind = public.headers["content-type"]
    # Whoever sends a stranger's record again, as everybody reads it, learns nothing of what it hides.
    yield Case("POST /events", "/events", 0, content=public.content, content_type=kind)
    yield Case("POST /events", "/events", 400, "TOKEN_MALFORMED", content=b"no token", content_type=kind)
    goods = _of(world, Thing.ORDER, Thing.WOOL, Thing.SHIPMENT, Thing.SEWING, Thing.MEMBER_A)
    for target, carried in ((lot("wool"), goods), (BATCH, goods), (ITEM, goods),
                            (lot("silk"), _of(world, Thing.SILK, Thing.MEMBER_B))):  # fmt: skip
        path = f"/lots/{quote(target, safe='')}/custody"
        yield Case("GET /lots/{lot:path}/custody", path, carries=carried)
    yield Case("GET /lots/{lot:path}/custody", f"/lots/{lot('none')}/custody", 404, "LOT_UNKNOWN")


def _papers(world: World) -> Iterator[Case]:
    own = {marker.value: marker for marker in world.markers}
    named = {"enclosed": own["MARK-PAPER-ENCLOSED"], "inspectors": own["MARK-PAPER-INSPECTORS"],
             "alone": own["MARK-PAPER-ALONE"]}  # fmt: skip
    for name, marker in named.items():
        path = f"/documents/{world.papers[name]}"
        yield Case("GET /documents/{cid}", path, carries=frozenset({marker}), needs=marker)
        yield Case("HEAD /documents/{cid}", path, needs=marker)
        for method in ("GET", "HEAD"):
            yield Case(f"{method} /ipfs/{{cid}}", f"/ipfs/{world.papers[name]}", 404, query={"format": "raw"})
    for name in ("public", "sealed"):
        yield Case("GET /documents/{cid}", f"/documents/{world.papers[name]}")
        yield Case("HEAD /documents/{cid}", f"/documents/{world.papers[name]}")
        for shape in ("raw", "car"):
            for method in ("GET", "HEAD"):
                path = f"/ipfs/{world.papers[name]}"
                yield Case(f"{method} /ipfs/{{cid}}", path, query={"format": shape})
    for record in world.records.values():
        address = format_cid(bytes((1, RAW, 0x12, 32)) + record.digest)
        yield Case("GET /ipfs/{cid}", f"/ipfs/{address}", query={"format": "raw"})
    yield Case("POST /documents", "/documents", 0, content=PDF + b"% any\n", content_type=PDF_TYPE)
    keys = f"/documents/{world.papers['sealed']}/keys"
    yield Case("GET /documents/{cid}/keys", keys, carries=_of(world, Thing.WRAPPED))
    yield Case("PUT /documents/{cid}/keys", keys, 204, content=world.wrapped)


def _passports(world: World) -> Iterator[Case]:
    goods = _of(world, Thing.ORDER, Thing.WOOL, Thing.SHIPMENT, Thing.SEWING, Thing.MEMBER_A)
    for name in (MODEL, BATCH, ITEM):
        path = f"/passports/{quote(name, safe='')}"
        yield Case("GET /passports/{name:path}", path)
        yield Case(
            "GET /passports/{name:path}/bundle", f"{path}/bundle", 0 if name == MODEL else 200,
            carries=frozenset() if name == MODEL else goods,
        )  # fmt: skip
    pages = {"/01/{gtin}": MODEL, "/01/{gtin}/10/{lot}": BATCH, "/01/{gtin}/21/{serial}": ITEM,
             "/01/{gtin}/10/{lot}/21/{serial}": f"{BATCH}/21/S1"}  # fmt: skip
    for route, name in pages.items():
        for accept in ("text/html", JSON, "application/linkset+json", BUNDLE):
            carried = goods if accept == BUNDLE and name != MODEL else frozenset()
            path = name.removeprefix("https://id.gs1.org")
            yield Case(f"GET {route}", path, 0, accept=accept, carries=carried)
    yield Case("GET /01/{gtin}/21/{serial}", f"/01/{GTIN}/21/NONE", 404, "PASSPORT_UNKNOWN", accept=JSON)
    order = {"order": order_id(marked(Thing.ORDER))}
    yield Case("GET /passports/serials", "/passports/serials", query=order, carries=_of(world, Thing.SERIALS))
    wanted = order | {"identifiers": [RESERVED]}
    yield Case("POST /passports/serials", "/passports/serials", 201, json=wanted)
    unknown = order | {"identifiers": [f"https://id.gs1.org/01/{GTIN}/21/NEVER"]}
    yield Case(
        "POST /passports/serials/void", "/passports/serials/void", 409, "LABEL_NOT_RESERVED", json=unknown
    )
    token = world.records["item"].token.encode()
    yield Case("POST /passports", "/passports", 200, content=token, content_type="application/vc+jwt")
    yield Case("POST /passports/batches", "/passports/batches", 422, json={})


def _chain(world: World) -> Iterator[Case]:
    yield Case("GET /peers", "/peers")
    yield Case("GET /status/{name}", f"/status/{'a' * 26}", 404, "STATUS_LIST_UNKNOWN")
    yield Case("GET /participants", "/participants")
    yield Case("GET /participants/nonce", "/participants/nonce")
    yield Case("POST /participants/acts", "/participants/acts", 422, json={})
    for maker in PLAYERS.values():
        yield Case("GET /participants/{participant}", f"/participants/{maker.id.hex()}")
    yield Case("GET /deployment", "/deployment")
    did = PLAYERS[SUPPLIER_A].key.public.did
    yield Case("POST /auth/challenge", "/auth/challenge", json={"key": did})
    yield Case("GET /auth/reads", "/auth/reads", query={"limit": "1000"})
    yield Case("POST /auth/token", "/auth/token", 401, "AUTH_MALFORMED", json={"token": "a.b.c"})


def _log(world: World) -> Iterator[Case]:
    yield Case("GET /checkpoint", "/checkpoint")
    newest = world.node.client.get("/heads", params={"limit": "1000"}).json()
    size = newest[-1]["size"]
    for path in (f"0/000.p/{size}", f"entries/000.p/{size}"):
        yield Case("GET /tile/{path:path}", f"/tile/{path}")
    yield Case("GET /heads", "/heads")
    for head in newest:
        path = f"/heads/{head['seq']}"
        yield Case("GET /heads/{seq}", path)
        yield Case("GET /heads/{seq}/manifest", f"{path}/manifest")
        yield Case("GET /heads/{seq}/affected", f"{path}/affected")
    yield Case("GET /snapshot", "/snapshot", 0)


def _plain() -> Iterator[Case]:
    for path in ("/health", "/criteria", "/schemas", "/contexts", "/kpis", "/openapi.json", "/metrics"):
        yield Case(f"GET {path}", path)
    yield Case("GET /criteria/lives", "/criteria/lives")
    yield Case("GET /criteria/{criterion}", "/criteria/short-chain", 0)
    yield Case("HEAD /openapi.json", "/openapi.json")
    for path in ("/ready", "/inspect"):
        yield Case(f"GET {path}", path, 0)
    yield Case("GET /web/{name}", "/web/page.js", 0)
    for folder in ("schemas", "contexts"):
        address = f"/{folder}/common@{'0' * 64}"
        yield Case(f"GET /{folder}/{{name}}@{{sha256}}", address, 404, "FORMAT_UNKNOWN")
