"""A small world on a real chain: who may see what is asked of it. What is not public carries markers."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from anchoring.devchain import DevChain
from client import passports
from client.node_client import NodeClient
from client.sealed import wrap
from protocol.cid import cid_of_bytes, parse_cid
from protocol.compact import sign_compact
from protocol.sealing import seal
from protocol.wrapped import Secret
from tests.integration.access.markers import Marker
from tests.integration.access.rules import (
    ANYBODY,
    AUDITOR,
    AUTHORITY,
    BRAND,
    COORDINATOR,
    OTHER_BRAND,
    ROLES,
    SUPPLIER_A,
    SUPPLIER_B,
    SUSPENDED,
    Thing,
)
from tests.support.chain import deploy_on
from tests.support.makers import Maker, lot
from tests.support.members import adopts, member
from tests.support.node_process import NodeProcess
from tests.support.orders import order, order_id
from tests.support.papers import PDF, PDF_TYPE
from tests.support.passports import BATCH, ITEM, MODEL, body, reference, signed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from protocol.records import Record

PLAYERS = {
    SUPPLIER_A: Maker("anna", ("supplier",)),
    SUPPLIER_B: Maker("bice", ("supplier",)),
    BRAND: Maker("bruna", ("brand", "supplier")),
    OTHER_BRAND: Maker("olga", ("brand", "supplier")),
    AUDITOR: Maker("auditor", ("certifier",)),
    AUTHORITY: Maker("dogana", ("authority",)),
    COORDINATOR: Maker("office", ("coordinator",)),
    SUSPENDED: Maker("sergio", ("supplier",)),
}
SERIAL = "SERIALMARKER7"
RESERVED = f"{ITEM.rpartition('/')[0]}/{SERIAL}"
SEALED = b"".join(seal([PDF], len(PDF), b"k" * 32, b"prefix7"))
SEALED_CID = cid_of_bytes(SEALED)

MARKERS = (
    Marker(Thing.ORDER, "legitimate", "OA-MARK-ORDER-NUMBER"),
    Marker(Thing.ORDER, "legitimate", "MARK-ORDER-NOTE"),
    Marker(Thing.WOOL, "legitimate", "MARK-WOOL-LOTCODE"),
    Marker(Thing.WOOL, "authority", "a7" * 32),
    Marker(Thing.SHIPMENT, "legitimate", "DDT MARK SHIPMENT"),
    Marker(Thing.SEWING, "legitimate", "MARK-SEWING-LOTCODE"),
    Marker(Thing.SILK, "legitimate", "MARK-SILK-LOTCODE"),
    Marker(Thing.SILK, "legitimate", "DDT MARK SILK"),
    Marker(Thing.SILK, "authority", "b7" * 32),
    Marker(Thing.MEMBER_A, "legitimate", "Mark Anna Filati srl"),
    Marker(Thing.MEMBER_A, "authority", "urn:filiera:control-group:" + "a" * 26),
    Marker(Thing.MEMBER_B, "legitimate", "Mark Bice Seta srl"),
    Marker(Thing.MEMBER_B, "authority", "urn:filiera:control-group:" + "b" * 26),
    Marker(Thing.PAPER_A, "legitimate", "MARK-PAPER-ENCLOSED"),
    Marker(Thing.PAPER_A, "authority", "MARK-PAPER-INSPECTORS"),
    Marker(Thing.PAPER_ALONE, "legitimate", "MARK-PAPER-ALONE"),
    Marker(Thing.ADOPTION, "authority", "c7" * 32),
    Marker(Thing.SERIALS, "legitimate", SERIAL),
)


def marked(thing: Thing, number: int = 0) -> str:
    """The value of the thing's marker with this number, in the order of `MARKERS`."""
    return [marker.value for marker in MARKERS if marker.thing is thing][number]


@dataclass
class World:
    """A running node, the tokens of its players, the records by name and the addresses of papers."""

    node: NodeProcess
    tokens: dict[str, str] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    papers: dict[str, str] = field(default_factory=dict)
    wrapped: bytes = b""

    @property
    def markers(self) -> tuple[Marker, ...]:
        """What is planted, the wrapped key of the sealed paper among it."""
        return (*MARKERS, Marker(Thing.WRAPPED, "legitimate", str(json.loads(self.wrapped)["tag"])))

    def headers(self, role: str) -> dict[str, str]:
        """Headers with which a role asks."""
        return {} if role == ANYBODY else {"authorization": f"Bearer {self.tokens[role]}"}


