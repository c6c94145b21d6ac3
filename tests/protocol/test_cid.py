"""Content addresses: the same as everybody's, exact in their spelling, and no graph can lie to the reader."""

from __future__ import annotations

import hashlib
import io
from itertools import pairwise

import pytest
from aleph_cid import CidHasher, read_carv1_root
from hypothesis import example, given, settings
from hypothesis import strategies as st

from protocol.car import car_header, car_section, read_car
from protocol.cid import (
    CHUNK_BYTES,
    DAG_PB,
    MAX_LINKS,
    CidBuilder,
    check_block,
    cid_of_bytes,
    codec_of,
    format_cid,
    parse_cid,
    parse_foreign_cid,
    raw_cid,
)
from protocol.dag_pb import encode_file, encode_varint, links_of, parse_node
from protocol.errors import DocumentError, FilieraError
from protocol.unixfs import MAX_FILE_DEPTH, read_file
from tests.support.shared import vectors

HELLO = b"hello\n"
HELLO_CID = "bafkreicysg23kiwv34eg2d7qweipxwosdo2py4ldv42nbauguluen5v6am"


def theirs(data: bytes) -> str:
    hasher = CidHasher.for_ipfs_v1_raw_leaves()
    hasher.update(data)
    return hasher.finalize()


def stored(data: bytes) -> tuple[str, dict[bytes, bytes]]:
    blocks: dict[bytes, bytes] = {}
    builder = CidBuilder(blocks.__setitem__)
    builder.update(data)
    return builder.finish(), blocks


def sample(size: int) -> bytes:
    return hashlib.shake_128(b"sample").digest(size)


def code_of(call) -> str:
    with pytest.raises(DocumentError) as caught:
        call()
    return caught.value.code


# --- addresses of files --------------------------------------------------------------------------------------


def test_known_addresses_are_those_of_every_ipfs_client():
    assert cid_of_bytes(HELLO) == HELLO_CID
    assert cid_of_bytes(b"") == "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"


@settings(max_examples=25, deadline=None)
@given(
    size=st.one_of(
        st.integers(0, 3 * CHUNK_BYTES),
        st.builds(lambda n, d: max(0, n * CHUNK_BYTES + d), st.integers(0, 6), st.integers(-2, 2)),
    )
)
@example(size=0)
@example(size=CHUNK_BYTES)
@example(size=CHUNK_BYTES + 1)
def test_a_file_of_any_size_has_the_address_that_another_implementation_gives(size):
    assert cid_of_bytes(sample(size)) == theirs(sample(size))


@pytest.mark.parametrize("chunks", [MAX_LINKS, MAX_LINKS + 1, 2 * MAX_LINKS])
def test_a_second_level_begins_where_kubo_begins_one(chunks):
    data = b"\x5a" * (chunks * CHUNK_BYTES)
    assert cid_of_bytes(data) == theirs(data)


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 2 * CHUNK_BYTES + 7), max_size=8))
def test_pieces_make_no_difference(cuts):
    data, builder = sample(2 * CHUNK_BYTES + 7), CidBuilder()
    places = sorted({0, *cuts, len(data)})
    for start, end in pairwise(places):
        builder.update(data[start:end])
    assert builder.finish() == theirs(data)
    assert (builder.size, builder.sha256) == (len(data), hashlib.sha256(data).digest())


def test_blocks_come_children_first_and_give_the_file_back():
    data = sample(3 * CHUNK_BYTES + 1)
    seen: list[bytes] = []
    builder = CidBuilder(lambda cid, block: (check_block(cid, block), seen.append(cid)))
    builder.update(data)
    cid = builder.finish()
    assert seen[-1] == builder.root == parse_cid(cid)
    _, blocks = stored(data)
    assert b"".join(read_file(parse_cid(cid), blocks.__getitem__)) == data
    assert [link.total for link in links_of(blocks[parse_cid(cid)])] == [CHUNK_BYTES] * 3 + [1]


