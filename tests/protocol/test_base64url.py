"""base64url has one spelling for each byte string."""

from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import base64url
from protocol.errors import FormatError

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(st.binary(max_size=200))
def test_every_byte_string_comes_back(data):
    text = base64url.encode(data)
    assert base64url.decode(text) == data
    assert text == base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@given(st.text(alphabet=ALPHABET + "=+/ \n~.é", max_size=12))
def test_what_is_read_is_written_the_same(text):
    with contextlib.suppress(FormatError):
        assert base64url.encode(base64url.decode(text)) == text


@pytest.mark.parametrize("data", [b"a", b"ab", b"\xff" * 4])
def test_last_character_has_one_spelling(data):
    text = base64url.encode(data)
    read = [text[:-1] + last for last in ALPHABET if _reads(text[:-1] + last, data)]
    assert read == [text]


def _reads(text: str, data: bytes) -> bool:
    try:
        return base64url.decode(text) == data
    except FormatError:
        return False


def test_place_is_told():
    with pytest.raises(FormatError) as refusal:
        base64url.decode("?", "payload")
    assert refusal.value.place == "payload"
