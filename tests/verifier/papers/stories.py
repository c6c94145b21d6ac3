"""Evidence that the papers are made of."""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from protocol.bundle import parse_bundle, serialise
from protocol.checks.credentials import read_records
from protocol.checks.view_form import view_from_json
from scripts.make_vectors.bundles_company import lot
from scripts.make_vectors.bundles_world import World, trust
from tests.verifier.test_bundle_vectors import evidence_of
from verifier.trust import parse_trust
from verifier.verify import verify

if TYPE_CHECKING:
    from verifier.verify import Result

HOSTILE = (
    "<script>alert(1)</script>", "</desc></svg><svg onload=alert(1)>", "<b>bold</b><para>&lt;", "]]>", "&#0; &unknown;",
    "\u202etxet desrever", "Müller & Söhne «Tintoria»", "A" * 10_000, "\x07bell", "{name}", "%s%n", "株式会社",
)  # fmt: skip


@cache
def result_of(name: str) -> Result:
    """What the verifier finds about a bundle vector."""
    data, view, pinned = evidence_of(name)
    bundle = parse_bundle(data)
    records, unsound = read_records(bundle.records)
    return verify(bundle, records, unsound, parse_trust(json.dumps(pinned).encode()), view_from_json(view))


@cache
def hostile() -> Result:
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
    bundle = world.bundle(lot(f"wool{len(HOSTILE) - 1}"), None)
    read = parse_bundle(serialise(bundle))
    records, unsound = read_records(read.records)
    return verify(read, records, unsound, parse_trust(json.dumps(trust()).encode()), world.view(bundle))