# --- spelling ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "b",
        HELLO_CID.upper(),
        HELLO_CID[:-1],
        HELLO_CID + "=",
        HELLO_CID + "\n",
        HELLO_CID[:-1] + "n",  # bits behind the last byte
        "z" + HELLO_CID[1:],
        HELLO_CID.replace("a", "0"),
        "QmZULkCELmmk5XNfCgTnCyFgAVxBRBXyDHGGMVoLFLiXEN",  # CIDv0
        format_cid(b"\x01\x71\x12\x20" + bytes(32)),  # dag-cbor
        format_cid(b"\x01\x55\x13\x20" + bytes(32)),  # another hash
        "../../etc/passwd" + "a" * 43,
        "b" + "é" * 58,
    ],
)
def test_an_address_in_any_other_spelling_is_refused(text):
    assert code_of(lambda: parse_cid(text)) == "CID_MALFORMED"


@given(st.binary(min_size=32, max_size=32))
def test_an_address_reads_back_as_it_was_written(digest):
    assert parse_cid(format_cid(raw_cid(digest))) == raw_cid(digest)


@given(st.text(max_size=70))
def test_only_our_errors_leave_the_parsers(text):
    for parse in (parse_cid, parse_foreign_cid):
        try:
            parse(text)
        except FilieraError as error:
            assert error.code in {"CID_MALFORMED", "CID_UNSUPPORTED"}  # noqa: PT017


def test_addresses_of_others_are_read():
    v0 = "QmZULkCELmmk5XNfCgTnCyFgAVxBRBXyDHGGMVoLFLiXEN"  # `ipfs add` of the same six bytes
    assert format_cid(parse_foreign_cid(v0)) == v0
    assert codec_of(parse_foreign_cid(v0)) == DAG_PB
    identity = b"\x01\x55\x00\x02hi"
    check_block(parse_foreign_cid(format_cid(identity)), b"hi")
    assert code_of(lambda: check_block(identity, b"ho")) == "BLOCK_MISMATCH"
    assert code_of(lambda: check_block(b"\x01\x55\x1b\x20" + bytes(32), b"")) == "CID_UNSUPPORTED"


@given(st.binary(max_size=200))
def test_a_block_belongs_to_its_own_address_only(block):
    check_block(raw_cid(hashlib.sha256(block).digest()), block)
    assert (
        code_of(lambda: check_block(raw_cid(hashlib.sha256(block).digest()), block + b"\0"))
        == "BLOCK_MISMATCH"
    )


# --- graphs made to harm ---------------------------------------------------------------------------------------


def pb(block: bytes) -> bytes:
    return b"\x01\x70\x12\x20" + hashlib.sha256(block).digest()


def test_a_graph_that_goes_too_deep_is_left():
    leaf = raw_cid(hashlib.sha256(b"x").digest())
    blocks, cid = {leaf: b"x"}, leaf
    for _ in range(MAX_FILE_DEPTH + 1):
        block = encode_file([(cid, 1, 1)])
        cid = pb(block)
        blocks[cid] = block
    assert code_of(lambda: b"".join(read_file(cid, blocks.__getitem__))) == "CONTENT_TOO_DEEP"


def test_parts_without_bytes_cannot_make_work_without_end():
    empty = raw_cid(hashlib.sha256(b"").digest())
    block = encode_file([(empty, 0, 0)] * 1000)
    assert code_of(lambda: list(read_file(pb(block), {pb(block): block}.__getitem__))) == "BLOCK_MALFORMED"


def test_sizes_that_lie_are_found():
    leaf = raw_cid(hashlib.sha256(b"xy").digest())
    block = encode_file([(leaf, 3, 2)])
    blocks = {leaf: b"xy", pb(block): block}
    assert code_of(lambda: list(read_file(pb(block), blocks.__getitem__))) == "BLOCK_MALFORMED"


def test_a_file_larger_than_asked_is_refused_before_its_leaves_are_fetched():
    cid, blocks = stored(sample(2 * CHUNK_BYTES))
    asked: list[bytes] = []

    def get(address: bytes) -> bytes:
        asked.append(address)
        return blocks[address]

    assert code_of(lambda: list(read_file(parse_cid(cid), get, max_bytes=CHUNK_BYTES))) == "CONTENT_TOO_LARGE"
    assert len(asked) == 1


def test_an_altered_block_is_never_passed_on():
    cid, blocks = stored(sample(2 * CHUNK_BYTES))
    second = links_of(blocks[parse_cid(cid)])[1].cid
    blocks[second] = b"\0" + blocks[second][1:]
    read = read_file(parse_cid(cid), blocks.__getitem__)
    assert len(next(read)) == CHUNK_BYTES
    assert code_of(lambda: next(read)) == "BLOCK_MISMATCH"


