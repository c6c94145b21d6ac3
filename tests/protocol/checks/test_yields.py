"""How much of how much: bands, honest gains, and material that is looked for far back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.balance import Gain, check_balance
from protocol.checks.yields import Material, check_yields, gain_of
from protocol.criteria.evaluate import CURRENT, catalogue
from protocol.goods import Movement
from protocol.vocabulary import vocabulary
from tests.support.graphs import Chain

WOOL = {"filiera:material": [{"fibre": "wool", "share": "1"}]}
CENTS = st.integers(1, 30_000).map(lambda cents: Decimal(cents) / 100)


def material_of(chain: Chain) -> Material:
    makers: dict[str, list] = {}
    for step in chain.steps:
        for lot in step.goods.names("produced"):
            makers.setdefault(lot, []).append(step)
    return Material(makers, chain.subjects)


def products(chain: Chain) -> None:
    """What `Chain` makes stands in the list of products."""
    for number, step in enumerate(chain.steps):
        made = tuple(
            Movement(m.lot, m.quantity, m.unit, m.effect, "/outputQuantityList/0")
            for m in step.goods.produced
        )
        object.__setattr__(chain.steps[number].goods, "produced", made)


def spun(made: str, **claims: object) -> Chain:
    chain = Chain()
    chain.step("anna", {}, {"wool": "100 KGM"}, act="lot-declared", **WOOL)
    chain.step("anna", {"wool": "100 KGM"}, {"yarn": f"{made} KGM"}, process="spinning", **claims)
    products(chain)
    return chain


def said(chain: Chain) -> set[str]:
    return {found.code for found in check_yields(chain.steps, material_of(chain))}


@given(CENTS)
def test_a_yield_is_asked_about_exactly_outside_its_band(made: Decimal) -> None:
    low, high = (Decimal(bound) for bound in catalogue(CURRENT)["yieldBands"]["spinning"]["default"])
    assert ("YIELD_OUT_OF_BAND" in said(spun(f"{made:f}"))) == (not low <= made / 100 <= high)


@given(st.decimals(0, 60, places=2), st.decimals(0, 60, places=2))
def test_no_stated_moisture_makes_more_than_the_allowance_of_the_fibre(
    before: Decimal, after: Decimal
) -> None:
    chain = spun(
        "90",
        **{
            "filiera:parameters": {
                "moistureIn": f"{before.normalize():f}",
                "moistureOut": f"{after.normalize():f}",
            }
        },
    )
    gain = gain_of(chain.steps[1], material_of(chain))
    allowance = Decimal(catalogue(CURRENT)["moistureAllowances"]["wool"])
    assert 1 <= gain.moisture <= 1 + allowance
    assert gain.moisture == 1 or after > before


def test_synthetics_drink_next_to_nothing() -> None:
    chain = spun(
        "90",
        **{
            "filiera:parameters": {"moistureIn": "0", "moistureOut": "17"},
            "filiera:material": [{"fibre": "polyester", "share": "1"}],
        },
    )
    assert gain_of(chain.steps[1], material_of(chain)).moisture == Decimal("1.015")


@given(CENTS, CENTS, CENTS)
def test_what_is_not_explained_is_a_gain(went: Decimal, came: Decimal, dye: Decimal) -> None:
    chain = Chain()
    chain.step("anna", {"wool": f"{went:f} KGM"}, {"dyed": f"{came:f} KGM"}, process="dyeing")
    gains = {chain.steps[0].digest: Gain(substances=dye)}
    found = {each.code for each in check_balance(chain.steps, (), gains)}
    assert ("BALANCE_GAIN" in found) == (came > went + dye)


def test_dye_is_not_what_a_yield_is_about() -> None:
    chain = Chain()
    chain.step("anna", {}, {"wool": "100 KGM"}, act="lot-declared", **WOOL)
    chain.step("anna", {}, {"dye": "60 KGM"}, act="lot-declared", **{"filiera:stage": "chemical"})
    chain.step("anna", {"wool": "100 KGM", "dye": "60 KGM"}, {"dyed": "90 KGM"}, process="dyeing")
    products(chain)
    assert said(chain) == set()


def test_material_is_found_at_the_end_of_a_long_chain() -> None:
    chain = Chain()
    chain.step("anna", {}, {"lot 0": "100 KGM"}, act="lot-declared", **WOOL)
    for number in range(3_000):
        chain.step(
            "anna", {f"lot {number}": "100 KGM"}, {f"lot {number + 1}": "100 KGM"}, process="inspection"
        )
    assert material_of(chain).of_step(chain.steps[-1]) == {"wool"}


def test_goods_made_of_themselves_are_of_nothing_known() -> None:
    chain = Chain()
    chain.step("anna", {"a": "1 KGM"}, {"b": "1 KGM"}, process="spinning")
    chain.step("anna", {"b": "1 KGM"}, {"a": "1 KGM"}, process="spinning")
    assert material_of(chain).of_step(chain.steps[0]) == frozenset()


@pytest.mark.parametrize("fibre", sorted(catalogue(CURRENT)["moistureAllowances"]))
def test_every_allowance_is_that_of_a_known_fibre(fibre: str) -> None:
    assert fibre in vocabulary("materials")["fibres"]


@pytest.mark.parametrize("process", sorted(catalogue(CURRENT)["yieldBands"]))
def test_every_band_is_of_a_known_process_and_material_and_holds_something(process: str) -> None:
    bands = catalogue(CURRENT)["yieldBands"][process]
    groups = {each["group"] for each in vocabulary("materials")["fibres"].values()} | {"default"}
    assert process in vocabulary("processes")["processes"]
    assert bands.keys() <= groups
    assert all(Decimal(low) < Decimal(high) for low, high in bands.values())
    assert "default" in bands
