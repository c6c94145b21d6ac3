"""GS1 keys and Digital Links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.epc_urn import urn_to_digital_link
from protocol.errors import FilieraError, FormatError
from protocol.gs1 import (
    build_digital_link,
    check_digit,
    ensure_check_digit,
    parse_digital_link,
    parse_gln,
    parse_gtin,
    parse_sscc,
)

DIGITS = st.text(alphabet="0123456789", min_size=13, max_size=13)
SERIALS = st.text(alphabet=sorted("!\"%&'()*+,-./:;<=>?_ABCxyz019"), min_size=1, max_size=20)


@given(DIGITS)
def test_one_changed_digit_is_always_found(digits):
    number = digits + check_digit(digits)
    assert ensure_check_digit(number) == number
    wrong = str((int(number[4]) + 1) % 10)
    with pytest.raises(FormatError, match="CHECK_DIGIT_WRONG"):
        ensure_check_digit(number[:4] + wrong + number[5:])


@pytest.mark.parametrize(
    ("text", "full"),
    [("96385074", "00000096385074"), ("614141999996", "00614141999996"), ("9521234000013", "09521234000013"),
     ("10614141073464", "10614141073464")],
)  # fmt: skip
def test_every_gtin_length_becomes_fourteen_digits(text, full):
    assert parse_gtin(text) == full


@pytest.mark.parametrize(
    "text", ["", "123", "9521234000014", "١٢٣٤٥٦٧٠", "9521234000013\n", "95212340000130000"]
)
def test_bad_gtin_is_refused(text):
    with pytest.raises(FormatError):
        parse_gtin(text)


def test_other_keys_have_their_lengths():
    assert parse_gln("9521234000020") == "9521234000020"
    assert parse_sscc("052000011111111461") == "052000011111111461"
    with pytest.raises(FormatError, match="GS1_VALUE_FORM"):
        parse_gln("09521234000020")


@given(DIGITS, SERIALS, SERIALS)
def test_build_and_parse_are_inverse(digits, lot, serial):
    ais = [
        ("01", digits + check_digit(digits)),
        ("10", lot),
        ("21", serial),
        ("17", "261231"),
        ("3103", "000120"),
    ]
    for order in (ais, ais[::-1]):
        link = parse_digital_link(build_digital_link("https://brand.example/a/b", order))
        assert dict(link.ais) == dict(ais)
        assert link.stem == "https://brand.example/a/b"
        assert parse_digital_link(link.canonical).canonical == link.canonical


@pytest.mark.parametrize(
    ("uri", "ais"),
    [
        ("https://id.gs1.org/01/9521234000013", [("01", "09521234000013")]),
        ("HTTP://Brand.Example:8080/x/01/614141999996/22/V1/10/L%2F1/21/S?linkType=gs1:pip&17=261231&99=a_b",
         [("01", "00614141999996"), ("22", "V1"), ("10", "L/1"), ("21", "S"), ("17", "261231"), ("99", "a_b")]),
        ("https://id.gs1.org/414/9521234000020/254/A%21", [("414", "9521234000020"), ("254", "A!")]),
        ("https://id.gs1.org/417/9521234000006", [("417", "9521234000006")]),
        ("https://id.gs1.org/8003/09521234000013XY", [("8003", "09521234000013XY")]),
        ("https://id.gs1.org/00/052000011111111461", [("00", "052000011111111461")]),
    ],
)  # fmt: skip
def test_links_are_read(uri, ais):
    assert list(parse_digital_link(uri).ais) == ais
    assert parse_digital_link(uri).get(ais[0][0]) == ais[0][1]


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("not a link", "DIGITAL_LINK_FORM"),
        ("ftp://id.gs1.org/01/09521234000013", "DIGITAL_LINK_FORM"),
        ("https://id.gs1.org/gtin/09521234000013", "DIGITAL_LINK_FORM"),
        ("https://id.gs1.org/01/09521234000013/10", "DIGITAL_LINK_FORM"),
        ("https://id.gs1.org/01/09521234000013#x", "DIGITAL_LINK_FORM"),
        ("https://user@id.gs1.org/01/09521234000013", "DIGITAL_LINK_FORM"),
        ("https://id.gs1.org/01/09521234000013/10/%ZZ", "DIGITAL_LINK_FORM"),
        ("https://id.gs1.org/01/09521234000013/10/%C3%A9", "DIGITAL_LINK_FORM"),
        ("https://id.gs1.org/01/09521234000013/10/%00", "GS1_VALUE_FORM"),
        ("https://id.gs1.org/01/09521234000013/10/A%20B", "GS1_VALUE_FORM"),
        ("https://id.gs1.org/01/09521234000013/10/" + "A" * 21, "GS1_VALUE_FORM"),
        ("https://id.gs1.org/01/09521234000014", "CHECK_DIGIT_WRONG"),
        ("https://id.gs1.org/01/09521234000013/21/A/10/B", "DIGITAL_LINK_ORDER"),
        ("https://id.gs1.org/01/09521234000013/10/A/10/B", "DIGITAL_LINK_ORDER"),
        ("https://id.gs1.org/01/09521234000013/254/B", "DIGITAL_LINK_ORDER"),
        ("https://id.gs1.org/01/09521234000013?17=261331", "GS1_VALUE_FORM"),
        ("https://id.gs1.org/01/09521234000013?17", "DIGITAL_LINK_FORM"),
        ("https://id.gs1.org/01/09521234000013?10=A&10=B", "DIGITAL_LINK_FORM"),
        ("https://id.gs1.org/01/09521234000013?1234=A", "GS1_AI_UNKNOWN"),
        ("https://id.gs1.org/01/09521234000013/10/" + "A" * 3000, "DIGITAL_LINK_FORM"),
    ],
)
def test_bad_links_get_their_code(uri, code):
    with pytest.raises(FilieraError) as refusal:
        parse_digital_link(uri)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("ais", "code"),
    [
        ([], "DIGITAL_LINK_KEY"),
        ([("10", "A")], "DIGITAL_LINK_KEY"),
        ([("01", "09521234000013"), ("00", "052000011111111461")], "DIGITAL_LINK_KEY"),
        ([("01", "09521234000013"), ("01", "09521234000013")], "DIGITAL_LINK_FORM"),
        ([("01", "09521234000014")], "CHECK_DIGIT_WRONG"),
        ([("01", "09521234000013"), ("5555", "x")], "GS1_AI_UNKNOWN"),
    ],
)
def test_what_makes_no_link_is_refused(ais, code):
    with pytest.raises(FormatError) as refusal:
        build_digital_link("https://id.gs1.org", ais)
    assert refusal.value.code == code


def test_a_location_beside_a_gtin_is_an_attribute():
    link = build_digital_link("https://id.gs1.org/", [("414", "9521234000020"), ("01", "9521234000013")])
    assert link == "https://id.gs1.org/01/09521234000013?414=9521234000020"


@given(st.text(max_size=80) | st.from_regex(r"https://[a-z.]{1,9}(/[0-9A-Z%?&=]{1,14}){1,6}", fullmatch=True))
def test_only_our_errors_leave(text):
    try:
        link = parse_digital_link(text)
    except FilieraError:
        return
    assert parse_digital_link(link.canonical).ais == link.ais


@pytest.mark.parametrize(
    ("urn", "link"),
    [
        ("urn:epc:id:sgtin:4012345.011111.9876", "01/04012345111118/21/9876"),
        ("urn:epc:id:sgtin:4012345.011111.A%2FB.C", "01/04012345111118/21/A%2FB.C"),
        ("urn:epc:class:lgtin:4054739.099914.20160711", "01/04054739999148/10/20160711"),
        ("urn:epc:idpat:sgtin:4012345.066666.*", "01/04012345666663"),
        ("urn:epc:id:sscc:5200001.0111111146", "00/052000011111111461"),
        ("urn:epc:id:sgln:5200001.99901.0", "414/5200001999012"),
        ("urn:epc:id:sgln:0614141.07346.1234", "414/0614141073467/254/1234"),
        ("urn:epc:id:pgln:4000001.98765", "417/4000001987658"),
        ("urn:epc:id:gdti:4012345.55555.1234", "253/40123455555541234"),
        ("urn:epc:id:giai:4000001.111", "8004/4000001111"),
        ("urn:epc:id:grai:9521141.12345.400", "8003/0952114112345" + check_digit("952114112345") + "400"),
        ("urn:epc:id:cpi:0614141.5PQ7.12345", "8010/06141415PQ7/8011/12345"),
    ],
)
def test_epc_urns_become_links(urn, link):

    assert urn_to_digital_link(urn) == f"https://id.gs1.org/{link}"


@pytest.mark.parametrize(
    "urn",
    [
        "urn:epc:id:sgtin:4012345.011111",
        "urn:epc:id:king:1.2",
        "urn:epc:idpat:sgtin:4012345.066666.1",
        "x",
        "urn:epc:id:sgtin:12.3.4",
    ],
)
def test_other_urns_are_refused(urn):
    with pytest.raises(FormatError, match="EPCIS_IDENTIFIER"):
        urn_to_digital_link(urn)
