"""Records that are signed and anchored and are none: one thing is wrong in each, and its code says what.

Beside an honest lot of wool, so that the verdict is about the bad record alone. The events' and tokens' own vectors
(tests/vectors/events, front-door) have many more; here stand those that only a whole bundle brings up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scripts.make_vectors.bundles_case import Stories
from scripts.make_vectors.bundles_company import GTIN, lot, reference
from scripts.make_vectors.bundles_parts import lot_passport

if TYPE_CHECKING:
    from scripts.make_vectors.bundles_case import Told
    from scripts.make_vectors.bundles_world import World

bad = Stories()
GS1 = "https://id.gs1.org"

# name → code, why, changes of the passport of the wool.
PASSPORTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "passport-of-another-level": ("PASSPORT_IDENTIFIER", "A lot's passport under a model's identifier.",
        {"id": f"{GS1}/01/{GTIN}"}),
    "passport-of-another-lot": ("PASSPORT_LEVEL", "The identifier names one lot and the passport another.",
        {"lot": f"{GS1}/01/{GTIN}/10/other"}),
    "passport-without-its-past": ("PASSPORT_VERSION", "A second version that replaces nothing.", {"version": 2}),
    "passport-care": ("PASSPORT_CARE", "A care symbol that ISO 3758 does not have.", {"care": ["wash-by-moonlight"]}),
    "passport-shares": ("PASSPORT_SHARES", "Components that make up eleven tenths.",
        {"components": [{"component": "shell", "massShare": "0.9"}, {"component": "lining", "massShare": "0.2"}]}),
    "passport-materials": ("MATERIAL_SHARES", "Fibres that make up nine tenths.",
        {"materials": [{"fibre": "wool", "share": "0.9"}]}),
    "passport-link-half": ("DIGITAL_LINK_FORM", "Half a Digital Link.", {"id": f"{GS1}/01"}),
    "passport-link-order": ("DIGITAL_LINK_ORDER", "Key qualifiers in another order than GS1's.",
        {"id": f"{GS1}/01/{GTIN}/21/S1/10/wool"}),
    "passport-link-without-key": ("DIGITAL_LINK_FORM", "A lot without a trade item.", {"id": f"{GS1}/10/wool"}),
    "passport-link-identifier": ("DIGITAL_LINK_FORM", "An application identifier that GS1 has not.",
        {"id": f"{GS1}/01/{GTIN}/77/wool"}),
    "passport-link-thirteen": ("IDENTIFIER_FORM", "A GTIN of thirteen digits is another spelling of one of fourteen.",
        {"id": f"{GS1}/01/{GTIN[1:]}"}),
    "passport-link-value": ("GS1_VALUE_FORM", "A lot of more than twenty characters.",
        {"id": f"{GS1}/01/{GTIN}/10/a-lot-of-far-too-many-letters"}),
    "passport-check-digit": ("CHECK_DIGIT_WRONG", "The GTIN's check digit is wrong.",
        {"id": f"{GS1}/01/{GTIN[:-1]}9/10/wool"}),
}  # fmt: skip

# name → code, why, subject of a master-data record.
MASTER: dict[str, tuple[str, str, dict[str, Any]]] = {
    "master-data-without-its-past": ("MASTER_DATA_VERSION", "A second version that replaces nothing.", {"version": 2}),
    "master-data-of-a-lot": ("SCHEMA_PATTERN", "A party whose id is a lot's.", {"id": lot("wool")}),
}  # fmt: skip


@bad("shipment-of-nothing", "refused", "SCHEMA_MISMATCH")
def shipment_of_nothing(world: World) -> str:
    """A shipment has a list of lots or one of items, or both; this one has neither."""
    anna, bice = world.company("anna"), world.company("bice")
    world.head(anna.declare("wool", "120 KGM"), anna.act("shipment", **anna.parties(bice)))
    return lot("wool")


@bad("list-that-is-a-number", "refused", "SCHEMA_TYPE")
def list_that_is_a_number(world: World) -> str:
    """Documents are a list, not a number."""
    anna = world.company("anna")
    world.head(anna.declare("wool", "120 KGM"), anna.declare("silk", "1 KGM", **{"filiera:documents": 5}))
    return lot("wool")


@bad("catalogue-unknown", "not proven", "PASSPORT_CATALOGUE_UNKNOWN")
def catalogue_unknown(world: World) -> str:
    """The figures of the passport are of a catalogue that no verifier has."""
    brand = world.company("anna", "brand")
    wool = brand.declare("wool", "120 KGM")
    signed = lot_passport(brand, "wool", [wool], catalogueVersion="2099-1")
    world.head(wool, signed)
    world.register(signed)
    return lot("wool")


def _passport(changes: dict[str, Any]) -> Told:
    def told(world: World) -> str:
        brand = world.company("anna", "brand")
        wool = brand.declare("wool", "120 KGM")
        world.head(wool, lot_passport(brand, "wool", [wool], **changes))
        return lot("wool")

    return told


def _master(changes: dict[str, Any]) -> Told:
    def told(world: World) -> str:
        anna = world.company("anna")
        subject = {
            "type": "Party", "id": reference("party", "anna"), "version": 1, "validFrom": "2020-01-01",
            "name": "Anna", "filiera:participant": anna.id.hex(),
        } | changes  # fmt: skip
        world.head(anna.declare("wool", "120 KGM"), anna.say("FilieraMasterData", subject))
        return lot("wool")

    return told


def _collect() -> None:
    for kind, cases in ((_passport, PASSPORTS), (_master, MASTER)):
        for name, (code, why, changes) in cases.items():
            told = kind(changes)
            told.__doc__ = why
            bad(name, "refused", code)(told)


_collect()
