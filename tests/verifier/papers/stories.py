"""Evidence that the papers are made of."""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from protocol.bundle import parse_bundle, serialise
from protocol.checks.credentials import read_records
from protocol.checks.view_form import view_from_json
from scripts.make_vectors.bundles_company import Company, lot, reference
from scripts.make_vectors.bundles_world import World, trust
from tests.verifier.test_bundle_vectors import evidence_of
from verifier.paper.facts import Basis
from verifier.trust import parse_trust
from verifier.verify import verify

if TYPE_CHECKING:
    from protocol.checks.view import ChainView
    from verifier.verify import Result

HOSTILE = (
    "<script>alert(1)</script>", "</desc></svg><svg onload=alert(1)>", "<b>bold</b><para>&lt;", "]]>", "&#0; &unknown;",
    "\u202etxet desrever", "Müller & Söhne «Tintoria»", "A" * 10_000, "\x07bell", "{name}", "%s%n", "株式会社",
    '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", "<![CDATA[x]]>", "<!ENTITY x SYSTEM 'file:///'>",
    "شركة النسيج", "javascript:alert(1)", "\u200b\u200b\u200b", "word " * 2_000, "<font size=900>", "\ufeff\ufffe\uffff", "𝕏" * 60,
)  # fmt: skip

# Three places of Prato, Biella and Bologna.
PLACES = {"PO": ("43.88", "11.09"), "BI": ("45.56", "8.05"), "BO": ("44.49", "11.34")}


@cache
def story(name: str) -> tuple[Result, Basis]:
    """What the verifier finds about a bundle vector, and on what."""
    data, view, pinned = evidence_of(name)
    return judged(data, view_from_json(view), pinned)


def result_of(name: str) -> Result:
    """What the verifier finds about a bundle vector."""
    return story(name)[0]


def judged(data: bytes, view: ChainView | None, pinned: dict[str, Any]) -> tuple[Result, Basis]:
    """Verify bytes as the command does."""
    bundle = parse_bundle(data)
    records, unsound = read_records(bundle.records)
    trusted = parse_trust(json.dumps(pinned).encode())
    return verify(bundle, records, unsound, trusted, view), Basis(bundle, trusted, view)


def told(world: World, target: str) -> tuple[Result, Basis]:
    """What the verifier finds about a lot of a story of our own."""
    bundle = world.bundle(lot(target), None)
    return judged(serialise(bundle), world.view(bundle), trust())


@cache
def hostile() -> tuple[Result, Basis]:
    """Wool goes from hand to hand; each company is called by one text."""
    world = World()
    companies = [world.company(f"company{number}") for number in range(len(HOSTILE))]
    for company, name in zip(companies, HOSTILE, strict=True):
        world.member(company, name=name)
    signed = [companies[0].declare("wool0", "100 KGM")]
    for number, (giver, taker) in enumerate(pairwise(companies)):
        received = taker.receive(shipment := giver.ship(taker, {f"wool{number}": "100 KGM"}))
        made = taker.work("blending", {f"wool{number}": "100 KGM"}, {f"wool{number + 1}": "100 KGM"})
        signed += [shipment, received, made]
    world.head(*signed)
    return told(world, f"wool{len(HOSTILE) - 1}")


@cache
def measured() -> tuple[Result, Basis]:
    """Two mills that say where they are and what their work weighs on the climate: 2 kg and 0.5 kg per kilogram."""
    world = World(clock=1_780_000_000)
    spinner, weaver = world.company("spinner"), world.company("weaver")
    for company, name in ((spinner, "Filatura Prova"), (weaver, "Tessitura Prova")):
        world.member(company, name=name)
    at_prato, at_biella = at("PO"), at("BI")
    wool = spinner.declare("wool", "30 KGM", **at_prato)
    yarn = spinner.work("spinning", {"wool": "30 KGM"}, {"yarn": "30 KGM"}, **at_prato)
    stated = spinner.act("footprint-statement", **footprint("yarn", "60"))
    received = weaver.receive(shipment := spinner.ship(weaver, {"yarn": "30 KGM"}))
    cloth = weaver.work("weaving", {"yarn": "30 KGM"}, {"cloth": "30 KGM"}, **at_biella)
    weighed = weaver.act("footprint-statement", **footprint("cloth", "15"))
    places = [place(spinner, "PO"), place(weaver, "BI")]
    world.head(*places, wool, yarn, stated, shipment, received, cloth, weighed)
    return told(world, "cloth")


def at(province: str) -> dict[str, Any]:
    facility = {"id": reference("facility", province)}
    return {"readPoint": facility, "bizLocation": facility}


def place(company: Company, province: str) -> Any:
    latitude, longitude = PLACES[province]
    subject = {
        "type": "Facility", "id": reference("facility", province), "version": 1, "validFrom": "2020-01-01",
        "name": f"Stabilimento {province}", "party": company.urn, "filiera:participant": company.id.hex(),
        "address": {"country": "IT", "province": province}, "location": {"latitude": latitude, "longitude": longitude},
    }  # fmt: skip
    return company.say("FilieraMasterData", subject)


def footprint(name: str, value: str) -> dict[str, Any]:
    """A statement of `value` kg CO2e for all thirty kilograms."""
    body = {
        "methodVersion": "PEFCR 3.1", "scope": "gate-to-gate", "dataYear": "2026",
        "referenceQuantity": {"quantity": "30", "uom": "KGM"}, "primaryDataShare": "1",
        "categories": [{"category": "climate-change", "value": value, "unit": "kg CO2e"}],
    }  # fmt: skip
    return {
        "quantityList": [{"epcClass": lot(name), "quantity": "30", "uom": "KGM"}],
        "filiera:footprint": body,
    }
