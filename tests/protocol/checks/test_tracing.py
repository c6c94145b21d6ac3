"""How far back: what began raw, what was bought in, and what could not be weighed."""

from __future__ import annotations

import json
import random
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from scripts.make_vectors.bundles_company import goods, lot
from scripts.make_vectors.bundles_world import World, trust
from tests.support.simulator import Network, judge, random_network
from verifier.report import to_json, to_text
from verifier.trust import parse_trust


def judged(world: World, target: str):
    bundle = world.bundle(target)
    return judge(bundle, world.view(bundle), parse_trust(json.dumps(trust()).encode()))


def blended(raw: int, bought: int):
    """Raw wool and bought-in yarn under one roof."""
    world = World()
    anna = world.company("anna")
    world.head(
        anna.declare("wool", f"{raw} KGM"),
        anna.declare("bought", f"{bought} KGM", "yarn"),
        anna.work(
            "blending", {"wool": f"{raw} KGM", "bought": f"{bought} KGM"}, {"blend": f"{raw + bought} KGM"}
        ),
    )
    return judged(world, lot("blend"))


@given(st.integers(1, 500), st.integers(1, 500))
def test_the_share_that_begins_raw_is_that_of_its_mass(raw: int, bought: int) -> None:
    traced = blended(raw, bought).traced
    assert traced.raw == (Decimal(raw) / (raw + bought)).quantize(Decimal("0.0001"))
    assert [(stop.lot, stop.stage) for stop in traced.stops] == [(lot("bought"), "yarn")]
    assert traced.known == 1


def test_opening_stock_has_no_past_whatever_it_is_made_of() -> None:
    world = World()
    anna = world.company("anna")
    stock = anna.act("opening-stock", quantityList=goods({"wool": "50 KGM"}), **{"filiera:stage": "fibre"})
    world.head(stock, anna.work("spinning", {"wool": "50 KGM"}, {"yarn": "50 KGM"}))
    traced = judged(world, lot("yarn")).traced
    assert (traced.raw, [stop.stage for stop in traced.stops]) == (0, ["fibre"])


def test_the_report_says_what_it_stops_at() -> None:
    result = blended(30, 10)
    assert to_json(result, "en")["traced"]["stops"][0]["share"] == "0.2500"
    assert "traced back to: yarn, 25 %" in to_text(result, "en")
    assert "si ferma a: yarn, 25 %" in to_text(result, "it")


@given(st.integers(0, 2**32))
def test_shares_never_exceed_the_whole(seed: int) -> None:
    network, target = random_network(random.Random(seed))
    assert isinstance(network, Network)
    traced = judge(network.bundle(target), network.view()).traced
    assert 0 <= traced.raw <= traced.known <= Decimal("1.0001")
