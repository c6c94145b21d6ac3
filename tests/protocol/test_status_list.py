"""The bits of a status list: one text for each list, the published ones are read, hostile ones are not unpacked."""

from __future__ import annotations

import gzip
import random
import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import base64url, status_list
from protocol.errors import FormatError
from protocol.limits import MAX_STRING
from protocol.status_list import MAX_BITS, MIN_BITS, decode, empty

# The list of the example in the W3C specification (nothing set), and one that a public authority published as a test:
# place 4000 set, as its test suite says.
PUBLISHED = {
    "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA": [],
    "uH4sIAAAAAAAAA-3OMQEAAAgDoEU3ugEWwENIQMI3cx0AAAAAAAAAAAAAAAAAAACgLGiNcIEAQAAA": [4000],
}
places = st.lists(st.integers(0, MIN_BITS - 1), max_size=40)


@pytest.mark.parametrize("text", PUBLISHED)
def test_published_lists_are_read(text):
    found = decode(text)
    assert found.size == MIN_BITS
    assert list(found.indexes()) == PUBLISHED[text]


@given(places)
def test_what_is_set_is_found_and_nothing_else(indexes):
    made = empty().with_set(indexes)
    read = decode(made.encode())
    assert read == made
    assert list(read.indexes()) == sorted(set(indexes))
    assert all(read.is_set(index) for index in indexes)
    assert read.encode() == made.encode()
    assert gzip.decompress(base64url.decode(made.encode()[1:])) == made.packed


@given(places, places)
def test_a_later_list_keeps_what_was_set(first, second):
    before = empty().with_set(first)
    assert before.with_set(second).keeps(before)
    assert before.keeps(empty().with_set(second)) == (set(second) <= set(first))
    assert not before.keeps(empty(MIN_BITS * 2))


def test_the_first_place_is_the_leftmost_bit():
    assert empty().with_set([0]).packed[0] == 0x80
    assert empty().with_set([7, 8]).packed[:2] == b"\x01\x80"


@pytest.mark.parametrize("index", [-1, MIN_BITS, 10**9])
def test_a_place_outside_is_refused(index):
    with pytest.raises(FormatError, match="STATUS_INDEX_OUTSIDE"):
        empty().is_set(index)
    with pytest.raises(FormatError, match="STATUS_INDEX_OUTSIDE"):
        empty().with_set([index])


@pytest.mark.parametrize("bits", [0, 8, MIN_BITS - 8, MIN_BITS + 1, MAX_BITS + 8])
def test_a_list_of_another_length_is_refused(bits):
    with pytest.raises(FormatError, match="STATUS_LIST_LENGTH"):
        empty(bits)


def test_a_thousand_places_always_fit_into_one_string():
    drawn = random.Random(7).sample(range(MIN_BITS), 1_000)
    assert len(empty().with_set(drawn).encode()) <= MAX_STRING


def packed(data: bytes, header: bytes = b"\x1f\x8b\x08\x00" + bytes(6), behind: bytes = b"") -> str:
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    squeezed = body.compress(data) + body.flush()
    trailer = struct.pack("<II", zlib.crc32(data), len(data) % 2**32)
    return "u" + base64url.encode(header + squeezed + trailer + behind)


GOOD = bytes(MIN_BITS // 8)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "STATUS_LIST_MALFORMED"),
        ("u", "STATUS_LIST_MALFORMED"),
        ("u====", "STATUS_LIST_MALFORMED"),
        (packed(GOOD)[1:], "STATUS_LIST_MALFORMED"),
        ("z" + packed(GOOD)[1:], "STATUS_LIST_MALFORMED"),
        (packed(GOOD)[:-4], "STATUS_LIST_MALFORMED"),
        (packed(GOOD, behind=b"\x00"), "STATUS_LIST_MALFORMED"),
        (packed(GOOD, behind=gzip.compress(b"another list")), "STATUS_LIST_MALFORMED"),
        (packed(GOOD, b"\x1f\x8b\x08\x08" + bytes(6) + b"name\x00"), "STATUS_LIST_MALFORMED"),
        (packed(GOOD, b"\x1f\x8b\x07\x00" + bytes(6)), "STATUS_LIST_MALFORMED"),
        ("u" + base64url.encode(zlib.compress(GOOD)), "STATUS_LIST_MALFORMED"),
        (packed(GOOD[:-1]), "STATUS_LIST_LENGTH"),
        (packed(b""), "STATUS_LIST_LENGTH"),
        (packed(bytes(MAX_BITS // 8 + 1)), "STATUS_LIST_LENGTH"),
    ],
)
def test_other_texts_are_refused(text, code):
    with pytest.raises(FormatError) as refusal:
        decode(text)
    assert refusal.value.code == code


def test_a_list_whose_checksum_is_wrong_is_refused():
    data = bytearray(base64url.decode(packed(GOOD)[1:]))
    for at in range(1, 9):
        altered = data.copy()
        altered[-at] ^= 1
        with pytest.raises(FormatError, match="STATUS_LIST_MALFORMED"):
            decode("u" + base64url.encode(bytes(altered)))


def test_the_largest_list_is_read():
    assert decode(packed(bytes(MAX_BITS // 8))).size == MAX_BITS


def test_a_bomb_is_not_unpacked():
    bomb = packed(bytes(256 * 1024 * 1024))
    tracemalloc.start()
    with pytest.raises(FormatError, match="STATUS_LIST_LENGTH"):
        decode(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


@given(st.binary(max_size=60))
def test_arbitrary_bytes_raise_nothing_but_refusals(data):
    for header in (b"", status_list._HEADER):
        with pytest.raises(FormatError):
            decode("u" + base64url.encode(header + data))
