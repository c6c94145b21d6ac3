"""A batch as the contract sees it, and serials that nobody guesses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import PassportError
from protocol.gs1 import parse_digital_link
from protocol.passport import batch_leaf
from protocol.passport_batch import ENTRY_BYTES, MAX_ITEMS, Batch, BatchPlace
from protocol.serials import MIN_BITS, SERIAL_BYTES, ensure_reservable, item_identifier, serial_of
from tests.support.passports import GTIN

VECTOR = json.loads(
    (Path(__file__).resolve().parents[1] / "vectors" / "chain" / "passport_batch.json").read_text()
)
HASHES = st.binary(min_size=32, max_size=32)
ITEMS = st.dictionaries(HASHES, HASHES, min_size=1, max_size=40).map(lambda found: list(found.items()))


def from_hex(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def test_a_batch_is_what_the_contract_takes() -> None:
    batch = Batch((from_hex(item["passportId"]), from_hex(item["digest"])) for item in VECTOR["items"])
    args = batch.args("0" * 64)
    assert (args["root"], args["manifest"], args["count"]) == (
        VECTOR["root"][2:],
        VECTOR["manifest"][2:],
        VECTOR["count"],
    )
    for item in VECTOR["items"]:
        place = batch.place(from_hex(item["passportId"]))
        assert (place.index, ["0x" + each.hex() for each in place.proof]) == (item["index"], item["proof"])
        assert batch_leaf(place.passport, place.digest) == from_hex(item["leaf"])


@given(ITEMS)
def test_every_item_is_provable_from_the_manifest_alone(items: list[tuple[bytes, bytes]]) -> None:
    batch = Batch.parse(Batch(items).manifest)
    assert batch.items == tuple(items)
    for passport, digest in items:
        place = BatchPlace.from_json(json.loads(json.dumps(batch.place(passport).to_json())))
        place.verify()
        assert (place.passport, place.digest, place.root) == (passport, digest, batch.root)


@given(ITEMS, st.data())
def test_a_changed_place_proves_nothing(items: list[tuple[bytes, bytes]], data: st.DataObject) -> None:
    place = Batch(items).place(items[0][0]).to_json()
    name = data.draw(st.sampled_from(["batchRoot", "passportId", "digest"]))
    at = data.draw(st.integers(0, 63))
    changed = format(int(place[name][at], 16) ^ 1, "x")
    place[name] = place[name][:at] + changed + place[name][at + 1 :]
    with pytest.raises(PassportError, match="PASSPORT_BATCH_PROOF"):
        BatchPlace.from_json(place).verify()


@pytest.mark.parametrize(
    "wrong",
    [
        {"proof": None}, {"proof": ["00"]}, {"proof": ["0" * 64] * 65}, {"index": "0"}, {"index": True}, {"index": -1},
        {"index": 5}, {"count": 0}, {"count": 2**64}, {"batchRoot": "0x" + "0" * 62}, {"digest": "A" * 64}, {"passportId": 7},
    ],
)  # fmt: skip
def test_a_place_in_another_form_is_refused_with_our_error(wrong: dict[str, object]) -> None:
    good = Batch([(bytes([at]) * 32, bytes(32)) for at in range(3)]).place(bytes(32)).to_json()
    with pytest.raises(PassportError, match="PASSPORT_BATCH_PROOF"):
        BatchPlace.from_json(good | wrong).verify()
    absent = {name: value for name, value in good.items() if name not in wrong}
    with pytest.raises(PassportError, match="PASSPORT_BATCH_PROOF"):
        BatchPlace.from_json(absent)


@pytest.mark.parametrize("size", [0, 1, 63, 65, ENTRY_BYTES * (MAX_ITEMS + 1)])
def test_a_manifest_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(PassportError, match="PASSPORT_BATCH_FORM"):
        Batch.parse(bytes(size))


def test_a_full_batch_fits_a_block_and_no_item_twice() -> None:
    assert MAX_ITEMS * ENTRY_BYTES == 1024 * 1024
    with pytest.raises(PassportError, match="PASSPORT_BATCH_FORM"):
        Batch.parse(bytes(ENTRY_BYTES * 2))


@given(st.binary(max_size=20))
def test_a_serial_has_sixty_bits_or_is_none(random: bytes) -> None:
    if 8 <= len(random) <= 12:
        serial = parse_digital_link(item_identifier(GTIN, random)).get("21")
        assert serial == serial_of(random)
        assert len(serial) * 5 >= MIN_BITS
    else:
        with pytest.raises(PassportError, match="PASSPORT_SERIAL_WEAK"):
            serial_of(random)


def test_what_is_drawn_can_be_reserved() -> None:
    drawn = bytes.fromhex("8f1c0b7a52e94d3367a1")
    assert len(drawn) == SERIAL_BYTES
    assert ensure_reservable(item_identifier(GTIN, drawn)) == GTIN
