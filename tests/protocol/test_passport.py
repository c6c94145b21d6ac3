"""What a passport may be: identity, links, versions, batches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import merkle
from protocol.errors import FilieraError, PassportError
from protocol.hashing import passport_id
from protocol.kinds import check_record
from protocol.passport import (
    batch_leaf,
    check_passport,
    ensure_linked,
    ensure_version,
    gtin_of,
    in_force,
    requirements,
)
from protocol.passport_batch import Batch
from protocol.schema import load
from protocol.vocabulary import vocabulary
from tests.support.makers import Maker
from tests.support.passports import BATCH, GS1, GTIN, ITEM, MODEL, body, reference, signed

if TYPE_CHECKING:
    from protocol.records import Record

BRAND = Maker("brand", ("brand",))
REFERENCE = {"id": "urn:uuid:00000000-0000-4000-8000-000000000001", "digest": "2" * 64}
VECTOR = Path(__file__).resolve().parents[1] / "vectors" / "chain" / "passport_batch.json"


def linked(level: str, identifier: str, **changes: Any) -> dict[str, Any]:
    above = {
        "batch": {"model": REFERENCE, "lot": BATCH},
        "item": {"model": REFERENCE, "batch": REFERENCE, "item": ITEM},
    }
    return body(BRAND, level, identifier, **(above.get(level, {}) | changes))


@pytest.mark.parametrize(("level", "identifier"), [("model", MODEL), ("batch", BATCH), ("item", ITEM)])
def test_each_level_has_its_own_identifier(level: str, identifier: str) -> None:
    check_passport(linked(level, identifier))
    check_record(signed(BRAND, linked(level, identifier)))


@pytest.mark.parametrize(
    ("level", "identifier", "code"),
    [
        ("model", ITEM, "PASSPORT_IDENTIFIER"),
        ("item", MODEL, "PASSPORT_IDENTIFIER"),
        ("batch", f"{GS1}/01/{GTIN}/10/L2", "PASSPORT_LEVEL"),
        ("item", f"{GS1}/01/{GTIN}/21/S2", "PASSPORT_LEVEL"),
    ],
)
def test_another_identifier_is_refused(level: str, identifier: str, code: str) -> None:
    with pytest.raises(PassportError, match=code):
        check_passport(linked(level, identifier))


def test_a_wrong_check_digit_is_refused() -> None:
    wrong = f"{GS1}/01/{GTIN[:-1]}{(int(GTIN[-1]) + 1) % 10}"
    with pytest.raises(FilieraError, match="CHECK_DIGIT"):
        check_record(signed(BRAND, linked("model", wrong)))


def test_fibres_must_add_up() -> None:
    materials = [{"fibre": "wool", "share": "0.8"}, {"fibre": "polyamide", "share": "0.1"}]
    with pytest.raises(FilieraError, match="MATERIAL_SHARES"):
        check_record(
            signed(BRAND, linked("model", MODEL, components=[{"component": "shell", "materials": materials}]))
        )


def test_component_shares_must_add_up() -> None:
    components = [{"component": "shell", "massShare": "0.9"}, {"component": "lining", "massShare": "0.2"}]
    with pytest.raises(PassportError, match="PASSPORT_SHARES"):
        check_passport(linked("model", MODEL, components=components))


@pytest.mark.parametrize("missing", ["batch", "model", "item"])
def test_an_item_without_its_links_is_refused(missing: str) -> None:
    with pytest.raises(FilieraError, match="SCHEMA_"):
        check_record(signed(BRAND, linked("item", ITEM, **{missing: None})))


def test_the_link_must_lead_to_the_same_product_of_the_same_brand() -> None:
    item = linked("item", ITEM)
    ensure_linked(item, linked("batch", BATCH))
    for other in (
        linked("model", MODEL),
        linked("batch", f"{GS1}/01/09506000134352/10/L1"),
        body(Maker("x"), "batch", BATCH),
    ):
        with pytest.raises(PassportError, match="PASSPORT_LINK_LEVEL"):
            ensure_linked(item, other)
    with pytest.raises(PassportError, match="PASSPORT_LINK_UNKNOWN"):
        ensure_linked(item, None)


def test_versions_follow_one_another() -> None:
    first = signed(BRAND, linked("model", MODEL))
    ensure_version(first.subject, {})
    second = linked("model", MODEL, version=2, replaces=reference(first))
    ensure_version(second, {1: first.digest.hex()})
    with pytest.raises(PassportError, match="PASSPORT_EXISTS"):
        ensure_version(first.subject, {1: first.digest.hex()})
    with pytest.raises(PassportError, match="PASSPORT_VERSION"):
        ensure_version(second, {1: "0" * 64})
    with pytest.raises(PassportError, match="PASSPORT_VERSION"):
        ensure_version(linked("model", MODEL, version=3, replaces=reference(first)), {1: first.digest.hex()})


def test_a_batch_is_the_contracts_own() -> None:
    vector = json.loads(VECTOR.read_text())
    leaves = []
    for item in vector["items"]:
        leaf = batch_leaf(bytes.fromhex(item["passportId"][2:]), bytes.fromhex(item["digest"][2:]))
        assert leaf.hex() == item["leaf"][2:]
        leaves.append(leaf)
    assert merkle.root(leaves).hex() == vector["root"][2:]


def test_every_passport_of_a_batch_is_under_its_root() -> None:
    pairs = [(f"{GS1}/01/{GTIN}/21/S{number}", bytes([number]) * 32) for number in range(7)]
    listed = Batch((passport_id(identifier), digest) for identifier, digest in pairs)
    for identifier, digest in pairs:
        place = listed.place(passport_id(identifier))
        leaf = batch_leaf(passport_id(identifier), digest)
        merkle.verify_inclusion(leaf, place.index, len(pairs), place.proof, listed.root)


def test_another_care_symbol_is_refused() -> None:
    check_passport(linked("model", MODEL, care=["wash-30", "do-not-bleach"]))
    with pytest.raises(PassportError, match="PASSPORT_CARE"):
        check_passport(linked("model", MODEL, care=["wash-me"]))


def test_every_field_has_a_status_with_source_and_date() -> None:
    fields = vocabulary("passport")["fields"]
    structure = {
        "type",
        "id",
        "granularityLevel",
        "version",
        "replaces",
        "model",
        "batch",
        "lot",
        "item",
        "requirements",
    }
    assert set(load("passport")["properties"]) - structure == set(fields)
    for name, entry in fields.items():
        assert entry["tier"] in {"public", "legitimate", "authority"}, name
        assert len(entry["source"]) > 3
        assert len(entry["on"]) == 10
        assert set(entry["levels"]) <= {"model", "batch", "item"}
    subject = linked("model", MODEL) | {"requirements": requirements(linked("model", MODEL))}
    check_record(signed(BRAND, subject))
    assert {entry["field"] for entry in subject["requirements"]} >= {"name", "economicOperator", "product"}


def versions_of(maker: Maker, count: int, name: str = "Cappotto di prova") -> list[Record]:
    """A model's passport in `count` versions."""
    chain: list[Record] = []
    for number in range(1, count + 1):
        replaced = {"replaces": reference(chain[-1])} if chain else {}
        chain.append(
            signed(maker, body(maker, "model", MODEL, version=number, name=name, **replaced), number)
        )
    return chain


