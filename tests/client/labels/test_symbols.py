"""Codes: read back letter by letter, as large as GS1 asks, refused where no phone could read them."""

from __future__ import annotations

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from client.errors import ClientError
from client.labels.marks import mark_of, marks_of
from client.labels.symbols import (
    KINDS,
    LEAST_MM,
    MOST_MM,
    RESOLUTIONS,
    WANTED_MM,
    encode,
    fit,
    least,
    least_dots,
)
from protocol.errors import FormatError
from protocol.gs1 import GS1_STEM, build_digital_link, check_digit, parse_digital_link
from tests.client.labels.reading import GTIN, codes, drawn, identifiers, texts

ADDRESS = identifiers(1)[0]
LEVELS = {"qr": ("M", "Q"), "datamatrix": ("",)}
# ISO/IEC 16022, "123456": eight codewords in a symbol of ten by ten.
EXAMPLE = [
    "1010101010",
    "1100101101",
    "1100000100",
    "1100011101",
    "1100001000",
    "1000001111",
    "1110110000",
    "1111011001",
    "1001110100",
    "1111111111",
]
# Every sign that GS1 allows in a lot or a serial.
SIGNS = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
values = st.text(st.sampled_from(SIGNS), min_size=1, max_size=20)
gtins = st.text(st.sampled_from("0123456789"), min_size=13, max_size=13).map(
    lambda digits: digits + check_digit(digits)
)


@given(gtin=gtins, lot=st.none() | values, serial=st.none() | values, kind=st.sampled_from(KINDS))
@settings(deadline=None, max_examples=120)
def test_any_link_comes_back_letter_by_letter(gtin, lot, serial, kind) -> None:
    parts = (("01", gtin), *((("10", lot),) if lot else ()), *((("21", serial),) if serial else ()))
    link = build_digital_link(GS1_STEM, parts)
    mark = mark_of(link)
    assert mark.address == link
    for level in LEVELS[kind]:
        (found,) = texts(drawn(encode(mark.address, kind, level)), kind)
        assert found == link
        assert parse_digital_link(found).path == parts
    assert [line.partition(" ")[2] for line in mark.lines] == [value for _, value in parts]


def test_another_program_draws_the_same_modules() -> None:
    """Capital letters without long numbers leave one way to write them, so all that is free is the mask."""
    address = "HTTPS://PASSPORTS.EXAMPLE/COATS/OF/RECYCLED/WOOL"
    for level in ("M", "Q"):
        ours = encode(address, "qr", level).rows
        others = (segno.make_qr(address, error=level, mask=mask, boost_error=False) for mask in range(8))
        assert ours in {tuple(bytes(row) for row in other.matrix) for other in others}


def test_the_example_of_the_data_matrix_standard() -> None:
    rows = ["".join(map(str, row)) for row in encode("123456", "datamatrix", "").rows]
    assert rows == EXAMPLE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dpi", RESOLUTIONS)
@given(room=st.floats(10, 80))
@settings(deadline=None, max_examples=25)
def test_modules_are_whole_dots_of_the_size_that_gs1_asks(kind, dpi, room) -> None:
    weakest = encode(ADDRESS, kind, LEVELS[kind][0])
    if room < (needed := weakest.modules * least_dots(dpi) * 25.4 / dpi):
        with pytest.raises(ClientError, match="LABEL_TOO_SMALL") as refused:
            fit(ADDRESS, kind, room, dpi)
        assert needed <= float(str(refused.value.values["needed"])) < needed + 0.11
        return
    code = fit(ADDRESS, kind, room, dpi)
    assert LEAST_MM <= code.module_mm <= MOST_MM
    assert code.side_mm <= room
    assert code.dots == int(code.dots)
    assert code.symbol.modules == len(code.symbol.rows) + 2 * {"qr": 4, "datamatrix": 1}[kind]


def test_error_correction_gives_way_only_for_larger_modules() -> None:
    long = build_digital_link(
        "https://passports.a-house-of-fashion.example", (("01", GTIN), ("21", "A" * 20))
    )
    seen = set()
    for tenth in range(150, 600):
        try:
            code = fit(long, "qr", tenth / 10, 600)
        except ClientError:
            continue
        strong = encode(long, "qr", "Q")
        seen.add(code.symbol.level)
        if code.symbol.level == "M":
            assert tenth / 10 / strong.modules < WANTED_MM + 25.4 / 600
            assert code.symbol.modules < strong.modules
        assert codes(drawn(code.symbol))[0].ec_level == code.symbol.level
    assert seen == {"M", "Q"}


def test_the_code_holds_plain_text_and_nothing_else() -> None:
    (found,) = codes(drawn(least(ADDRESS, "qr", 300).symbol))
    assert found.symbology_identifier == "]Q1"
    (found,) = codes(drawn(least(ADDRESS, "datamatrix", 300).symbol), "datamatrix")
    assert found.symbology_identifier == "]d1"


def test_another_resolver_is_in_the_code_and_the_identifier_stays() -> None:
    mark = mark_of(ADDRESS, "https://node.example/dpp/")
    assert mark.address == ADDRESS.replace("https://id.gs1.org", "https://node.example/dpp")
    assert mark.identifier == ADDRESS
    assert mark_of(mark.address).identifier == ADDRESS


def test_a_lot_stands_on_the_label_of_an_item_and_changes_not_which_item_it_is() -> None:
    mark = mark_of(ADDRESS, lot="L/7")
    assert mark.address == f"{GS1_STEM}/01/{GTIN}/10/L%2F7/21/{ADDRESS.rpartition('/')[2]}"
    assert mark.identifier == mark_of(mark.address).identifier == ADDRESS
    assert mark.lines == (f"GTIN {GTIN}", "LOT L/7", f"S/N {ADDRESS.rpartition('/')[2]}")
    other = mark_of(f"{GS1_STEM}/01/{GTIN}/10/OWN", lot="OTHER")
    assert other.lines == (f"GTIN {GTIN}", "LOT OWN")


@pytest.mark.parametrize(
    "base",
    [
        "http://brand.example", "https://brand.example?x=1", "https://brand.example/#a", "javascript:alert(1)",
        "https://brand.example/a b", "https://brand.example/\u202e", "https://marca.è", "https://a@b.example",
    ],
)  # fmt: skip
def test_a_base_that_is_no_plain_address_is_refused(base) -> None:
    with pytest.raises(ClientError, match="LABEL_BASE"):
        mark_of(ADDRESS, base)


@pytest.mark.parametrize("name", ["", "coat", "https://shop.example/coat", f"{GS1_STEM}/01/{GTIN[:-1]}9"])
def test_what_is_no_link_has_no_label(name) -> None:
    with pytest.raises(FormatError):
        mark_of(name)


def test_a_serial_stands_on_one_garment_and_a_lot_on_many() -> None:
    lot = f"{GS1_STEM}/01/{GTIN}/10/L1"
    assert len(list(marks_of([lot, lot]))) == 2
    with pytest.raises(ClientError, match="LABEL_TWICE"):
        list(marks_of([ADDRESS, mark_of(ADDRESS, "https://node.example", "L1").address]))