@contextmanager
def world_in(folder: Path) -> Iterator[World]:
    """Set everything up on a chain of its own."""
    with DevChain() as chain:
        world = World(NodeProcess(folder, deploy_on(chain), FILIERA_PARTICIPANTS_SECONDS="0.2"))
        world.node.start()
        try:
            _admit(world)
            _fill(world)
            _suspend(world)
            yield world
        finally:
            world.node.kill()
            world.node.client.close()


def signed_in(world: World, maker: Maker) -> str:
    """A token by challenge and signature."""
    client = world.node.client
    asked = client.post("/auth/challenge", json={"key": maker.key.public.did}).json()
    claims = {"iss": maker.key.public.did, "aud": asked["audience"], "challenge": asked["challenge"]}
    given = client.post("/auth/token", json={"token": sign_compact(claims, maker.key, "filiera-auth+jwt")})
    assert given.status_code == 200, given.text
    return str(given.json()["token"])


def _admit(world: World) -> None:
    for role in ROLES[1:]:
        answer = world.node.admit(PLAYERS[role])
        assert answer.status_code == 200, answer.text
    for role in ROLES[1:]:
        world.node.wait(
            lambda role=role: (
                world.node.client.get(f"/participants/{PLAYERS[role].id.hex()}").status_code == 200
            )
        )
        world.tokens[role] = signed_in(world, PLAYERS[role])


def _suspend(world: World) -> None:
    outcast = PLAYERS[SUSPENDED]
    args = {"id": outcast.id.hex(), "roles": outcast.participant.roles, "active": False}
    answer = world.node.coordinate("change", args)
    assert answer.status_code == 200, answer.text
    shown = f"/participants/{outcast.id.hex()}"
    world.node.wait(lambda: not world.node.client.get(shown).json()["active"])


def _fill(world: World) -> None:
    for role, thing in ((SUPPLIER_A, Thing.MEMBER_A), (SUPPLIER_B, Thing.MEMBER_B)):
        _member(world, role, thing)
    _papers(world)
    _chain_of_a(world)
    _chain_of_b(world)
    _sewing(world)
    numbered = {"filiera:recordSeq": 500, "filiera:previousRecord": marked(Thing.ADOPTION)}
    _keep(
        world,
        "adoption",
        adopts(PLAYERS[BRAND], "short-chain", "2026-01-01", ("filiera:previousRecord",), **numbered),
    )
    for record in world.records.values():
        world.node.proof(record)
    _passports(world)


def _keep(world: World, name: str, record: Record) -> Record:
    answer = world.node.post(record)
    assert answer.status_code == 201, answer.text
    world.records[name] = record
    return record


def _member(world: World, role: str, thing: Thing) -> None:
    record = member(
        world.node.deployed.coordinator, PLAYERS[role], hidden=("name", "registrations", "controlGroup"),
        name=marked(thing), group=marked(thing, 1),
    )  # fmt: skip
    _keep(world, f"member {role}", record)


def _papers(world: World) -> None:
    """What lies at the node: three open papers on their terms, and a sealed one with its wrapped key."""
    papers = {"enclosed": (Thing.PAPER_A, 0, "legitimate"), "inspectors": (Thing.PAPER_A, 1, "authority"),
              "alone": (Thing.PAPER_ALONE, 0, "legitimate")}  # fmt: skip
    for name, (thing, number, tier) in papers.items():
        _upload(world, name, PDF + b"% " + marked(thing, number).encode() + b"\n", PDF_TYPE, tier)
    _upload(world, "public", PDF, PDF_TYPE, "public")
    _upload(world, "sealed", SEALED, "application/vnd.filiera.sealed", "public")
    secret = Secret(b"k" * 32, parse_cid(SEALED_CID), bytes(32), PDF_TYPE)
    world.wrapped = wrap(secret, [PLAYERS[BRAND].key.public])
    answer = world.node.client.put(
        f"/documents/{SEALED_CID}/keys",
        content=world.wrapped,
        headers=world.headers(SUPPLIER_A),
    )
    assert answer.status_code == 204, answer.text


