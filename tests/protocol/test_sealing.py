"""Sealed papers: nothing altered comes out, sizes say little, and only the named readers get the key."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.sealed import wrap
from protocol import base64url
from protocol.errors import DocumentError
from protocol.keys import private_key_from_secret
from protocol.sealing import SEALED_CHUNK, seal, sealed_size, size_class, unseal
from protocol.strict_json import dump_json
from protocol.wrapped import SECRET_BYTES, Secret, check_wrapped, unwrap

KEY, OTHER_KEY, PREFIX = b"k" * 32, b"o" * 32, b"prefix7"
READERS = [private_key_from_secret("ES256", hashlib.sha256(bytes([number])).digest()) for number in range(10)]
SECRET = Secret(KEY, b"\x01\x55\x12\x20" + b"c" * 32, b"s" * 32, "application/pdf")


def paper(size: int) -> bytes:
    return hashlib.shake_128(b"paper").digest(size)


def sealed(size: int, key: bytes = KEY) -> bytes:
    return b"".join(seal([paper(size)], size, key, PREFIX))


def code_of(call) -> str:
    with pytest.raises(DocumentError) as caught:
        call()
    return caught.value.code


EDGES = st.one_of(
    st.integers(0, 10_000),
    st.builds(lambda n, d: n * SEALED_CHUNK + d, st.integers(1, 4), st.integers(-10, 10)),
)


@settings(max_examples=60, deadline=None)
@given(size=EDGES, step=st.integers(1, 100_000))
def test_what_was_sealed_comes_out_whatever_the_pieces(size, step):
    data = sealed(size)
    assert len(data) == sealed_size(size)
    pieces = (
        [data[place : place + step] for place in range(0, len(data), max(step, 500))]
        if step >= 500
        else [data]
    )
    assert b"".join(unseal(pieces, KEY)) == paper(size)


@given(st.integers(0, 2**50))
def test_sizes_are_rounded_up_to_few_classes(length):
    rounded = size_class(length)
    assert length <= rounded
    assert rounded <= max(4096, length * 1.12)
    assert size_class(rounded) == rounded


@settings(max_examples=60, deadline=None)
@given(size=st.sampled_from([0, 5000, 70_000, 200_000]), place=st.integers(0, 2**20), bit=st.integers(0, 7))
def test_any_altered_bit_is_found_before_its_bytes_are_used(size, place, bit):
    data = bytearray(sealed(size))
    place %= len(data)
    data[place] ^= 1 << bit
    found: list[bytes] = []
    with pytest.raises(DocumentError, match="SEALED_"):
        found.extend(unseal([bytes(data)], KEY))
    assert paper(size).startswith(b"".join(found))


@settings(max_examples=40, deadline=None)
@given(cut=st.integers(1, 2**20))
def test_a_sealed_paper_that_is_cut_short_is_never_whole(cut):
    data = sealed(200_000)
    assert code_of(
        lambda: list(unseal([data[: -(cut % len(data)) or None][: len(data) - 1]], KEY))
    ).startswith("SEALED_")


@pytest.mark.parametrize(
    "how", ["swapped", "left out", "repeated", "continued", "other key", "other paper's"]
)
def test_chunks_cannot_be_moved_about(how):
    data, size = sealed(300_000), SEALED_CHUNK + 16
    header, chunks = data[:24], [data[place : place + size] for place in range(24, len(data), size)]
    chunks = {
        "swapped": [chunks[1], chunks[0], *chunks[2:]],
        "left out": [chunks[0], *chunks[2:]],
        "repeated": [chunks[0], *chunks],
        "continued": [*chunks, chunks[-1]],
        "other key": chunks,
        "other paper's": [*chunks[:-1], sealed(300_001)[24:][size * (len(chunks) - 1) :]],
    }[how]
    key = OTHER_KEY if how == "other key" else KEY
    if how == "other paper's":
        header = header[:-1] + b"8"
    assert code_of(lambda: list(unseal([header, *chunks], key))) == "SEALED_ALTERED"


def test_a_paper_that_changes_while_it_is_sealed_is_noticed():
    for length in (9, 11):
        with pytest.raises(ValueError, match="length"):
            list(seal([b"0123456789"], length, KEY, PREFIX))


@pytest.mark.parametrize(
    "data", [b"", b"filiera-sealed/1\n", b"%PDF-1.7" + bytes(100), b"filiera-sealed/2\n" + bytes(50)]
)
def test_what_is_not_sealed_is_said_not_to_be(data):
    assert code_of(lambda: list(unseal([data], KEY))) in {"SEALED_MALFORMED", "SEALED_ALTERED"}


# --- keys for readers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3, 8, 9])
def test_every_reader_opens_and_nobody_else(count):
    wrapped = wrap(SECRET, [reader.public for reader in READERS[:count]])
    assert [unwrap(wrapped, reader) for reader in READERS[:count]] == [SECRET] * count
    assert code_of(lambda: unwrap(wrapped, READERS[9])) == "WRAPPED_NOT_FOR_YOU"
    assert len(json.loads(wrapped)["recipients"]) % 8 == 0


def test_what_is_wrapped_shows_neither_who_nor_which():
    texts = [wrap(SECRET, [READERS[0].public]), wrap(SECRET, [reader.public for reader in READERS[:7]])]
    for text in texts:
        assert b"kid" not in text
        for reader in READERS:
            assert reader.public.jwk["x"].encode() not in text
    assert abs(len(texts[0]) - len(texts[1])) < 8
    assert (
        len(SECRET.to_bytes())
        == len(Secret(KEY, SECRET.cid, b"t" * 32, "text/csv").to_bytes())
        == SECRET_BYTES
    )


def test_readers_have_agreement_keys_of_the_right_kind():
    edwards = private_key_from_secret("EdDSA", b"e" * 32)
    for readers in ([], [edwards.public], [READERS[0].public] * 65):
        assert code_of(lambda readers=readers: wrap(SECRET, readers)) == "WRAPPED_READERS"
    assert code_of(lambda: unwrap(wrap(SECRET, [READERS[0].public]), edwards)) == "WRAPPED_NOT_FOR_YOU"


def altered(**changes) -> bytes:
    return dump_json(json.loads(wrap(SECRET, [READERS[0].public])) | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"recipients": []},
        {"recipients": [{}] * 8},
        {"recipients": "x"},
        {"protected": base64url.encode(b'{"enc":"A128CBC-HS256"}')},
        {"unprotected": {"alg": "dir"}},
        {"aad": "x"},
    ],
)
def test_other_forms_are_refused_before_any_library_sees_them(changes):
    assert code_of(lambda: check_wrapped(altered(**changes))) == "WRAPPED_MALFORMED"


@pytest.mark.parametrize("name", ["iv", "ciphertext", "tag"])
def test_an_altered_wrapped_key_opens_nothing(name):
    assert (
        code_of(lambda: unwrap(altered(**{name: base64url.encode(bytes(16))}), READERS[0]))
        == "WRAPPED_NOT_FOR_YOU"
    )


@given(st.binary(max_size=100))
def test_only_our_errors_leave_the_door(data):
    assert code_of(lambda: check_wrapped(data)) == "WRAPPED_MALFORMED"
