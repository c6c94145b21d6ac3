"""A bad lot of dye: which garments have it, which have not, who holds them, and by which way it came."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.accounts import Entry
from protocol.custody import build_graph, making
from protocol.errors import FormatError
from protocol.goods import LotRefs, Movement
from protocol.kpis.deeds import Period
from protocol.recall import IN_TRANSIT, SOLD, Affected, recall
from protocol.steps import Step
from tests.support.graphs import Chain


def born(chain: Chain, holder: str, lot: str, *items: str) -> Step:
    """Single garments out of a lot of pieces."""
    step = chain.step(holder, {lot: f"{len(items)} C62"}, dict.fromkeys(items, "1 C62"), act="garment-born")
    pieces = tuple(move._replace(is_item=True) for move in step.goods.produced)
    chain.steps[-1] = replace(step, goods=replace(step.goods, produced=pieces))
    return chain.steps[-1]


def dye_house() -> Chain:
    """Two lots of dye, two baths, two cloths, five garments; one cloth is dyed again; offcuts of both are merged."""
    chain = Chain()
    chain.step("chemist", {}, {"bad dye": "5 KGM"}, **{"filiera:stage": "chemical"})
    chain.step("chemist", {}, {"good dye": "5 KGM"}, **{"filiera:stage": "chemical"})
    chain.step("weaver", {}, {"cloth": "100 KGM"})
    chain.step("dyer", {"bad dye": "2 KGM"}, {"bath 1": "200 KGM"})
    chain.step("dyer", {"good dye": "2 KGM"}, {"bath 2": "200 KGM"})
    chain.step(
        "dyer",
        {"bath 1": "200 KGM", "cloth": "60 KGM"},
        {"red": "60 KGM"},
        process="dyeing",
        facility="prato",
    )
    chain.step(
        "dyer",
        {"bath 2": "200 KGM", "cloth": "40 KGM"},
        {"blue": "40 KGM"},
        process="dyeing",
        facility="prato",
    )
    chain.step("dyer", {"red": "60 KGM"}, {"red#2": "58 KGM"}, process="rework", scrap=("2 KGM",))
    chain.step("sewer", {"red#2": "40 KGM"}, {"red coats": "2 C62"}, process="sewing")
    chain.step("sewer", {"blue": "30 KGM"}, {"blue coats": "2 C62"}, process="sewing")
    # Offcuts of both cloths go into one lot, and of that one coat is sewn: it may have the dye.
    chain.step("sewer", {"red#2": "5 KGM", "blue": "5 KGM"}, {"offcuts": "10 KGM"}, process="assembling")
    chain.step("sewer", {"offcuts": "10 KGM"}, {"patchwork": "1 C62"}, process="sewing")
    born(chain, "sewer", "red coats", "coat 1", "coat 2")
    born(chain, "sewer", "blue coats", "coat 3", "coat 4")
    born(chain, "sewer", "patchwork", "coat 5")
    return chain


def touched(chain: Chain, name: str, **more: Any) -> dict[str, Affected]:
    return {each.lot: each for each in recall(name, chain.steps, chain.subjects, **more).affected}


def test_a_bad_dye_is_in_three_of_five_garments() -> None:
    chain = dye_house()
    found = recall("bad dye", chain.steps, chain.subjects)
    assert [each.lot for each in found.items] == ["coat 1", "coat 2", "coat 5"]
    assert {each.lot for each in found.affected if not each.is_item} == {
        "bad dye", "bath 1", "red", "red#2", "red coats", "offcuts", "patchwork",
    }  # fmt: skip
    assert [each.lot for each in found.affected][:3] == ["bad dye", "bath 1", "red"], (
        "what was asked about first"
    )


def test_the_way_is_told_record_by_record() -> None:
    chain = dye_house()
    path = touched(chain, "bad dye")["coat 5"].path
    assert [way.lot for way in path] == [
        "bad dye",
        "bath 1",
        "red",
        "red#2",
        "offcuts",
        "patchwork",
        "coat 5",
    ]
    assert path[0].digest is None
    by_digest = {step.digest: step for step in chain.steps}
    for before, way in pairwise(path):
        step = by_digest[way.digest or b""]
        assert before.lot in step.goods.names("consumed")
        assert way.lot in step.goods.names("produced")


def test_quantities_and_holders() -> None:
    found = touched(dye_house(), "bad dye")
    assert (found["red"].made, found["red"].unit, found["red"].held) == (Decimal(60), "KGM", ())
    (dye,) = found["bad dye"].held
    assert (dye.party, dye.amount) == ("chemist", Decimal(5)), "what the dyer used, the chemist never sent"
    (reworked,) = found["red#2"].held
    assert (reworked.party, reworked.amount) == ("dyer", Decimal(58))
    (coat,) = found["coat 1"].held
    assert (coat.party, coat.state, coat.amount) == ("sewer", "held", Decimal(1))


def test_a_correction_takes_out_what_only_it_touched() -> None:
    chain = dye_house()
    merge = next(step for step in chain.steps if "offcuts" in step.goods.names("produced"))
    correction = replace(merge, digest=b"\xfe" * 32, id="correction", corrects=(merge.id, merge.digest))
    chain.steps.append(correction)
    found = recall("bad dye", chain.steps, chain.subjects)
    assert [each.lot for each in found.items] == ["coat 1", "coat 2"]
    stranger = replace(correction, signer="a rival")
    chain.steps[-1] = stranger
    assert len(recall("bad dye", chain.steps, chain.subjects).items) == 3, "nobody corrects for others"


def test_goods_on_the_way_and_sold() -> None:
    chain = dye_house()
    sent = chain.step("sewer", {}, {"coat 1": "1 C62"}, act="shipment", recipient="shop")
    chain.step("sewer", {}, {"coat 2": "1 C62"}, act="shipment", recipient="shop")
    found = touched(chain, "bad dye")
    assert [(held.party, held.state) for held in found["coat 1"].held] == [("shop", IN_TRANSIT)]
    arrived = replace(
        sent, digest=b"\xfd" * 32, id="receipt", act="receipt", signer="shop", holder="shop", recipient=None,
        answers=(sent.id, sent.digest), goods=LotRefs(received=(Movement("coat 1", Decimal(1), "C62", "received", ""),)),
    )  # fmt: skip
    sale = replace(
        sent, digest=b"\xfc" * 32, id="sale", act="retail-sale", signer="shop", holder="shop", recipient=None,
        goods=LotRefs(sent=(Movement("coat 1", Decimal(1), "C62", "sent", ""),)),
    )  # fmt: skip
    chain.steps += [arrived]
    assert [(held.party, held.state) for held in touched(chain, "bad dye")["coat 1"].held] == [
        ("shop", "held")
    ]
    chain.steps += [sale]
    assert [(held.party, held.state) for held in touched(chain, "bad dye")["coat 1"].held] == [(None, SOLD)]
    assert [(held.party, held.state) for held in touched(chain, "bad dye")["coat 2"].held] == [
        ("shop", IN_TRANSIT)
    ]


def test_the_newest_entry_of_an_account_says_what_is_left() -> None:
    chain = Chain()
    step = chain.step("chemist", {}, {"dye": "5 KGM"})
    entries = [
        Entry("dye", number, None, after, "KGM", None, "")
        for number, after in ((1, Decimal(2)), (0, Decimal(5)))
    ]
    chain.steps[-1] = replace(step, entries=tuple(entries))
    assert touched(chain, "dye")["dye"].held[0].amount == Decimal(2)
    chain.steps[-1] = replace(step, entries=(Entry("dye", 0, None, None, "KGM", None, ""),))
    assert touched(chain, "dye")["dye"].held[0].amount is None


def test_a_repaired_piece_has_its_parts() -> None:
    chain = Chain()
    chain.step("trader", {}, {"zips": "10 C62"})
    step = chain.step("mender", {"zips": "1 C62"}, {}, act="repair")
    chain.steps[-1] = replace(
        step,
        goods=replace(
            step.goods, observed=(Movement("coat", Decimal(1), "C62", "observed", "", is_item=True),)
        ),
    )
    assert [each.lot for each in recall("zips", chain.steps, chain.subjects).items] == ["coat"]


def test_a_facility_touches_what_it_made_in_a_period() -> None:
    chain = dye_house()
    assert {"red", "blue", "coat 3"} <= touched(chain, "prato").keys()
    assert touched(chain, "prato", period=Period("2027-01-01", "2027-12-31")) == {}
    assert touched(chain, "prato")["red"].path[0].lot == "prato"


@pytest.mark.parametrize("name", ["urn:filiera:certificate:x", "ce" * 32])
def test_a_certificate_touches_what_cites_it_and_what_it_names(name: str) -> None:
    chain = dye_house()
    chain.subjects[bytes.fromhex("ce" * 32)] = {"id": "urn:filiera:certificate:x", "lots": ["bath 2"]}
    maker = next(step for step in chain.steps if "red coats" in step.goods.names("produced"))
    chain.subjects[maker.digest] = {"filiera:certificates": [{"id": "urn:uuid:1", "digest": "ce" * 32}]}
    found = recall(name, chain.steps, chain.subjects)
    assert {each.lot for each in found.items} == {"coat 1", "coat 2", "coat 3", "coat 4", "coat 5"}
    assert "red#2" not in {each.lot for each in found.affected}


def test_what_nobody_names_is_said() -> None:
    with pytest.raises(FormatError) as refused:
        recall("dye that never was", dye_house().steps, {})
    assert refused.value.code == "RECALL_UNKNOWN"


@st.composite
def any_graph(draw: st.DrawFn) -> Chain:
    """Steps that each make a lot out of some lots before it."""
    chain, lots = Chain(), ["lot 0"]
    chain.step("maker", {}, {"lot 0": "1 KGM"})
    for number in range(1, draw(st.integers(2, 12))):
        into = draw(st.lists(st.sampled_from(lots), max_size=3, unique=True))
        chain.step("maker", dict.fromkeys(into, "1 KGM"), {f"lot {number}": "1 KGM"})
        lots.append(f"lot {number}")
    return chain


@given(any_graph(), st.randoms(use_true_random=False))
def test_a_lot_is_touched_if_and_only_if_it_was_made_of_it(chain: Chain, random: Any) -> None:
    """Forward finds what the walk back from each lot finds, whatever the order of the records."""
    graph = build_graph(chain.steps)
    found = touched(chain, "lot 0")
    for lot in graph.made:
        behind = {name for step in making(graph, lot) for name in step.goods.names("consumed")}
        assert (lot in found) == (lot == "lot 0" or "lot 0" in behind)
    random.shuffle(chain.steps)
    assert touched(chain, "lot 0") == found