@pytest.mark.parametrize(
    "block",
    [
        b"\x0a\x02\x08\x01",  # a directory
        b"\x0a\x02\x08\x05",  # a HAMT shard
        b"\x0a\x00",  # no kind
    ],
)
def test_what_is_no_file_is_said_to_be_none(block):
    assert code_of(lambda: list(read_file(pb(block), {pb(block): block}.__getitem__))) == "NOT_A_FILE"


@pytest.mark.parametrize(
    "block",
    [
        b"\x0a\x05\x08\x02",  # longer than the block
        b"\x0a\x04\x08\x02\x18\x00" + b"\x12\x00",  # a link behind the data
        b"\x0a\x80\x00",  # a varint with a needless byte
        b"\x1a\x00",  # an unknown field
        b"\x0d\x00\x00\x00\x00",  # a fixed32
        b"\x12\x02\x0a\x00",  # a link to nothing
        b"\x0a\x06\x08\x02\x18\x01\x18\x01",  # the size twice
        b"\xff" * 12,
    ],
)
def test_other_spellings_of_a_node_are_refused(block):
    assert code_of(lambda: list(read_file(pb(block), {pb(block): block}.__getitem__))) == "BLOCK_MALFORMED"


@given(st.binary(max_size=60))
def test_only_our_errors_leave_the_reader(block):
    for parse in (parse_node, lambda data: list(read_file(pb(data), {pb(data): data}.__getitem__))):
        try:
            parse(block)
        except DocumentError as error:
            assert error.code in {"BLOCK_MALFORMED", "NOT_A_FILE"}  # noqa: PT017
        except KeyError:
            assert links_of(block)


# --- CAR -------------------------------------------------------------------------------------------------------


def reader(data: bytes):
    return io.BytesIO(data).read


def archive(data: bytes) -> bytes:
    cid, blocks = stored(data)
    out = [car_header(parse_cid(cid))]
    list(read_file(parse_cid(cid), blocks.__getitem__, on_block=lambda c, b: out.append(car_section(c, b))))
    return b"".join(out)


def test_an_archive_gives_the_file_back(tmp_path):
    data = sample(2 * CHUNK_BYTES + 5)
    roots, found = read_car(reader(archive(data)))
    assert b"".join(read_file(roots[0], dict(found).__getitem__)) == data
    (tmp_path / "file.car").write_bytes(archive(data))
    assert read_carv1_root(tmp_path / "file.car") == cid_of_bytes(data)


@settings(max_examples=40, deadline=None)
@given(cut=st.integers(0, 200), flip=st.integers(0, 200))
def test_an_archive_cut_short_or_altered_is_refused(cut, flip):
    whole = archive(b"a small paper")
    for bad in (whole[: min(cut, len(whole) - 1)], _flipped(whole, flip % len(whole))):
        try:
            roots, blocks = read_car(reader(bad))
            found = dict(blocks)
        except DocumentError:
            continue
        # What survives is a shorter archive or one of other addresses: never another content under an address.
        assert all(check_block(cid, block) is None for cid, block in found.items())
        assert not roots or found.get(parse_cid(cid_of_bytes(b"a small paper"))) in {None, b"a small paper"}


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_an_archive_that_announces_too_much_is_left_at_once():
    for bad in (encode_varint(2**40), b"\x80" * 20, b"", b"\x00"):
        assert code_of(lambda bad=bad: read_car(reader(bad))) == "CAR_MALFORMED"


@pytest.mark.shared
def test_archives_of_the_gateway_suite_are_read_and_their_files_found():
    files = blocks_seen = 0
    for path in sorted(vectors("ipfs-car").glob("*.car")):
        with path.open("rb") as source:
            roots, found = read_car(source.read)
            blocks = dict(found)
        assert roots
        assert all(root in blocks or path.name == "fixtures.car" for root in roots)
        blocks_seen += len(blocks)
        for cid, block in blocks.items():
            if codec_of(cid) == DAG_PB:
                parse_node(block)
            try:
                data = b"".join(read_file(cid, blocks.__getitem__))
            except (DocumentError, KeyError):
                continue
            files += 1
            if len(cid) == 36 and len(data) <= CHUNK_BYTES and cid[1] == 0x55:
                assert cid_of_bytes(data) == format_cid(cid)
    assert blocks_seen >= 60
    assert files >= 30
