"""Good graphs with a passport: alone, in a batch, in its second version, and with claims that hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.make_vectors.bundles_case import Stories
from scripts.make_vectors.bundles_company import item, lot
from scripts.make_vectors.bundles_parts import VIRGIN, coats, lot_passport

if TYPE_CHECKING:
    from scripts.make_vectors.bundles_world import World

good = Stories()


@good("passport", codes="ORIGIN_NOT_RAW", figures={"circularity/second-life": "0"})
def passport(world: World) -> str:
    """One coat is born out of its lot and gets a passport of its own, registered by itself."""
    brand, made = coats(world)
    signed = brand.passport("S1", item("coat 1"), made)
    world.head(signed)
    world.register(signed)
    return item("coat 1")


@good("passport-second-version", codes="ORIGIN_NOT_RAW")
def passport_second_version(world: World) -> str:
    """The second version names the first in `replaces`; the ledger holds the second."""
    brand, made = coats(world)
    first = brand.passport("S1", item("coat 1"), made)
    second = brand.passport("S1", item("coat 1"), made, version=2, replaces=first.reference)
    world.head(first)
    world.head(second)
    world.register(second)
    return item("coat 1")


@good("passport-in-a-batch", codes="ORIGIN_NOT_RAW")
def passport_in_a_batch(world: World) -> str:
    """Three passports are registered under one root; the bundle says where this one stands."""
    brand, made = coats(world)
    signed = [brand.passport(f"S{number}", item(f"coat {number}"), made) for number in (1, 2, 3)]
    world.head(*signed)
    world.register(*signed, batch=True)
    return item("coat 2")


@good("passport-end-of-life", codes="ORIGIN_NOT_RAW PASSPORT_END_OF_LIFE")
def passport_end_of_life(world: World) -> str:
    """The coat is at its end of life: worth saying, no reason to refuse."""
    brand, made = coats(world)
    signed = brand.passport("S1", item("coat 1"), made)
    world.head(signed)
    world.register(signed, status=5)
    return item("coat 1")


@good("passport-of-the-prefix-holder", codes="ORIGIN_NOT_RAW")
def passport_of_the_prefix_holder(world: World) -> str:
    """The GTIN belongs to the brand by the coordinator's word; the brand had the coats sewn by others."""
    label = world.company("label", "brand")
    _, made = coats(world)
    world.member(label, registrations=[{"scheme": "gs1-prefix", "number": "9527700"}])
    signed = label.passport("S1", item("coat 1"), made)
    world.head(signed)
    world.register(signed)
    return item("coat 1")


@good("claims-that-hold", codes="", figures={"circularity/recycled-content": "0.2500"})
def claims_that_hold(world: World) -> str:
    """The passport of a blend claims the recycled share that the records give."""
    anna = world.company("anna", "brand")
    made = [
        anna.declare("wool", "75 KGM", **VIRGIN),
        anna.declare("rags", "25 KGM", "recovered-waste"),
        anna.work("blending", {"wool": "75 KGM", "rags": "25 KGM"}, {"blend": "100 KGM"}),
    ]
    claim = {"criterion": "circularity", "figure": "recycled-content = 0.25", "state": "evaluated"}
    signed = lot_passport(anna, "blend", made, criteria=[claim])
    world.head(*made, signed)
    world.register(signed)
    return lot("blend")
