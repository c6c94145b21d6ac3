"""Heads and manifests: the ledger's own hashes, one encoding each, and nothing of the order of arrival."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from protocol import heads
from protocol.errors import LogError
from protocol.hashing import sha256

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "chain" / "heads.json"
DIGESTS = st.sets(st.binary(min_size=32, max_size=32), max_size=20)
WORD = st.binary(min_size=32, max_size=32)


def test_the_contract_gives_the_same_hash() -> None:
    for case in json.loads(VECTORS.read_text()):
        words = {name: bytes.fromhex(case[name][2:]) for name in ("logId", "prev", "root", "manifest")}
        head = heads.Head(
            words["logId"],
            int(case["seq"]),
            words["prev"],
            words["root"],
            int(case["size"]),
            words["manifest"],
        )
        contract = bytes.fromhex(case["contract"][2:])
        assert heads.head_hash(head, case["chainId"], contract).hex() == case["headHash"][2:]


@given(WORD, st.integers(1, 2**64 - 1), WORD, WORD, st.integers(1, 2**63), WORD, st.integers(1, 2**200))
def test_a_second_encoder_gives_the_same_hash(
    log: bytes, seq: int, prev: bytes, root: bytes, size: int, manifest: bytes, chain_id: int
) -> None:
    contract = sha256(log)[:20]
    types = ["string", "uint256", "address", "bytes32", "uint64", "bytes32", "bytes32", "uint64", "bytes32"]
    values = ["anchor-head/1", chain_id, "0x" + contract.hex(), log, seq, prev, root, size, manifest]
    head = heads.Head(log, seq, prev, root, size, manifest)
    assert heads.head_hash(head, chain_id, contract) == sha256(encode(types, values))


@given(DIGESTS, DIGESTS)
def test_a_manifest_reads_back(records: set[bytes], affected: set[bytes]) -> None:
    manifest = heads.parse_manifest(heads.manifest_block(list(records), affected))
    assert manifest.records == tuple(sorted(records))
    assert heads.parse_affected(heads.affected_block(affected), manifest) == tuple(sorted(affected))


@given(DIGESTS.filter(lambda digests: len(digests) > 1), st.randoms(use_true_random=False))
def test_the_order_of_arrival_leaves_no_trace(records: set[bytes], random: object) -> None:
    arrived = sorted(records)
    shuffled = arrived[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert heads.order_leaves(bytes(32), arrived) == heads.order_leaves(bytes(32), shuffled)
    assert heads.manifest_block(arrived, []) == heads.manifest_block(shuffled, [])


def test_a_list_from_which_a_record_was_left_out_is_refused() -> None:
    affected = [sha256(bytes([each])) for each in range(5)]
    manifest = heads.parse_manifest(heads.manifest_block([sha256(b"r")], affected))
    with pytest.raises(LogError, match="AFFECTED_MISMATCH"):
        heads.parse_affected(heads.affected_block(affected[:4]), manifest)


@given(st.data())
def test_a_manifest_has_one_encoding(data: st.DataObject) -> None:
    block = bytearray(heads.manifest_block([sha256(b"a"), sha256(b"b")], [sha256(b"c")]))
    # The affected root and the list's digest are free 32-byte values: they are checked against the list.
    free = set(range(19, 51)) | set(range(55, 87))
    index = data.draw(st.integers(0, len(block) - 1).filter(lambda at: at not in free))
    block[index] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(LogError, match="MANIFEST_MALFORMED"):
        heads.parse_manifest(bytes(block))


def test_a_manifest_stays_below_one_block() -> None:
    with pytest.raises(LogError, match="MANIFEST_MALFORMED"):
        heads.manifest_block([index.to_bytes(32, "big") for index in range(15_500)], [])


def test_an_empty_affected_list_is_stated_too() -> None:
    manifest = heads.parse_manifest(heads.manifest_block([sha256(b"a")], []))
    assert manifest.affected_root == sha256(b"")
    assert heads.parse_affected(heads.affected_block([]), manifest) == ()