@given(st.permutations(range(6)), st.integers(0, 3))
def test_what_comes_after_an_issuers_first_passport_changes_nothing_of_it(
    order: list[int], before: int
) -> None:
    own, foreign = versions_of(BRAND, 3), versions_of(Maker("thief", ("brand",)), 3)
    twin = signed(BRAND, body(BRAND, "model", MODEL, version=2, name="Altro", replaces=reference(own[0])), 9)
    noise = [*foreign, twin, own[0], own[1]]
    arrived = own[: max(before, 1)] + [noise[at] for at in order] + own[max(before, 1) :]
    counted = in_force(arrived)
    assert counted[0] == own[0]
    assert {each.issuer for each in counted} == {BRAND.key.public.did}
    assert [each.subject["version"] for each in counted] == list(range(1, len(counted) + 1))
    if before >= 2:
        assert counted == own


def test_a_chain_with_a_gap_ends_before_it() -> None:
    first, _, third = versions_of(BRAND, 3)
    assert in_force([first, third]) == [first]
    assert in_force([third]) == []
    assert in_force([]) == []


def test_the_gtin_of_an_identifier() -> None:
    assert {gtin_of(each) for each in (MODEL, BATCH, ITEM)} == {GTIN}
    assert gtin_of("urn:filiera:product:" + "a" * 26) is None
