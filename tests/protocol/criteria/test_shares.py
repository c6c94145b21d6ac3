"""Mass follows the goods; every number here is worked out by hand in the comment beside it."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from protocol.criteria.shares import mass_shares
from tests.support.graphs import Chain


def shares_of(chain: Chain, target: str) -> dict[str, Decimal]:
    found = mass_shares(target, chain.steps, chain.subjects)
    return {lot: share.quantize(Decimal("0.0001")) for lot, share in found.lots.items()}


def test_two_fibres_make_up_a_yarn() -> None:
    chain = Chain()
    chain.step("recycler", {}, {"wool": "112 KGM"})
    chain.step("chemist", {}, {"nylon": "28 KGM"})
    chain.step("spinner", {"wool": "112 KGM", "nylon": "28 KGM"}, {"yarn": "126 KGM"}, scrap=("14 KGM",))
    # 112 / 140 and 28 / 140, whatever was lost on the way.
    assert shares_of(chain, "yarn") == {"yarn": Decimal(1), "wool": Decimal("0.8"), "nylon": Decimal("0.2")}


def test_cloth_in_metres_weighs_grammage_times_width() -> None:
    chain = Chain()
    chain.step("spinner", {}, {"yarn": "126 KGM"})
    parameters = {"filiera:parameters": {"grammage": "400", "width": "150"}}
    chain.step("weaver", {"yarn": "126 KGM"}, {"cloth": "150 MTR"}, **parameters)
    chain.step("trader", {}, {"buttons": "3 KGM"})
    # 10 m of cloth weigh 10 × 1.5 m × 0.4 kg/m² = 6 kg; with 3 kg of buttons 6/9 and 3/9.
    chain.step("sewer", {"cloth": "10 MTR", "buttons": "3 KGM"}, {"coats": "4 C62"})
    found = shares_of(chain, "coats")
    assert (found["cloth"], found["yarn"], found["buttons"]) == (
        Decimal("0.6667"),
        Decimal("0.6667"),
        Decimal("0.3333"),
    )


def test_cloth_that_states_no_weight_weighs_what_went_into_it() -> None:
    chain = Chain()
    chain.step("spinner", {}, {"yarn": "100 KGM"})
    chain.step("weaver", {"yarn": "100 KGM"}, {"cloth": "190 MTR"}, scrap=("5 KGM",))
    chain.step("knitter", {}, {"lining": "5 KGM"})
    # 95 kg in 190 m are 0.5 kg a metre: 10 m weigh 5 kg, as much as the lining.
    chain.step("sewer", {"cloth": "10 MTR", "lining": "5 KGM"}, {"coats": "4 C62"})
    assert shares_of(chain, "coats")["cloth"] == Decimal("0.5")


def test_what_cannot_be_weighed_is_named_and_not_guessed() -> None:
    chain = Chain()
    chain.step("weaver", {}, {"cloth": "10 KGM"})
    chain.step("trader", {}, {"buttons": "20 C62"})
    chain.step("sewer", {"cloth": "10 KGM", "buttons": "20 C62"}, {"coats": "4 C62"})
    found = mass_shares("coats", chain.steps, chain.subjects)
    assert found.unweighed == ("buttons",)
    assert "buttons" not in found.lots


def test_a_lot_from_two_steps_counts_by_what_each_made_of_it() -> None:
    chain = Chain()
    chain.step("a", {}, {"wool": "30 KGM"})
    chain.step("b", {}, {"silk": "10 KGM"})
    chain.step("spinner", {"wool": "30 KGM"}, {"yarn": "30 KGM"})
    chain.step("spinner", {"silk": "10 KGM"}, {"yarn": "10 KGM"})
    assert shares_of(chain, "yarn") == {"yarn": Decimal(1), "wool": Decimal("0.75"), "silk": Decimal("0.25")}


def test_rework_adds_nothing() -> None:
    chain = Chain()
    chain.step("weaver", {}, {"cloth": "10 KGM"})
    chain.step("finisher", {"cloth": "10 KGM"}, {"cloth#2": "10 KGM"})
    assert shares_of(chain, "cloth#2") == {"cloth#2": Decimal(1), "cloth": Decimal(1)}


def test_a_cycle_ends() -> None:
    chain = Chain()
    chain.step("x", {"b": "1 KGM"}, {"a": "1 KGM"})
    chain.step("x", {"a": "1 KGM"}, {"b": "1 KGM"})
    assert mass_shares("a", chain.steps, chain.subjects).lots["a"] >= 1


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_parts_add_up_whatever_the_order(masses: list[int], random: object) -> None:
    chain = Chain()
    for index, mass in enumerate(masses):
        chain.step("maker", {}, {f"lot {index}": f"{mass} KGM"})
    inputs = {f"lot {index}": f"{mass} KGM" for index, mass in enumerate(masses)}
    chain.step("mixer", inputs, {"mix": f"{sum(masses)} KGM"})
    first = mass_shares("mix", chain.steps, chain.subjects).lots
    random.shuffle(chain.steps)  # type: ignore[attr-defined]
    assert mass_shares("mix", chain.steps, chain.subjects).lots == first
    total = sum(share for lot, share in first.items() if lot != "mix")
    assert abs(total - 1) < Decimal("1e-20")


def test_alike_goods_of_unknown_mass_count_by_amount() -> None:
    chain = Chain()
    for number, pieces in enumerate((10, 30)):
        chain.step("sewer", {}, {f"coats {number}": f"{pieces} C62"})
    chain.step("embroiderer", {"coats 0": "10 C62", "coats 1": "30 C62"}, {"coats": "40 C62"})
    found = shares_of(chain, "coats")
    assert (found["coats 0"], found["coats 1"]) == (Decimal("0.25"), Decimal("0.75"))