def _upload(world: World, name: str, data: bytes, media_type: str, tier: str) -> None:
    headers = world.headers(SUPPLIER_A) | {"content-type": media_type}
    answer = world.node.client.post("/documents", content=data, params={"tier": tier}, headers=headers)
    assert answer.status_code == 201, answer.text
    world.papers[name] = answer.json()["cid"]


def _chain_of_a(world: World) -> None:
    """The brand orders, A declares with papers enclosed, ships; the brand receives."""
    anna, bruna = PLAYERS[SUPPLIER_A], PLAYERS[BRAND]
    ordered = _keep(world, "order", order(bruna, anna, marked(Thing.ORDER), note=marked(Thing.ORDER, 1)))
    # A number far ahead with a predecessor that never came: the marker of the authority's tier.
    anna.seq, anna.previous = 7, bytes.fromhex(marked(Thing.WOOL, 1))
    enclosed = [
        {"kind": "safety-data-sheet", "cid": world.papers[name], "sha256": "0" * 64, "mediaType": PDF_TYPE}
        for name in ("enclosed", "inspectors", "public", "sealed")
    ]
    wool = anna.declare(
        "wool", hidden=None,
        **{"filiera:lotCode": marked(Thing.WOOL), "filiera:documents": enclosed},
    )  # fmt: skip
    _keep(world, "wool", wool)
    shipment = anna.ship(
        "wool",
        bruna,
        hidden=None,
        **{"filiera:order": reference(ordered)},
        bizTransactionList=_note(Thing.SHIPMENT),
    )
    _keep(world, "shipment", shipment)
    _keep(world, "receipt", bruna.receive(shipment, "wool", hidden=None))


def _chain_of_b(world: World) -> None:
    bice, olga = PLAYERS[SUPPLIER_B], PLAYERS[OTHER_BRAND]
    bice.seq, bice.previous = 7, bytes.fromhex(marked(Thing.SILK, 2))
    silk = bice.declare("silk", hidden=None, **{"filiera:lotCode": marked(Thing.SILK)})
    _keep(world, "silk", silk)
    _keep(
        world, "silk shipment", bice.ship("silk", olga, hidden=None, bizTransactionList=_note(Thing.SILK, 1))
    )


def _sewing(world: World) -> None:
    """The brand makes a batch of coats of the wool, and one of them becomes an item."""
    bruna = PLAYERS[BRAND]
    sewing = bruna.subject(
        "process", process_type="sewing",
        inputQuantityList=[{"epcClass": lot("wool"), "quantity": "2", "uom": "KGM"}],
        outputQuantityList=[{"epcClass": BATCH, "quantity": "2", "uom": "C62"}],
        **{
            "filiera:scrap": None, "filiera:lotCode": marked(Thing.SEWING),
            "filiera:account": [bruna.entry(lot("wool"), Decimal(-2)), bruna.entry(BATCH, Decimal(2)) | {"uom": "C62"}],
        },
    )  # fmt: skip
    _keep(world, "sewing", bruna.sign(sewing, None))
    born = bruna.subject(
        "garment-born", epcList=[ITEM], quantityList=None,
        **{"filiera:lot": BATCH, "filiera:account": [bruna.entry(BATCH, Decimal(-1)) | {"uom": "C62"}]},
    )  # fmt: skip
    _keep(world, "born", bruna.sign(born))


def _passports(world: World) -> None:
    bruna = PLAYERS[BRAND]
    model = _keep(world, "model", signed(bruna, body(bruna, "model", MODEL)))
    with NodeClient(world.node.url) as client:
        client.sign_in(bruna.key)
        composed = passports.compose(client, body(bruna, "batch", BATCH, lot=BATCH, model=reference(model)))
        batch = _keep(world, "batch", signed(bruna, composed))
        links = {"model": reference(model), "batch": reference(batch)}
        composed = passports.compose(client, body(bruna, "item", ITEM, item=ITEM, **links))
        _keep(world, "item", signed(bruna, composed))
    answer = world.node.client.post(
        "/passports/serials",
        json={"order": order_id(marked(Thing.ORDER)), "identifiers": [RESERVED]},
        headers=world.headers(BRAND),
    )
    assert answer.status_code == 201, answer.text


def _note(thing: Thing, number: int = 0) -> list[dict[str, Any]]:
    return [{"type": "desadv", "bizTransaction": marked(thing, number)}]
