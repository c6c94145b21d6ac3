"""A passport shown with a garment: whose is it, and is it that garment's? The evidence may come from a thief."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from protocol.bundle_model import BundleRecord
from protocol.checks.credentials import Sound
from protocol.checks.passports import check_passports, judged_of
from protocol.history import read_history
from protocol.templates import credential_template
from tests.support.makers import Maker
from tests.support.passports import BATCH, GTIN, MODEL, body, made_by, reference, signed

if TYPE_CHECKING:
    from protocol.records import Record

GOODS = [{"epcClass": BATCH, "quantity": "2", "uom": "C62"}]
FIRST = [{"lot": BATCH, "lotSeq": 0, "before": "0", "after": "2", "uom": "C62"}]


@pytest.fixture
def brand() -> Maker:
    return Maker("brand", ("brand", "supplier"))


@pytest.fixture
def thief() -> Maker:
    return Maker("thief", ("brand",))


@pytest.fixture
def stock(brand: Maker) -> Record:
    return brand.sign(brand.subject("opening-stock", quantityList=GOODS, **{"filiera:account": FIRST}))


def passport(maker: Maker, stock: Record, **changes: object) -> Record:
    model = signed(maker, body(maker, "model", MODEL))
    facts = {"lot": BATCH, "model": reference(model)} | made_by(stock) | changes
    return signed(maker, body(maker, "batch", BATCH, **facts), len(changes))


def membership(member: Maker, prefix: str) -> Record:
    subject = {
        "type": "Membership", "id": member.urn, "name": member.name, "country": "IT", "roles": ["brand"],
        "registrations": [{"scheme": "gs1-prefix", "number": prefix}], "identityAssurance": "register",
    }  # fmt: skip
    claims = credential_template(subject, issuer=Maker("coordinator").key.public.did)
    claims |= {
        "id": "urn:uuid:11111111-1111-4111-8111-111111111111",
        "type": ["VerifiableCredential", "FilieraMembership"],
    }
    return Maker("coordinator").sign_claims(claims)


def judged(stock: Record, *arrived: Record, members: tuple[Record, ...] = ()) -> list[str]:
    """The codes found when these passports stand in the log in this order."""
    history = read_history(BATCH, [stock], members, ())
    places = [Sound(each, BundleRecord(each.token, bytes(32), at, 1)) for at, each in enumerate(arrived)]
    return [each.code for each in check_passports(history, judged_of(BATCH, places[::-1], members), None)]


def test_the_brands_own_passport_stands(brand: Maker, stock: Record) -> None:
    assert judged(stock, passport(brand, stock)) == []


def test_a_thiefs_registered_passport_about_anothers_garment_is_refused(
    brand: Maker, thief: Maker, stock: Record
) -> None:
    assert judged(stock, passport(thief, stock)) == ["PASSPORT_NOT_OF_ISSUER"]


def test_a_thiefs_higher_version_does_not_take_the_brands_place(
    brand: Maker, thief: Maker, stock: Record
) -> None:
    own = passport(brand, stock)
    higher = passport(thief, stock, version=2, replaces=reference(own), graphDigest="0" * 64)
    assert judged(stock, own, higher) == []


def test_a_number_is_judged_by_its_prefix_and_not_by_who_came_first(
    brand: Maker, thief: Maker, stock: Record
) -> None:
    squat, own = passport(thief, stock, graphDigest="0" * 64), passport(brand, stock)
    assert judged(stock, squat, own, members=(membership(brand, GTIN[1:8]),)) == []
    assert judged(stock, own, members=(membership(thief, GTIN[1:8]),)) == ["GTIN_NOT_OF_ISSUER"]


def test_the_version_in_force_is_judged_and_not_the_loudest(brand: Maker, stock: Record) -> None:
    own = passport(brand, stock)
    second = passport(brand, stock, version=2, replaces=reference(own), graphDigest="1" * 64)
    unlinked = passport(brand, stock, version=9, replaces=reference(stock))
    assert judged(stock, own, second, unlinked) == ["GRAPH_DIGEST_MISMATCH"]


def test_a_brand_cannot_claim_more_recycled_wool_than_came_in_nor_a_fibre_that_nobody_brought(
    brand: Maker,
) -> None:
    wool = [{"fibre": "wool", "share": "0.8", "recycled": "0.5"}, {"fibre": "polyamide", "share": "0.2"}]
    facts = {"filiera:stage": "garment", "filiera:material": wool, "filiera:account": FIRST}
    stock = brand.sign(brand.subject("opening-stock", quantityList=GOODS, **facts))

    def claiming(*materials: dict[str, str]) -> list[str]:
        shell = {"component": "shell", "massShare": "1", "materials": list(materials)}
        return judged(stock, passport(brand, stock, components=[shell]))

    assert claiming(*wool) == []
    assert claiming({"fibre": "wool", "share": "0.8", "recycled": "0.4"}, wool[1]) == []
    more = "PASSPORT_CLAIM_CONTRADICTED"
    assert claiming({"fibre": "wool", "share": "0.8", "recycled": "0.6"}, wool[1]) == [more]
    assert claiming({"fibre": "cashmere", "share": "0.8"}, wool[1]) == [more]


def test_figures_of_a_catalogue_that_is_not_known_are_not_called_right(brand: Maker, stock: Record) -> None:
    assert judged(stock, passport(brand, stock, catalogueVersion="2031-1")) == ["PASSPORT_CATALOGUE_UNKNOWN"]


def test_a_figure_that_the_records_do_not_give_is_named(brand: Maker, stock: Record) -> None:
    claim = {"criterion": "short-chain", "state": "evaluated", "figure": "companies = 40", "unit": "C62"}
    said = passport(brand, stock, criteria=[claim | {"proven": "1", "declared": "0"}])
    assert judged(stock, said) == ["PASSPORT_CLAIM_CONTRADICTED"]
