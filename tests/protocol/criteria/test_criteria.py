"""The five criteria on chains small enough to work out by hand; the sum stands beside each figure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from protocol.codes import all_codes
from protocol.criteria.evaluate import catalogue, evaluate
from protocol.criteria.model import Figure
from tests.support.graphs import Chain

BOLOGNA, PRATO = ("44.4949", "11.3426"), ("43.8777", "11.1022")


def figures(chain: Chain, target: str) -> dict[str, Figure]:
    return {
        f"{criterion.id}/{figure.id}": figure
        for criterion in evaluate(chain.evidence(target))
        for figure in criterion.figures
    }


def coat(**changes: Any) -> Chain:
    """Rags from Prato, 80 % of a yarn; woven and dyed in Prato, sewn in Bologna."""
    chain = Chain()
    prato = chain.place("prato", "IT", "PO", PRATO)
    bologna = chain.place("bologna", "IT", "BO", BOLOGNA)
    material = [{"fibre": "polyamide", "share": "1"}]
    chain.step(
        "recycler",
        {},
        {"rags": "140 KGM"},
        act="lot-declared",
        facility=prato,
        **{"filiera:stage": "recovered-waste"},
    )
    chain.step("chemist", {}, {"nylon": "28 KGM"}, act="lot-declared", **{"filiera:material": material})
    chain.step(
        "recycler",
        {"rags": "140 KGM"},
        {"wool": "112 KGM"},
        process="fibre-recycling",
        facility=prato,
        scrap=("28 KGM",),
    )
    chain.step(
        "spinner",
        {"wool": "112 KGM", "nylon": "28 KGM"},
        {"yarn": "126 KGM"},
        process="spinning",
        facility=prato,
        proven=True,
    )
    chain.step(
        "dyer",
        {"yarn": "126 KGM"},
        {"dyed": "120 KGM"},
        process="dyeing",
        facility=prato,
        **changes.pop("dyeing", {}),
    )
    chain.step(
        "sewer", {"dyed": "120 KGM"}, {"coats": "40 C62"}, process="sewing", facility=bologna, **changes
    )
    return chain


def test_companies_and_tiers_are_counted() -> None:
    found = figures(coat(), "coats")
    # recycler, chemist, spinner, dyer, sewer; the longest way: recycler → spinner → dyer → sewer.
    assert found["short-chain/companies"].value == 5
    assert found["short-chain/tiers"].value == 4


def test_a_group_counts_as_one_company() -> None:
    chain = coat()
    chain.groups = dict.fromkeys(("spinner", "dyer"), "Gruppo Prato")
    found = figures(chain, "coats")
    assert (found["short-chain/companies"].value, found["short-chain/tiers"].value) == (4, 3)


def test_kilometres_are_those_of_the_average_gram() -> None:
    # Prato–Bologna is 71 km; only the last way is one between two places, for the whole mass. Nylon's place is not shown:
    # its way to the spinner has 0.2 of the mass. Ways by mass: rags 0.8, wool 0.8, nylon 0.2, yarn 1, dyed 1.
    figure = figures(coat(), "coats")["short-chain/kilometres"]
    assert figure.value == 71
    assert figure.coverage == (Decimal("3.6") / Decimal("3.8")).quantize(Decimal("0.0001"))
    assert figure.missing == (("PLACE_NOT_SHOWN", "nylon"),)


def test_the_share_of_work_in_an_area_counts_steps() -> None:
    found = figures(coat(), "coats")
    # Four working steps, one of them in the province of Bologna; one of four is countersigned.
    assert found["short-chain/in-bologna"].value == Decimal("0.25")
    assert found["short-chain/in-italy"].value == 1
    assert found["short-chain/in-italy"].proven == Decimal("0.25")


def test_recycled_content_goes_through_the_graph() -> None:
    figure = figures(coat(), "coats")["circularity/recycled-content"]
    # rags are 112 of 140 kg of fibre: 0.8; nylon 0.2 of which nothing is recycled.
    assert (figure.value, figure.coverage) == (Decimal("0.8"), 1)
    assert (figure.proven, figure.declared) == (0, 1)


def test_an_origin_without_material_is_unknown_and_not_zero() -> None:
    chain = coat()
    nylon = chain.steps[1]
    chain.subjects[nylon.digest] = {}
    figure = figures(chain, "coats")["circularity/recycled-content"]
    # What is known (the rags) is recycled throughout; a fifth is not known.
    assert (figure.value, figure.coverage) == (1, Decimal("0.8"))
    assert figure.missing == (("MATERIAL_NOT_SHOWN", "nylon"),)


def test_a_certificate_of_somebody_else_makes_it_proven() -> None:
    chain = coat()
    certificate = b"\x01" * 32
    chain.proven.add(certificate)
    chain.subjects[chain.steps[0].digest]["filiera:certificates"] = [{"id": "x", "digest": certificate.hex()}]
    figure = figures(chain, "coats")["circularity/recycled-content"]
    assert (figure.proven, figure.declared) == (Decimal("0.8"), Decimal("0.2"))


def footprint(value: str, quantity: str, uom: str, primary: str | None = "1") -> dict[str, Any]:
    statement: dict[str, Any] = {
        "referenceQuantity": {"quantity": quantity, "uom": uom},
        "categories": [{"category": "climate-change", "value": value, "unit": "kg CO2e"}],
    }
    return {"filiera:footprint": statement | ({"primaryDataShare": primary} if primary else {})}


def test_a_statement_about_the_product_is_taken_as_it_stands() -> None:
    chain = coat()
    chain.say("brand", "footprint-statement", ("coats",), **footprint("720", "40", "C62", "0.6"))
    found = figures(chain, "coats")
    # 720 kg for 40 pieces.
    assert found["footprint/climate-change"].value == 18
    assert found["footprint/primary-data"].value == Decimal("0.6")


def test_statements_of_steps_add_up_by_mass() -> None:
    chain = coat()
    chain.say("spinner", "footprint-statement", ("yarn",), proven=True, **footprint("252", "126", "KGM"))
    chain.say("dyer", "footprint-statement", ("dyed",), **footprint("360", "120", "KGM", "0.5"))
    found = figures(chain, "coats")["footprint/climate-change"]
    # 2 kg/kg + 3 kg/kg; steps by mass: recycling 0.8, spinning 1, dyeing 1, sewing 1 = 3.8, of which 2 are stated.
    assert found.value == 5
    assert found.coverage == (Decimal(2) / Decimal("3.8")).quantize(Decimal("0.0001"))
    assert found.proven == (Decimal(1) / Decimal("3.8")).quantize(Decimal("0.0001"))


def test_no_footprint_is_not_a_footprint_of_zero() -> None:
    figure = figures(coat(), "coats")["footprint/climate-change"]
    assert (figure.value, figure.coverage) == (None, 0)


def test_a_wet_step_without_declaration_is_missing() -> None:
    figure = figures(coat(), "coats")["chemicals/wet-steps-declared"]
    assert (figure.value, figure.coverage) == (None, 0)
    assert figure.missing[0][0] == "CHEMICALS_NOT_DECLARED"


def test_a_declaration_about_the_lot_counts_for_its_step() -> None:
    chain = coat()
    chain.say(
        "dyer", "chemical-declaration", ("dyed",), **{"filiera:mrslLevel": "1", "filiera:substances": []}
    )
    found = figures(chain, "coats")
    assert found["chemicals/wet-steps-declared"].value == 1
    assert found["chemicals/mrsl-level-reached"].value == 1


@pytest.mark.parametrize(
    ("concentration", "over"),
    [
        ({"max": "0.1", "unit": "%"}, 0),
        ({"max": "0.11", "unit": "%"}, 1),
        ({"max": "1000", "unit": "mg/kg"}, 0),
        ({"max": "1001", "unit": "mg/kg"}, 1),
        ({"min": "2", "unit": "g/kg"}, 1),
        ({"max": "5", "unit": "g/l"}, 0),
    ],
)
def test_a_substance_of_very_high_concern_counts_above_a_thousandth(
    concentration: dict[str, str], over: int
) -> None:
    chain = coat()
    substance = {"name": "DEHP", "cas": "117-81-7", "concentration": concentration}
    chain.say("dyer", "chemical-declaration", ("dyed",), **{"filiera:substances": [substance]})
    assert figures(chain, "coats")["chemicals/svhc-over-limit"].value == over


def test_evidence_must_have_been_valid_on_the_day_of_the_work() -> None:
    chain = coat()
    for number, until in enumerate(("2026-03-01", "2026-12-31")):
        validity = {"from": "2026-01-01", "to": until}
        social = {
            "kind": "durc",
            "facility": "bologna" if number else "prato",
            "issuer": "INPS",
            "validity": validity,
        }
        chain.say("sewer", "social-evidence", **{"filiera:social": social, "disposition": "conformant"})
    figure = figures(chain, "coats")["social/evidence-regularity"]
    # Four working steps on 2 March: three in Prato, whose paper ended the day before; one in Bologna.
    assert (figure.value, figure.coverage) == (Decimal("0.25"), Decimal("0.25"))


def test_hours_are_set_against_pieces() -> None:
    chain = coat()
    work = {"facility": "bologna", "month": "2026-03", "hours": {"min": "20", "max": "29"}}
    chain.say("sewer", "work-declaration", **{"filiera:work": work})
    # 40 coats need at least 40 × 45 minutes = 30 hours.
    assert figures(chain, "coats")["social/capacity-plausible"].value == 0
    work["hours"]["max"] = "30"  # type: ignore[index]
    assert figures(chain, "coats")["social/capacity-plausible"].value == 1


def test_what_is_missing_is_said_by_a_code_of_the_list() -> None:
    for figure in figures(coat(), "coats").values():
        for code, _ in figure.missing:
            assert code in all_codes()


def test_the_order_of_the_evidence_changes_nothing() -> None:
    chain = coat()
    first = figures(chain, "coats")
    chain.steps.reverse()
    assert figures(chain, "coats") == first


def test_the_catalogue_names_five_criteria_in_two_languages() -> None:
    entries = catalogue()["criteria"]
    assert [entry["id"] for entry in entries] == [
        "short-chain",
        "circularity",
        "footprint",
        "chemicals",
        "social",
    ]
    assert all(
        entry[language]["name"] and entry[language]["question"]
        for entry in entries
        for language in ("it", "en")
    )


def test_a_statement_per_metre_is_not_read_as_one_per_kilogram() -> None:
    chain = coat()
    chain.say("dyer", "footprint-statement", ("dyed",), **footprint("360", "100", "MTR"))
    assert figures(chain, "coats")["footprint/climate-change"].value is None


def test_work_that_goes_back_is_not_passed_on() -> None:
    chain = coat()
    there = {"filiera:maySubcontract": False, "filiera:subcontractOrder": {"id": "x", "digest": "00"}}
    chain.step("brand", {}, {"kits": "40 C62"}, act="shipment", recipient="sewer", **there)
    chain.step("sewer", {}, {"coats": "40 C62"}, act="shipment", recipient="brand")
    assert figures(chain, "coats")["social/subcontracting-permitted"].value == 1
    chain.step("sewer", {}, {"kits": "40 C62"}, act="shipment", recipient="somebody else")
    assert figures(chain, "coats")["social/subcontracting-permitted"].value == 0
